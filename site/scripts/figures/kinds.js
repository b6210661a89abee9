// Each kind of figure: controls, and a function from a run's figure data and the controls' values
// to a picture and numbers. Those about speed are in speed.js.

import { overlap, total } from "../../../player/lab/distributions.js";
import { coupledRate, lookupProposals, matchRate, multiDraftRate } from "./distributions.js";
import { columns, lines, niceAxis, strip, valueAt } from "./draw.js";
import { ROUND_KINDS } from "./passes.js";
import { SPEED_KINDS, curve, here } from "./speed.js";

/** @typedef {import("./speed.js").FigureData} FigureData */
/** @typedef {import("./speed.js").Kind} Kind */

export const outcomes = (/** @type {FigureData} */ run) => [
  ...run.distributions.tokens,
  "all others",
];
const MOST = 4; // children
const CHILDREN = { label: "children", low: 1, high: MOST, ticks: [1, 2, 3, 4] };
const hasDistributions = (/** @type {FigureData} */ run) => Boolean(run.distributions);

const RULE_NAMES = /** @type {const} */ ([
  ["match", "match"],
  ["coupled", "gumbel"],
  ["standard", "standard"],
  ["specinfer", "specinfer"],
  ["rrs", "rrs"],
]);

/** @type {(p: Float64Array, q: Float64Array, drafts: number) => Record<string, number>} */
const ruleRates = (p, q, drafts) => ({
  match: matchRate(p, q),
  coupled: coupledRate(p, q),
  standard: overlap(p, q),
  specinfer: multiDraftRate(p, q, drafts, true),
  rrs: multiDraftRate(p, q, drafts, false),
});

/** @type {Record<string, Kind>} */
export const KINDS = {
  ...SPEED_KINDS,
  ...ROUND_KINDS,
  coin: {
    needs: hasDistributions,
    controls: [],
    draw(run, { p, q, thrown, yes }) {
      const shared = overlap(p, q);
      const words =
        `Distributions over ${p.length} outcomes. ` +
        `They share ${shared.toFixed(3)} of their probability.`;
      return {
        picture: columns(outcomes(run), p, q, words),
        numbers: {
          shared,
          rejected: 1 - shared,
          match: matchRate(p, q),
          thrown,
          yes: thrown ? yes / thrown : "no coin yet",
        },
      };
    },
  },
  experiment: {
    needs: hasDistributions,
    controls: [],
    draw(run, { p, q, counts }) {
      const drawn = total(counts);
      const shares = drawn ? counts.map((/** @type {number} */ count) => count / drawn) : null;
      const distance = shares && 1 - overlap(p, shares);
      const words = shares
        ? `After ${drawn} tokens the distance from p is ${distance?.toFixed(4)}.`
        : "The target's distribution beside the draft's. Nothing was drawn yet.";
      return {
        picture: columns(outcomes(run), p, q, words, shares),
        numbers: { drawn, distance: distance ?? "no draw yet" },
      };
    },
  },
  rules: {
    needs: hasDistributions,
    controls: [{ key: "drafts", label: "children", low: 1, high: MOST, step: 1, start: () => 2 }],
    draw(_, { p, q, drafts }) {
      const rates = CHILDREN.ticks.map((children) => ruleRates(p, q, children));
      const numbers = rates[drafts - 1];
      const series = RULE_NAMES.map(([rule, name]) =>
        curve(rule, CHILDREN.ticks, (children) => rates[children - 1][rule], name),
      );
      return {
        picture: lines({
          x: CHILDREN,
          y: niceAxis("chance that one is kept", 1),
          series: [here(drafts, numbers.rrs), ...series],
          words: `With ${drafts} children rrs keeps one with chance ${numbers.rrs.toFixed(3)}.`,
        }),
        numbers,
        pick: (left) => ["drafts", valueAt(CHILDREN, left)],
      };
    },
  },
  lookup: {
    needs: (run) => run.ids.length > 0,
    controls: [
      {
        key: "size",
        label: "n, tokens that must have occurred before",
        low: 1,
        high: 4,
        step: 1,
        start: () => 2,
      },
    ],
    draw(run, { size }) {
      const proposals = lookupProposals(run.ids, run.prompt_tokens, size);
      const proposed = proposals.filter((one) => one !== null).length;
      const right = proposals.filter(Boolean).length;
      const out = proposals.length;
      const words = `${proposed} guesses over ${out} tokens, ${right} of them right.`;
      return {
        picture: strip(proposals, words),
        numbers: { out, proposed, right, hit: proposed ? right / proposed : null },
      };
    },
  },
  names: {
    needs: () => true,
    controls: [],
    draw: ({ acceptance_rate, alpha_hat, per_position: [first, second], ...run }) => ({
      picture: null,
      numbers: {
        acceptance_rate,
        alpha_hat,
        length: run.mean_acceptance_length,
        without_own: run.rounds ? run.accepted / run.rounds : null,
        positions: run.tokens_from_positions,
        second: second / first,
      },
    }),
  },
};
