// What races and differences say of recordings.
import assert from "node:assert/strict";
import test from "node:test";
import {
  divergence,
  doing,
  paceAt,
  raceLength,
  result,
  runnersOf,
  runnersOfEach,
  standing,
} from "../../player/core/race/race.js";
import { leadText, ratioText, standingText } from "../../player/core/race/race-words.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { bytes } from "./helpers/load.js";

const open = async () => openRecording(await bytes("fixtures/standard.specrec"));

test("a race tells who is ahead, by how much, at any moment", async () => {
  const runners = runnersOf(await open());
  assert.equal(runners.length, 2);
  assert.deepEqual(standing(runners, 0).tokens, [0, 0]);
  for (let share = 0; share < 1; share += 0.01) {
    const { tokens, done, leader, lead } = standing(runners, share * raceLength(runners));
    assert.equal(lead, Math.max(...tokens) - Math.min(...tokens));
    if (done.includes(true)) assert.equal(leader, result(runners).winner);
    else if (lead === 0) assert.equal(leader, -1);
    else assert.equal(tokens[leader], Math.max(...tokens));
  }
});

test("a race lasts until the last is in, and then the order is that of the finish", async () => {
  const runners = runnersOf(await open());
  const end = result(runners);
  const [first, next] = end.order.map((index) => runners[index]);
  assert.equal(raceLength(runners), next.length);
  const over = standing(runners, raceLength(runners), end.winner);
  assert.deepEqual(over.done, [true, true]);
  assert.deepEqual(
    over.tokens,
    runners.map((one) => one.tokens),
  );
  const between = standing(runners, (first.length + next.length) / 2, end.winner);
  assert.equal(between.done.filter(Boolean).length, 1);
  assert.equal(between.leader, end.winner);
  const said = standingText(runners, end, over);
  assert.ok(said.startsWith(`${first.full} wins by ${leadText(end.lead ?? NaN)}`), said);
  const [run] = runners;
  assert.match(said, new RegExp(`${ratioText(run.against[0].value)} (its|the) tokens per second`));
  assert.ok(standingText(runners, end, between).startsWith(`${first.full} is in after`));
});

test("runs that come in at once share their rank, and nobody wins", async () => {
  const [one] = runnersOf(await open());
  const end = result([one, one]);
  assert.deepEqual([end.ranks, end.winner, end.lead, end.same], [[1, 1], -1, 0, true]);
  const half = standing([one, one], one.length / 2);
  assert.equal(half.leader, -1);
});

test("lanes of recordings that draft alike go by what the author calls them", async () => {
  const recording = await open();
  const [one] = runnersOfEach([recording]);
  assert.match(one.name, /^with .*, K=/);
  const named = runnersOfEach([recording, recording], ["left", ""], ["", "b.specrec"]);
  const title = recording.header.title || "b.specrec";
  assert.deepEqual(
    named.map(({ name }) => name),
    ["left", title],
  );
});

test("a lane says what waits for its check, and then what was accepted", async () => {
  const [run] = runnersOf(await open());
  let waited = 0;
  for (let share = 0; share <= 1; share += 0.002) {
    const at = doing(run, share * run.length);
    assert.equal(at.accepted === null ? at.drafted : 0, at.waiting.length);
    if (at.accepted !== null) assert.ok(at.accepted <= at.drafted);
    waited += at.waiting.length;
  }
  assert.ok(waited > 0);
  assert.equal(doing(run, run.length).passes, run.track.verifies.length);
});

test("the first rounds are shown slowly, and the rest at the speed that is set", async () => {
  const runners = runnersOf(await open());
  const { track, map } = runners[0];
  assert.ok(paceAt(runners, map.toSeconds(track.rounds.time[1]), 1) < 1);
  assert.equal(paceAt(runners, map.toSeconds(track.rounds.time[4]), 1), 1);
  assert.equal(paceAt(runners, map.toSeconds(track.rounds.time[1]), 1e-9), 1e-9);
});

test("two outputs part at the first token that differs", async () => {
  const [one, other] = runnersOf(await open());
  assert.equal(divergence(one, one), -1);
  const at = divergence(one, other);
  for (let index = 0; index < at; index++) assert.equal(one.texts[index], other.texts[index]);
  assert.notEqual(one.track.output.token[at], other.track.output.token[at]);
});
