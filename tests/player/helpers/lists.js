// The probability of each token is the one that the list shown beside it gives it, to the list's
// rounding, for draft and target.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { decisions } from "../../../player/core/decision.js";
import { parseRecording } from "../../../player/core/recording/recording.js";

const WITHOUT_REPLACEMENT = ["rrs", "match"];
const NEARLY_ALL = 0.9; // what a list leaves of this much is too blurred to compare

/**
 * How many tokens were compared; an error where one differs.
 * @param {string} path
 */
export async function lists(path) {
  const recording = parseRecording(new Uint8Array(await readFile(path)));
  const { rule } = recording.header;
  const { n, of, step = 0, least = 1e-6 } = recording.header.evidence;
  let compared = 0;

  /**
   * @param {[number, number][]} list
   * @param {number} token
   * @param {number} prob
   * @param {string} place
   * @param {number} [left] what the siblings drawn before, and not put back, left of the list
   */
  function compare(list, token, prob, place, left = 1) {
    if (left < 1 - NEARLY_ALL) return;
    const listed = list.find(([id]) => id === token)?.[1];
    const most = list.length < n ? least : (list.at(-1)?.[1] ?? 1);
    const blur = (step + 1e-6) / left;
    if (listed === undefined)
      assert.ok(prob <= most / left + blur, `${place}: ${prob} is not listed`);
    else
      assert.ok(
        Math.abs(listed / left - prob) <= blur,
        `${place}: ${prob}, listed ${listed / left}`,
      );
    compared++;
  }

  for (let round = 0; of !== "raw" && round < recording.main.rounds.length; round++) {
    const tokens = decisions(recording, recording.main, round);
    for (const one of tokens) {
      const place = `round ${round}, node ${one.at.node}`;
      const elders = tokens.filter(
        ({ at, parent, member }) =>
          at.node >= 0 &&
          at.node < one.at.node &&
          parent === one.parent &&
          Object.is(member, one.member),
      );
      const left = WITHOUT_REPLACEMENT.includes(rule)
        ? elders.reduce((rest, { draftProb }) => rest * (1 - draftProb), 1)
        : 1;
      // A token that was chosen, not drawn, counts 1 whatever its share is.
      if (one.draftTop && !Number.isNaN(one.drawUniform))
        compare(one.draftTop, one.token, one.draftProb, `${place}, draft`, left);
      if (one.targetTop && !Number.isNaN(one.targetProb))
        compare(one.targetTop, one.token, one.targetProb, `${place}, target`);
    }
  }
  return compared;
}
