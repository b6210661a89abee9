// Opening recordings: whole, compressed, cut at any byte, foreign, hostile; and their numbers
// against Python's.
import assert from "node:assert/strict";
import test from "node:test";
import { decisions } from "../../../player/core/decision.js";
import { distributionsAt } from "../../../player/core/distributions.js";
import {
  openRecording,
  parseRecording,
  readRecording,
  RecordingError,
  sealProblem,
} from "../../../player/core/recording/recording.js";
import { recordingInfo } from "../../../player/core/measures/info.js";
import { bytes, gzip, json, packed, random } from "../helpers/load.js";

for (const name of ["standard", "match", "hostile"]) {
  test(`${name}: the numbers are Python's to the last digit`, async () => {
    assert.deepEqual(
      JSON.parse(
        JSON.stringify(recordingInfo(await openRecording(await bytes(`fixtures/${name}.specrec`)))),
      ),
      await json(`fixtures/${name}.json`),
    );
  });
}

test("the seal holds, and one changed byte is found", async () => {
  const data = await bytes("fixtures/standard.specrec");
  assert.equal(await sealProblem(parseRecording(data)), null);
  const changed = data.slice();
  changed[changed.length - 1] ^= 1;
  assert.match(String(await sealProblem(parseRecording(changed))), /digest/);
});

test("an end that counts other events than there are is a problem", () => {
  const none = new Uint8Array();
  for (const counted of [0, 1, 2, 3, 4]) {
    const end = ["end", 9, "complete", counted, none, new Uint8Array(32).fill(1)];
    const { problem } = parseRecording(packed([["lane", 1, "speculative"], ["mark", 2, "m"], end]));
    assert.equal(problem === null, counted === 2, String(problem));
  }
});

test("gzip gives the same recording, and a cut one gives what it holds", async () => {
  const data = await bytes("fixtures/standard.specrec");
  const packed = await gzip(data);
  assert.equal((await openRecording(packed)).events, parseRecording(data).events);
  const cut = await openRecording(packed.subarray(0, packed.length >> 1));
  assert.ok(cut.events > 50);
  assert.match(String(cut.problem), /cut|no end/);
});

/** @param {Uint8Array<ArrayBuffer>} data @param {() => number} chance @param {number} most */
function* inPieces(data, chance, most) {
  for (let at = 0, size; at < data.length; at += size) {
    size = Math.floor(chance() * most); // some are empty
    yield data.subarray(at, at + size);
  }
}

test("however its pieces arrive, a recording is what it is whole, and its seal holds", async () => {
  const data = await bytes("fixtures/standard.specrec");
  for (const [seed, most, given] of /** @type {const} */ ([
    [1, 9, data],
    [2, 5000, data],
    [3, 40, await gzip(data)],
    [4, 1e6, await gzip(data)],
  ])) {
    const recording = await readRecording(inPieces(given, random(seed), most));
    assert.deepEqual(recordingInfo(recording), recordingInfo(parseRecording(data)));
    assert.equal(await sealProblem(recording), null);
  }
});

test("pieces that are foreign are refused before the last one was asked for", async () => {
  let asked = 0;
  const endless = function* () {
    for (; ; asked++) yield new Uint8Array(1000);
  };
  await assert.rejects(() => readRecording(endless()), RecordingError);
  const packed = await gzip(new Uint8Array(4e6));
  await assert.rejects(() => readRecording(inPieces(packed, random(5), 500)), RecordingError);
  assert.ok(asked < 10);
});

test("a file cut at any byte yields every whole event, never raises, and says so", async () => {
  const data = await bytes("fixtures/standard.specrec");
  let before = 0;
  let first = 0;
  for (let size = 0; size < data.length; size += size < 3000 ? 1 : 37) {
    let cut;
    try {
      cut = parseRecording(data.subarray(0, size));
    } catch (error) {
      assert.ok(error instanceof RecordingError && before === 0);
      first = size;
      continue;
    }
    assert.ok(cut.problem !== null && cut.events >= before);
    before = cut.events;
  }
  assert.ok(first > 100 && before > 200);
});

test("foreign bytes and later versions are refused in a sentence", async () => {
  for (const foreign of [
    [],
    [0x80],
    [0xc1],
    [...new TextEncoder().encode("<!doctype html>")],
    [0x1f, 0x8b, 1, 2],
  ]) {
    await assert.rejects(() => openRecording(new Uint8Array(foreign)), RecordingError);
  }
  const text = (/** @type {string} */ word) => [
    0xa0 + word.length,
    ...new TextEncoder().encode(word),
  ];
  const later = new Uint8Array([
    0x82,
    ...text("format"),
    ...text("specrecord"),
    ...text("version"),
    2,
  ]);
  assert.throws(() => parseRecording(later), /newer player/);
});

test("damage anywhere ends in a recording or a clear refusal", async () => {
  const data = await bytes("fixtures/match.specrec");
  const next = random(11);
  for (let turn = 0; turn < 400; turn++) {
    const damaged = data.slice();
    for (let times = 0; times < 3; times++)
      damaged[Math.floor(next() * damaged.length)] = Math.floor(next() * 256);
    try {
      recordingInfo(parseRecording(damaged));
    } catch (error) {
      assert.ok(error instanceof RecordingError, String(error));
    }
  }
});

test("a list leaves out what the header says; a token's own share is what decided", async () => {
  const recording = parseRecording(await bytes("fixtures/standard.specrec"));
  const track = recording.main;
  const [first] = decisions(recording, track, 0);
  const short = {
    ...first,
    targetTop: /** @type {[number, number][]} */ ([
      [first.token, 0.75],
      [first.token + 1, 0.125],
    ]),
    targetProb: 0.7501,
  };
  const floor = () => distributionsAt(recording, track, short).target?.floor;
  assert.equal(floor(), 1e-6);
  recording.header.evidence = { ...recording.header.evidence, least: 0.0001 };
  assert.equal(floor(), 0.0001);
  assert.equal(distributionsAt(recording, track, short).target?.get(short.token), short.targetProb);
  recording.header.evidence.of = "raw"; // then the list is of another distribution than the share
  assert.equal(distributionsAt(recording, track, short).target?.get(short.token), 0.75);
});
