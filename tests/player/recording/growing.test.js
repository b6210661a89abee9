// A recording read while it is written: however its bytes arrive, the end is what reading it whole
// gives.
import assert from "node:assert/strict";
import test from "node:test";
import { Track } from "../../../player/core/recording/track.js";
import { parseRecording } from "../../../player/core/recording/recording.js";
import { recordingInfo } from "../../../player/core/measures/info.js";
import { growingTexts, outputTexts } from "../../../player/core/text.js";
import { bytes, random } from "../helpers/load.js";

/**
 * Where to cut at first: after the header and some events.
 * @param {Uint8Array<ArrayBuffer>} data
 */
const enough = (data) => Math.floor(data.length / 8);

for (const name of ["standard", "match", "hostile"]) {
  test(`${name}: pieces of any size give the columns, texts and numbers of the whole`, async () => {
    const data = await bytes(`fixtures/${name}.specrec`);
    const whole = parseRecording(data);
    const chance = random(7);
    let size = enough(data);
    const growing = parseRecording(data.slice(0, size));
    const writing = growingTexts(growing, growing.main);
    while (size < data.length) {
      size = Math.min(data.length, size + 1 + Math.floor(chance() * 700));
      growing.grow(data.slice(0, size)); // a new buffer each time, as when one is outgrown
      writing.extend();
      assert.equal(writing.texts.length, growing.main.output.length);
      recordingInfo(growing);
    }
    writing.extend(true);
    assert.equal(growing.problem, whole.problem);
    assert.deepEqual(recordingInfo(growing), recordingInfo(whole));
    assert.deepEqual(writing.texts, outputTexts(whole, whole.main));
    for (const kind of /** @type {const} */ (["draft", "verdict", "emit"])) {
      const [one, other] = [growing.main.tables[kind], whole.main.tables[kind]];
      assert.equal(one.length, other.length);
      for (let row = 0; row < one.length; row++)
        assert.deepEqual(growing.top(one, row), whole.top(other, row));
    }
  });
}

test("a character whose rest has not come yet waits for it", () => {
  const parts = [[0xe2], [0x82], [0xac, 0x21]];
  const tokens = new Map(parts.map((part, id) => [id, new Uint8Array(part)]));
  const track = new Track("speculative");
  const writing = growingTexts({ tokens }, track);
  for (const id of [0, 1]) {
    track.output.push(id, id, 0, 0, id);
    writing.extend();
    assert.equal(writing.texts.join(""), "");
  }
  track.output.push(2, 2, 0, 0, 2);
  writing.extend();
  assert.equal(writing.texts.join(""), "€!");
});
