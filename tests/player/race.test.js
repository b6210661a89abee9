// What races and differences say of recordings.
import assert from "node:assert/strict";
import test from "node:test";
import { divergence, raceLength, runnersOf, standing } from "../../player/core/race.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { bytes } from "./helpers/load.js";

test("a race tells who is ahead, by how much, at any moment", async () => {
  const runners = runnersOf(await openRecording(await bytes("fixtures/standard.specrec")));
  assert.equal(runners.length, 2);
  assert.deepEqual(standing(runners, 0).tokens, [0, 0]);
  const end = standing(runners, raceLength(runners));
  assert.deepEqual(
    end.tokens,
    runners.map((one) => one.tokens),
  );
  assert.deepEqual(end.done, [true, true]);
  for (let share = 0; share <= 1; share += 0.01) {
    const { tokens, leader, lead } = standing(runners, share * raceLength(runners));
    assert.equal(
      lead,
      leader < 0
        ? Math.max(...tokens) - Math.max(0, ...tokens.filter((one) => one < Math.max(...tokens)))
        : Math.max(...tokens) - Math.min(...tokens),
    );
  }
});

test("two outputs part at the first token that differs", async () => {
  const [one, other] = runnersOf(await openRecording(await bytes("fixtures/standard.specrec")));
  assert.equal(divergence(one, one), -1);
  const at = divergence(one, other);
  for (let index = 0; index < at; index++) assert.equal(one.texts[index], other.texts[index]);
  assert.notEqual(one.track.output.token[at], other.track.output.token[at]);
});
