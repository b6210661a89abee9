// Whole distributions, kept with `--evidence full`: each token is shown beside those of its own
// place and side, as the events hold them.
import assert from "node:assert/strict";
import { EMIT } from "../../player/core/recording/fields.js";
import test from "node:test";
import { decisions } from "../../player/core/decision.js";
import { distributionsAt } from "../../player/core/distributions.js";
import { parseRecording } from "../../player/core/recording/recording.js";
import { bytes } from "./helpers/load.js";
import { eventsOf } from "./helpers/replay.js";

/** The distributions of each round, by side and place. @param {any[]} events */
function wholesOf(events) {
  /** @type {Map<string, Float32Array>[]} */
  const rounds = [];
  let track = "";
  for (const [kind, , ...values] of events) {
    if (kind === "lane") track = values[0];
    if (track !== "speculative") continue;
    if (kind === "round") rounds.push(new Map());
    const [side, row, probs] = values;
    if (kind === "law")
      rounds.at(-1)?.set(`${side} ${row}`, new Float32Array(probs.slice().buffer));
  }
  return rounds;
}

for (const name of ["full", "match-full"]) {
  test(`${name}: a token stands beside the whole distributions of its place`, async () => {
    const data = await bytes(`../fixtures/v1/${name}.specrec`);
    const recording = parseRecording(data);
    let compared = 0;
    wholesOf(eventsOf(data)).forEach((wholes, round) => {
      for (const one of decisions(recording, recording.main, round)) {
        const shown = distributionsAt(recording, recording.main, one);
        for (const side of /** @type {const} */ (["target", "draft"])) {
          const whole = wholes.get(`${side} ${one.parent}`);
          assert.equal(
            shown[side]?.whole ?? false,
            Boolean(whole),
            `${side} ${round} ${one.at.node}`,
          );
          whole?.forEach((prob, id) => assert.equal(shown[side]?.get(id), prob));
          compared += whole?.length ?? 0;
        }
        const prob = one.at.node === EMIT ? NaN : one.draftProb;
        if (!Number.isNaN(prob)) assert.equal(shown.draft?.get(one.token), Math.fround(prob));
      }
    });
    assert.ok(compared > 100);
  });
}
