// How a token was put to the test, for every rule: which share of the line from 0 to 1 counts, and
// where the coin fell. docs/format.md defines the rules; nothing here decides anything, it says
// what the recorded numbers were compared with.

import { EMIT } from "./recording/fields.js";

/** @typedef {import("./decision.js").Decision} Decision */

/**
 * Rules that compare a coin with a chance, and draw what follows a rejection from a residual; the
 * others compare it with an interval of a distribution.
 */
export const CHANCE_RULES = new Set(["standard", "block", "specinfer", "rrs"]);

/** What the coin is held against, as a column's heading. @type {Record<string, string>} */
export const CRITERIA = {
  standard: "accept if u falls in the bar",
  block: "prefix stays if its u falls in the bar",
  match: "accept if u falls in the token’s share",
  gumbel: "accept if u falls in the bar",
  specinfer: "accept if u falls in the bar",
  drawn: "accept if the target draws it, too",
  own: "the engine decided",
  rrs: "accept if u falls in the bar",
};

/**
 * The stretch [from, to) of the line that counts and the coin `u`; null where no coin was recorded.
 * `ratio` is [above, below] of the fraction that gives the chance, NaN where there is none.
 * @param {Decision} one
 * @param {string} rule
 */
export function trialOf(one, rule) {
  if (isNaN(one.uniform)) return null;
  if (one.at.node === EMIT) return { kind: "drawn", from: one.low, to: one.high, u: one.uniform };
  if (CHANCE_RULES.has(rule)) return { kind: "below", from: 0, to: one.accept, u: one.uniform };
  if (rule === "gumbel") return { kind: "above", from: one.low, to: 1, u: one.uniform };
  return { kind: "inside", from: one.low, to: one.high, u: one.uniform };
}

/**
 * The weights w_1, w_2, ... of rule `block` over a chain: w_i = min(1, w_(i-1) target / draft).
 * @param {Decision[]} chain
 */
export function blockWeights(chain) {
  let weight = 1;
  return chain.map((one) => (weight = Math.min(1, (weight * one.targetProb) / one.draftProb)));
}

/**
 * Why a drafted token was never tested: the token that ended its branch, and how.
 * @param {Decision} one
 * @param {Decision[]} tokens  of the round
 * @returns {{ cause: "sibling" | "parent" | "end", by: Decision | null }}
 */
export function whyUntested(one, tokens) {
  for (let above = one; above; above = tokens[above.parent]) {
    if (above.state === "rejected") return { cause: "parent", by: above };
    const taken = tokens.find(
      (other) => other.parent === above.parent && other.state === "accepted" && other !== above,
    );
    if (taken) return { cause: "sibling", by: taken };
  }
  return { cause: "end", by: null };
}
