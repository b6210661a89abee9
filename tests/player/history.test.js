// The history of a run against the numbers that Python derives from the same recordings.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { countTrack, trackTime } from "../../player/core/measures/counts.js";
import { paceAt, paceOf, paceUpTo, roundsUpTo } from "../../player/core/measures/history.js";
import { figures } from "../../player/core/measures/numbers.js";
import { openRecording } from "../../player/core/recording/recording.js";

const ROOT = new URL("../../", import.meta.url);
const read = async (/** @type {string} */ path) =>
  new Uint8Array(await readFile(new URL(path, ROOT)));
/** @type {Record<string, any>} */
const INFO = JSON.parse(new TextDecoder().decode(await read("tests/fixtures/gallery_info.json")));

/** @param {number} one @param {number} other */
const near = (one, other) =>
  assert.ok(Math.abs(one - other) <= 1e-9 * Math.abs(other), `${one} ${other}`);

for (const [name, info] of Object.entries(INFO))
  test(`${name}: a history ends in the whole run's numbers`, async () => {
    const { main, tracks } = await openRecording(await read(`recordings/${name}.specrec`));
    const own = paceOf(main);
    const last = own[own.length - 1];
    near(last.rate, info.tokens_per_second);
    near(last.seconds, info.duration_s);
    for (const [baseline, ratio] of Object.entries(info.speedup)) {
      const track = tracks.get(baseline);
      if (track && ratio) near(last.rate / paceOf(track)[paceOf(track).length - 1].rate, ratio);
    }
    const { found, rounds, over } = roundsUpTo(main, main.end, Infinity);
    assert.deepEqual([rounds, over, found.length], [info.rounds, info.rounds, info.rounds]);
    const sum = (/** @type {"drafted" | "accepted"} */ key) =>
      found.reduce((total, one) => total + one[key], 0);
    assert.deepEqual([sum("drafted"), sum("accepted")], [info.drafted, info.accepted]);
  });

test("up to any time a history is that of the events before it", async () => {
  const { main } = await openRecording(await read("recordings/network-score-30.specrec"));
  for (let share = 0; share <= 1; share += 0.01) {
    const time = Math.round(main.start + share * (main.end - main.start));
    const { tokens, accepted } = countTrack(main, time);
    const now = paceAt(main, time);
    near(now.rate * trackTime(main, time), tokens * 1e6);
    const line = paceUpTo(main, time);
    assert.deepEqual(line[line.length - 1], now);
    line.forEach(({ seconds }, at) => assert.ok(!at || seconds > line[at - 1].seconds));
    const { found } = roundsUpTo(main, time, Infinity);
    assert.ok(found.reduce((total, one) => total + one.accepted, 0) <= accepted);
  }
});

test("rounds that share a column are their mean", async () => {
  const { main } = await openRecording(await read("recordings/story.specrec"));
  const [single, shared] = [Infinity, 10].map((columns) => roundsUpTo(main, main.end, columns));
  assert.equal(shared.columns, 8);
  const mean = single.found.slice(4, 8).reduce((total, one) => total + one.accepted, 0) / 4;
  assert.equal(shared.found[1].accepted, mean);
  assert.equal(single.most, 4);
});

test("three figures", () => {
  const texts = [0.6, 41.234, 99.94, 123.4, 1540.2, 12345.6, null, NaN].map(figures);
  const unknown = ["unknown", "unknown"];
  assert.deepEqual(texts, ["0.600", "41.2", "99.9", "123", "1,540", "12,300", ...unknown]);
});
