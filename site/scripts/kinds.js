// Each kind of figure: controls, and a function from a run's figure data and the controls' values
// to a picture and numbers. Those about speed are in speed.js.

import * as distributions from "./distributions.js";
import { columns, svg } from "./draw.js";
import { SPEED_KINDS } from "./speed.js";

/** @typedef {import("./speed.js").FigureData} FigureData */
/** @typedef {import("./speed.js").Kind} Kind */

export const outcomes = (/** @type {FigureData} */ run) => [
  ...run.distributions.tokens,
  "all others",
];
const hasDistributions = (/** @type {FigureData} */ run) => Boolean(run.distributions);

/** @type {Record<string, Kind>} */
export const KINDS = {
  ...SPEED_KINDS,
  coin: {
    needs: hasDistributions,
    controls: [],
    draw(run, { p, q }) {
      const shared = distributions.overlap(p, q);
      const words =
        `Distributions over ${p.length} outcomes. ` +
        `They share ${shared.toFixed(3)} of their probability.`;
      return {
        picture: columns(outcomes(run), p, q, words),
        numbers: { shared, rejected: 1 - shared, match: distributions.matchRate(p, q) },
      };
    },
  },
  experiment: {
    needs: hasDistributions,
    controls: [],
    draw(run, { p, q, counts }) {
      const drawn = counts.reduce(
        (/** @type {number} */ total, /** @type {number} */ count) => total + count,
        0,
      );
      const shares = drawn ? counts.map((/** @type {number} */ count) => count / drawn) : null;
      const distance =
        shares &&
        p.reduce(
          (/** @type {number} */ total, /** @type {number} */ value, /** @type {number} */ x) =>
            total + Math.abs(value - shares[x]) / 2,
          0,
        );
      const words = shares
        ? `After ${drawn} tokens the distance from p is ${distance.toFixed(4)}.`
        : "The target's distribution beside the draft's. Nothing was drawn yet.";
      return {
        picture: columns(outcomes(run), p, q, words, shares),
        numbers: { drawn, distance: distance ?? "no draw yet" },
      };
    },
  },
  rules: {
    needs: hasDistributions,
    controls: [{ key: "drafts", label: "children", low: 1, high: 4, step: 1, start: () => 2 }],
    draw(run, { p, q, drafts }) {
      const numbers = {
        match: distributions.matchRate(p, q),
        coupled: distributions.coupledRate(p, q),
        standard: distributions.overlap(p, q),
        specinfer: distributions.severalRate(p, q, drafts, true),
        rrs: distributions.severalRate(p, q, drafts, false),
      };
      return {
        picture: columns(
          outcomes(run),
          p,
          q,
          `The two distributions; with ${drafts} children rrs keeps ${numbers.rrs.toFixed(3)}.`,
        ),
        numbers,
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
      const guesses = distributions.lookupGuesses(run.ids, run.prompt_tokens, size);
      const [proposed, right] = distributions.lookupHits(run.ids, run.prompt_tokens, size);
      return {
        picture: strip(
          guesses,
          `${proposed} guesses over ${guesses.length} tokens, ${right} of them right.`,
        ),
        numbers: { out: guesses.length, proposed, right, hit: proposed ? right / proposed : null },
      };
    },
  },
  names: {
    needs: () => true,
    controls: [],
    draw: (run) => ({
      picture: null,
      numbers: {
        acceptance_rate: run.acceptance_rate,
        alpha_hat: run.alpha_hat,
        length: run.mean_acceptance_length,
        without_own: run.rounds ? run.accepted / run.rounds : null,
        positions: run.tokens_from_positions,
        second:
          run.per_position[0] && run.per_position.length > 1
            ? run.per_position[1] / run.per_position[0]
            : null,
      },
    }),
  },
};

/**
 * One mark a token: a disc where a guess was right, a cross where it was wrong, a small ring where
 * there was none.
 * @param {(boolean | null)[]} guesses
 * @param {string} words
 */
function strip(guesses, words) {
  const across = 32;
  const marks = guesses.map((guess, index) => {
    const [x, y] = [(index % across) * 20 + 10, Math.floor(index / across) * 20 + 10];
    if (guess === null) return svg("circle", { class: "untested", cx: x, cy: y, r: 2.5 });
    if (guess) return svg("circle", { class: "accepted", cx: x, cy: y, r: 6 });
    return svg("path", { class: "rejected", d: `M${x - 5} ${y - 5}l10 10m0-10l-10 10` });
  });
  return svg(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${across * 20} ${Math.ceil(guesses.length / across) * 20}`,
      role: "img",
      "aria-label": words,
    },
    ...marks,
  );
}
