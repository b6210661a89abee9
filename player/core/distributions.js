// The two distributions at a place of a round, as far as the recording tells them, and what follows from
// both: the residual.

import { rowsOf } from "./recording/track.js";
import { TARGET_SIDE } from "./recording/fields.js";

// What a list that is not full leaves out has less than this, unless the header says otherwise.
const LEFT_OUT = 1e-6;

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */
/** @typedef {import("./decision.js").Decision} Decision */

/**
 * One distribution: `get(token)` is its share, NaN where that is not known; `floor` says that tokens not
 * listed have less than this (NaN: nothing is known of them). `whole` is true where every entry was
 * recorded.
 * @typedef {{ get(token: number): number, floor: number, listed: number[], whole: boolean }} Distribution
 */

/**
 * The target's and the draft's distribution at a token's place; null where none was kept.
 * @param {Recording} recording
 * @param {Track} track
 * @param {Decision} one
 * @returns {{ target: Distribution | null, draft: Distribution | null }}
 */
export function distributionsAt(recording, track, one) {
  const evidence = recording.header.evidence;
  const target =
    wholeDistribution(recording, track, one, true) ??
    listedDistribution(one.targetTop, evidence, one.token, one.targetProb);
  const draft =
    wholeDistribution(recording, track, one, false) ??
    listedDistribution(one.draftTop, evidence, one.token, one.draftProb);
  return { target, draft };
}

/**
 * A distribution as its likeliest tokens tell it. Lists may be rounded; the share of the token itself is
 * known to all digits.
 * @param {[number, number][] | null} top
 * @param {any} evidence
 * @param {number} token
 * @param {number} prob
 * @returns {Distribution | null}
 */
function listedDistribution(top, evidence, token, prob) {
  if (!top) return null;
  const shares = new Map(top);
  const floor =
    top.length < (evidence?.n ?? 10)
      ? (evidence?.least ?? LEFT_OUT)
      : (top[top.length - 1]?.[1] ?? NaN);
  if ((evidence?.of !== "raw" || !shares.has(token)) && !Number.isNaN(prob))
    shares.set(token, prob);
  return { get: (id) => shares.get(id) ?? NaN, floor, listed: [...shares.keys()], whole: false };
}

/**
 * A distribution kept whole with `--evidence full`.
 * @param {Recording} recording
 * @param {Track} track
 * @param {Decision} one
 * @param {boolean} target
 * @returns {Distribution | null}
 */
function wholeDistribution(recording, track, one, target) {
  const { distributions } = track;
  const [from, to] = rowsOf(track, one.at.round, "law");
  for (let row = from; row < to; row++) {
    if (
      (distributions.side[row] === TARGET_SIDE) !== target ||
      distributions.row[row] !== one.parent ||
      distributions.time[row] > one.time
    )
      continue;
    const probs = recording.floats(distributions.probsOffset[row], distributions.probsLength[row]);
    const listed = [...probs.keys()].sort((a, b) => probs[b] - probs[a]).slice(0, 16);
    return { get: (id) => probs[id] ?? 0, floor: 0, listed, whole: true };
  }
  return null;
}

/**
 * The share of a token in the residual norm(max(0, target - draft)), NaN where it does not follow
 * from what is known.
 * @param {number} target
 * @param {number} draft
 * @param {number} overlap the sum of min(target, draft)
 */
export function residual(target, draft, overlap) {
  return overlap < 1 ? Math.max(0, target - draft) / (1 - overlap) : NaN;
}

/**
 * The tokens worth showing: likeliest first in either distribution, the token itself always among them.
 * @param {(Distribution | null)[]} distributions
 * @param {number} token
 * @param {number} count
 * @returns {number[]}
 */
export function worthShowing(distributions, token, count) {
  const most = (/** @type {number} */ id) =>
    Math.max(...distributions.map((distribution) => distribution?.get(id) || 0));
  const ids = [...new Set(distributions.flatMap((distribution) => distribution?.listed ?? []))]
    .sort((a, b) => most(b) - most(a))
    .slice(0, count);
  if (!ids.includes(token)) ids.splice(Math.min(count - 1, ids.length), 1, token);
  return ids;
}
