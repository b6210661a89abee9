// At so many random times, forwards, backwards and in any order, a frame is what replaying every
// event up to that time gives.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { parseRecording } from "../../../player/core/recording/recording.js";
import { random } from "./load.js";
import { eventsOf, replayer, stateAt } from "./replay.js";

/**
 * How many times were compared; an error where one differs.
 * @param {string} path
 * @param {number} count
 */
export async function property(path, count) {
  const raw = await readFile(path);
  const data = new Uint8Array(path.endsWith(".gz") ? gunzipSync(raw) : raw);
  const recording = parseRecording(data);
  const events = eventsOf(data.subarray(0, recording.decoder.position));
  const last = events[events.length - 1][1] + 10;
  const next = random(5);
  const times = Array.from({ length: count }, () => Math.floor(next() * last));
  const sorted = [...times].sort((one, other) => one - other);
  const replay = replayer(events);
  const expected = new Map(sorted.map((time) => [time, replay.to(time)]));
  for (const order of [times, sorted, [...sorted].reverse()])
    for (const time of order) assert.deepEqual(stateAt(recording, time), expected.get(time));
  return times.length;
}
