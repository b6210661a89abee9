// `node property.js FILE TIMES`: at so many random times, forwards, backwards and in any order, a
// frame is what replaying every event up to that time gives. Ends with an error otherwise.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { parseRecording } from "../../../player/core/recording/recording.js";
import { random } from "./load.js";
import { eventsOf, replayer, stateAt } from "./replay.js";

const [file, count] = process.argv.slice(2);
const raw = await readFile(file);
const data = new Uint8Array(file.endsWith(".gz") ? gunzipSync(raw) : raw);
const recording = parseRecording(data);
const events = eventsOf(data.subarray(0, recording.decoder.position));
const last = events[events.length - 1][1] + 10;
const next = random(5);
const times = Array.from({ length: Number(count) }, () => Math.floor(next() * last));
const sorted = [...times].sort((one, other) => one - other);
const replay = replayer(events);
const expected = new Map(sorted.map((time) => [time, replay.to(time)]));
for (const order of [times, sorted, [...sorted].reverse()])
  for (const time of order) assert.deepEqual(stateAt(recording, time), expected.get(time));
process.stdout.write(`${times.length}\n`);
