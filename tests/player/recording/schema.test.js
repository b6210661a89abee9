// What may stand in a file: the list that Python's tests read, too, and what is beyond one value.
import assert from "node:assert/strict";
import test from "node:test";
import {
  parseRecording,
  RecordingError,
  sealProblem,
} from "../../../player/core/recording/recording.js";
import { bytes, json } from "../helpers/load.js";

/** @param {string} hex */
const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** @param {...Uint8Array<ArrayBuffer>} parts */
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** What a reader says of a file; null where it takes it. @param {Uint8Array<ArrayBuffer>} data */
function lineOf(data) {
  try {
    const { problem } = parseRecording(data);
    return /^event \d+ is damaged: (.*)$/.exec(problem ?? "")?.[1] ?? null;
  } catch (error) {
    assert.ok(error instanceof RecordingError, String(error));
    return error.message;
  }
}

test("every value of the list is taken or refused as it says", async () => {
  const { before, headers, events } = await json("../fixtures/values.json");
  const plain = bytesOf(before);
  assert.ok(headers.length > 500 && events.length > 500);
  for (const [hex, line] of headers) assert.equal(lineOf(bytesOf(hex)), line, hex);
  for (const [hex, line] of events) assert.equal(lineOf(joined(plain, bytesOf(hex))), line, hex);
});

test("what is refused ends the reading and is in no table", async () => {
  const { before, headers, events } = await json("../fixtures/values.json");
  const plain = bytesOf(before);
  const refused = events.filter((/** @type {any} */ [, line]) =>
    /^(draft|verdict|emit)/.test(line),
  );
  assert.ok(refused.length > 200);
  for (const [hex] of refused) {
    const found = parseRecording(joined(plain, bytesOf(hex), bytesOf(hex)));
    assert.equal(found.events, 1); // the mark before it
    assert.equal(
      found.main.drafts.length + found.main.verdicts.length + found.main.emits.length,
      0,
    );
  }
});

test("nil is a missing value, and a field that is missing has its default", () => {
  const plain = "82a6666f726d6174aa737065637265636f7264a776657273696f6e01";
  const draft = "9ca564726166740902030107cb3fe0000000000000c0c0c0c0c0"; // without its member
  const verify = "94a6766572696679090204";
  const { main } = parseRecording(bytesOf(plain + draft + verify));
  assert.deepEqual([main.drafts.length, main.verifies.length], [1, 1]);
  assert.ok(Number.isNaN(main.drafts.raw_logprob[0]) && Number.isNaN(main.drafts.member[0]));
  assert.equal(main.drafts.topLength[0], -1);
  assert.ok(Number.isNaN(main.verifies.queue[0]) && Number.isNaN(main.verifies.received[0]));
  assert.equal(main.verifies.window[0], 0);
});

test("fields that later versions added are read: a member, what opened a connection", async () => {
  const load = async (/** @type {string} */ name) =>
    parseRecording(await bytes(`../${name}.specrec`));
  const ensemble = await load("fixtures/gallery/draft-ensemble-tree");
  const { drafts } = ensemble.main;
  assert.ok(drafts.member.subarray(0, drafts.length).includes(1));
  const remote = await load("fixtures/gallery/network-match-30");
  assert.ok(remote.main.verifies.connect.some((spent) => spent > 0));
  assert.ok(remote.main.verifies.received.some((size) => size > 0));
});

test("an end is the last event, and counts those before it", async () => {
  const data = await bytes("fixtures/standard.specrec");
  const whole = parseRecording(data);
  assert.equal(whole.problem, null);
  assert.equal(await sealProblem(whole), null);
  const mark = bytesOf("93a46d61726bceffffffffa161");
  assert.match(parseRecording(joined(data, mark)).problem ?? "", /no end event/);
  const short = parseRecording(data.slice()).decoder.end.events - 1;
  assert.equal(short, whole.events - 2);
});
