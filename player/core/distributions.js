// The two distributions at a place of a round, as far as they were recorded, and what follows from
// both: the residual.

import { DRAFT_SIDE, TARGET_SIDE } from "./recording/fields.js";
import { Round } from "./round.js";

// What a list that is not full leaves out has less than this, unless the header says otherwise.
const LEFT_OUT = 1e-6;

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */
/** @typedef {import("./decision.js").Decision} Decision */

/**
 * One distribution: `get(token)` is its share, NaN where that is not known; `floor` says that
 * tokens not listed have less than this (NaN: nothing is known of them). `whole` is true where
 * every entry was recorded.
 * @typedef {{
 *   get(token: number): number, floor: number, listed: number[], whole: boolean,
 * }} Distribution
 */

/**
 * The target's and the draft's distribution at a token's place; null where none was recorded.
 * @param {Recording} recording
 * @param {Track} track
 * @param {Decision} one
 * @returns {{ target: Distribution | null, draft: Distribution | null }}
 */
export function distributionsAt(recording, track, one) {
  const listed = (/** @type {[number, number][] | null} */ top, /** @type {number} */ prob) =>
    listedDistribution(top, recording.header.evidence, one.token, prob);
  return {
    target:
      wholeDistribution(recording, track, one, TARGET_SIDE) ??
      listed(one.targetTop, one.targetProb),
    draft:
      wholeDistribution(recording, track, one, DRAFT_SIDE) ?? listed(one.draftTop, one.draftProb),
  };
}

/**
 * A distribution as its likeliest tokens give it. Lists may be rounded; the share of the token
 * itself is known to all digits.
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
  if ((evidence?.of !== "raw" || !shares.has(token)) && !isNaN(prob)) shares.set(token, prob);
  return { get: (id) => shares.get(id) ?? NaN, floor, listed: [...shares.keys()], whole: false };
}

/**
 * A distribution recorded whole, with `--evidence full`: of the target, or of the member of the
 * draft that drafted the token.
 * @param {Recording} recording
 * @param {Track} track
 * @param {Decision} one
 * @param {number} side
 * @returns {Distribution | null}
 */
function wholeDistribution(recording, track, one, side) {
  const { distributions: table } = track;
  let [row, to] = new Round(track, one.at.round).rows("law");
  const fits = () =>
    table.side[row] === side &&
    table.row[row] === one.parent &&
    (side === TARGET_SIDE || Object.is(table.member[row], one.member)) &&
    table.time[row] <= one.time;
  while (row < to && !fits()) row++;
  if (row === to) return null;
  const probs = recording.floats(table.probsOffset[row], table.probsLength[row]);
  const listed = [...probs.keys()].sort((a, b) => probs[b] - probs[a]).slice(0, 16);
  return { get: (id) => probs[id] ?? 0, floor: 0, listed, whole: true };
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
 * The tokens worth showing: likeliest first in either distribution, the token itself always among
 * them.
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
