// Over a handful of outcomes: how often each rule accepts, and what it puts out. p is the target's
// distribution, q the draft's. As in specrecord/publish/figures/distributions.py, where each
// formula names its source.

import {
  coupledAcceptance,
  draw,
  residual,
  total,
  without,
} from "../../../player/lab/distributions.js";

/** @typedef {import("../../../player/lab/distributions.js").Probs} Probs */

/** @param {Probs} p @param {Probs} q */
export const matchRate = (p, q) => total(p.map((value, x) => value * q[x]));

/** @param {Probs} p @param {Probs} q */
export const coupledRate = (p, q) =>
  total(q.map((prob, x) => (prob > 0 ? prob * coupledAcceptance(p, q, x) : 0)));

/**
 * @param {Probs} p
 * @param {Probs | null} q
 * @param {number} drafts
 * @param {boolean} replace
 * @returns {number}
 */
export function multiDraftRate(p, q, drafts, replace) {
  if (drafts === 0 || !q) return 0;
  const left = residual(p, q).probs;
  return total(
    q.map((prob, child) => {
      if (prob === 0) return 0;
      const accept = Math.min(1, p[child] / prob);
      if (accept === 1) return prob;
      const rest = replace ? q : without(q, child);
      return prob * (accept + (1 - accept) * multiDraftRate(left, rest, drafts - 1, replace));
    }),
  );
}

/**
 * Prompt lookup over a text: for each output token null without a proposal, else whether it is
 * right.
 * @param {number[]} tokens
 * @param {number} prompt
 * @param {number} size
 */
export function lookupProposals(tokens, prompt, size) {
  return tokens.slice(prompt).map((token, index) => {
    const place = prompt + index;
    for (let at = place - size - 1; at >= 0; at--)
      if (tokens.slice(at, at + size).every((one, step) => one === tokens[place - size + step]))
        return tokens[at + size] === token;
    return null;
  });
}

/**
 * One round of one token, told step by step: a token is drafted from q, the coin is thrown, and
 * what comes out is that token or one drawn from the residual.
 * @param {Probs} p
 * @param {Probs} q
 * @param {() => number} random
 */
export function throwCoin(p, q, random) {
  const { token: drafted, prob } = draw(q, random());
  const [keep, uniform] = [Math.min(1, p[drafted] / prob), random()];
  const yes = uniform < keep;
  return {
    drafted,
    keep,
    uniform,
    yes,
    token: yes ? drafted : draw(residual(p, q).probs, random()).token,
  };
}

/**
 * One token of what a rule puts out, drawn by `random`.
 * @param {Probs} p
 * @param {Probs} q
 * @param {() => number} random
 * @param {string} rule
 */
export function drawToken(p, q, random, rule) {
  const { token, prob } = draw(q, random());
  const accept = rule === "always" ? 1 : p[token] / prob;
  if (random() < accept) return token;
  return draw(rule === "fresh" ? p : residual(p, q).probs, random()).token;
}
