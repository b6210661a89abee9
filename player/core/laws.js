// The two laws at a place of a round, as far as the recording tells them, and what follows from
// both: the residual.

import { rowsOf } from "./recording/lane.js";
import { TARGET_SIDE } from "./recording/fields.js";

// What a list that is not full leaves out has less than this, unless the header says otherwise.
const LEFT_OUT = 1e-6;

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/lane.js").Lane} Lane */
/** @typedef {import("./decision.js").Decision} Decision */

/**
 * One law: `get(token)` is its share, NaN where that is not known; `floor` says that tokens not
 * listed have less than this (NaN: nothing is known of them). `whole` is true where every entry was
 * recorded.
 * @typedef {{ get(token: number): number, floor: number, listed: number[], whole: boolean }} Law
 */

/**
 * The target's and the draft's law at a token's place; null where none was kept.
 * @param {Recording} recording
 * @param {Lane} lane
 * @param {Decision} one
 * @returns {{ target: Law | null, draft: Law | null }}
 */
export function lawsAt(recording, lane, one) {
  const evidence = recording.header.evidence;
  const target =
    wholeLaw(recording, lane, one, true) ??
    listedLaw(one.targetTop, evidence, one.token, one.targetProb);
  const draft =
    wholeLaw(recording, lane, one, false) ??
    listedLaw(one.draftTop, evidence, one.token, one.draftProb);
  return { target, draft };
}

/**
 * A law as its likeliest tokens tell it. Lists may be rounded; the share of the token itself is
 * known to all digits.
 * @param {[number, number][] | null} top
 * @param {any} evidence
 * @param {number} token
 * @param {number} prob
 * @returns {Law | null}
 */
function listedLaw(top, evidence, token, prob) {
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
 * A law kept whole with `--evidence full`.
 * @param {Recording} recording
 * @param {Lane} lane
 * @param {Decision} one
 * @param {boolean} target
 * @returns {Law | null}
 */
function wholeLaw(recording, lane, one, target) {
  const { laws } = lane;
  const [from, to] = rowsOf(lane, one.at.round, "law");
  for (let row = from; row < to; row++) {
    if (
      (laws.side[row] === TARGET_SIDE) !== target ||
      laws.row[row] !== one.parent ||
      laws.time[row] > one.time
    )
      continue;
    const probs = recording.floats(laws.probsOffset[row], laws.probsLength[row]);
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
 * The tokens worth showing: likeliest first in either law, the token itself always among them.
 * @param {(Law | null)[]} laws
 * @param {number} token
 * @param {number} count
 * @returns {number[]}
 */
export function worthShowing(laws, token, count) {
  const most = (/** @type {number} */ id) => Math.max(...laws.map((law) => law?.get(id) || 0));
  const ids = [...new Set(laws.flatMap((law) => law?.listed ?? []))]
    .sort((a, b) => most(b) - most(a))
    .slice(0, count);
  if (!ids.includes(token)) ids.splice(Math.min(count - 1, ids.length), 1, token);
  return ids;
}
