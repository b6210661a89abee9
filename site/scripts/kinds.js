// Each kind of figure: controls, and a function from a run's lesson and the controls' values to a
// picture and numbers.

import { laws, lines, niceAxis, svg } from "./draw.js";
import * as law from "./laws.js";
import * as theory from "../../player/core/theory.js";

/** @typedef {Record<string, any>} Lesson */
/**
 * @typedef {{ key: string, label: string, low: number, high: number, step: number, unit?: string, log?: boolean, start: (run: Lesson) => number }}
 *   Control
 */
/** @typedef {{ picture: SVGElement | null, numbers: Record<string, number | null> }} Drawn */
/**
 * @typedef {{ needs: (run: Lesson) => boolean, controls: Control[], draw: (run: Lesson, at: Record<string, any>, others: Lesson[]) => Drawn }}
 *   Kind
 */

const LAST_K = 16;
const ks = Array.from({ length: LAST_K }, (_, index) => index + 1);
const kAxis = {
  label: "K, most drafted tokens a round",
  low: 1,
  high: LAST_K,
  ticks: [1, 4, 8, 12, 16],
};

export const MOST_K = 64; // the largest K that the figures look at

/**
 * Seconds: what a round of the run takes, by its recorded means.
 * @param {Lesson} run
 * @returns {import("../../player/core/theory.js").Times}
 */
export const timesOf = (run) => ({
  token: run.target_ms / 1000,
  draft: run.times.draft_ms / 1000,
  verify: run.times.verify_ms / 1000,
  other: run.times.other_ms / 1000,
});
/** Survival to MOST_K, and times, of the controls. @param {Record<string, number>} at */
const survivalAt = (at) => theory.geometricSurvival(at.alpha, MOST_K);
/**
 * @param {Record<string, number>} at
 * @param {number} [trip] milliseconds
 * @returns {import("../../player/core/theory.js").Times}
 */
const timesAt = (at, trip = 0) => ({
  token: at.target / 1000,
  draft: at.draft / 1000,
  verify: at.fixed / 1000,
  round_trip: trip / 1000,
});
/**
 * The formula that is too short (chapter 7), with T_draft the time to draft K tokens.
 * @param {number} k
 * @param {number} trip
 * @param {number} draft
 */
const popularFormula = (k, trip, draft) => k / (1 + trip / (k * draft));
export const outcomes = (/** @type {Lesson} */ run) => [...run.laws.tokens, "all others"];
const hasLaws = (/** @type {Lesson} */ run) => Boolean(run.laws);
const isChain = (/** @type {Lesson} */ run) =>
  run.tree === "chain" && run.k > 0 && run.alpha_hat !== null;
const hasBaseline = (/** @type {Lesson} */ run) => isChain(run) && run.target_ms !== null;
const LANES = ["speculative", "per_request", "chunked", "streaming"];

/** @type {Control} */
const alpha = {
  key: "alpha",
  label: "α",
  low: 0.01,
  high: 0.99,
  step: 0.01,
  start: (run) => run.alpha_hat ?? 0.5,
};
/** @type {Control} */
const k = { key: "k", label: "K", low: 1, high: LAST_K, step: 1, start: (run) => run.k };
/** @type {(key: string, label: string, start: (run: Lesson) => number) => Control} */
const time = (key, label, start) => ({
  key,
  label,
  low: 0.01,
  high: 1000,
  step: 0.01,
  unit: "ms",
  log: true,
  start,
});
const times = [
  time("draft", "a drafted token", (run) => run.times.draft_ms),
  time("fixed", "verification and the rest", (run) => run.times.verify_ms + run.times.other_ms),
  time("target", "a token of the target alone", (run) => run.target_ms),
];

/**
 * Recorded points of the chosen run, and of the others once they are known.
 * @param {Lesson} run
 * @param {Lesson[]} others
 * @param {(one: Lesson) => number | null} value
 * @returns {import("./draw.js").Series[]}
 */
function recorded(run, others, value) {
  const rest = others.filter(
    (one) => one.name !== run.name && isChain(one) && value(one) !== null && one.k <= LAST_K,
  );
  const of = (/** @type {Lesson} */ one, /** @type {string} */ kind) => ({
    name: one.title,
    points: /** @type {[number, number][]} */ ([[one.k, value(one)]]),
    kind,
  });
  return [...rest.map((one) => of(one, "recorded other")), of(run, "recorded")];
}

/**
 * The heights of all points: an axis holds every recorded one, or it would stand where nothing was
 * measured.
 * @param {import("./draw.js").Series[]} series
 */
const heights = (series) => series.flatMap((one) => one.points.map(([, y]) => y));

/** @type {Record<string, Kind>} */
export const KINDS = {
  coin: {
    needs: hasLaws,
    controls: [],
    draw(run, { p, q }) {
      const kept = law.overlap(p, q);
      const words = `Laws over ${p.length} outcomes. They share ${kept.toFixed(3)} of their probability.`;
      return {
        picture: laws(outcomes(run), p, q, words),
        numbers: { shared: kept, rejected: 1 - kept, match: law.matchRate(p, q) },
      };
    },
  },
  experiment: {
    needs: hasLaws,
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
        : "The target's law beside the draft's. Nothing was drawn yet.";
      return {
        picture: laws(outcomes(run), p, q, words, shares),
        numbers: { drawn, distance: distance ?? "no draw yet" },
      };
    },
  },
  reach: {
    needs: isChain,
    controls: [alpha, k],
    draw(run, at, others) {
      const curve = ks.map(
        (n) =>
          /** @type {[number, number]} */ ([
            n,
            theory.expectedTokens(theory.geometricSurvival(at.alpha, n)),
          ]),
      );
      const tokens = theory.expectedTokens(theory.geometricSurvival(at.alpha, at.k));
      const here = {
        name: "here",
        points: /** @type {[number, number][]} */ ([
          [at.k, 0],
          [at.k, tokens],
        ]),
        kind: "here",
      };
      const points = recorded(run, others, (one) => one.mean_acceptance_length);
      const series = [{ name: "model", points: curve, kind: "model" }, here, ...points];
      const words = `Tokens per round over K at acceptance ${at.alpha.toFixed(2)}: ${tokens.toFixed(2)} at K ${at.k}.`;
      const numbers = {
        alpha: at.alpha,
        tokens,
        share: (tokens - 1) / at.k,
        recorded: run.mean_acceptance_length,
        recorded_share: run.acceptance_rate,
      };
      return {
        picture: lines({
          x: kAxis,
          y: niceAxis(
            "tokens per round",
            Math.max(...curve.map(([, y]) => y + 1), ...heights(points)),
          ),
          series,
          words,
        }),
        numbers,
      };
    },
  },
  pays: {
    needs: (run) => hasBaseline(run) && run.speedup !== null,
    controls: [alpha, k, ...times],
    draw(run, at, others) {
      const [survival, times] = [survivalAt(at), timesAt(at)];
      const speedup = (/** @type {number} */ n) =>
        n ? theory.speedupStreaming(survival.slice(0, n), times) : 1;
      const curve = ks.map((n) => /** @type {[number, number]} */ ([n, speedup(n)]));
      const best = theory.bestK(survival, times);
      const model = speedup(at.k);
      const even = {
        name: "as fast as the target alone",
        points: /** @type {[number, number][]} */ ([
          [1, 1],
          [LAST_K, 1],
        ]),
        kind: "even",
      };
      const here = {
        name: "here",
        points: /** @type {[number, number][]} */ ([
          [at.k, 0],
          [at.k, model],
        ]),
        kind: "here",
      };
      const points = recorded(run, others, (one) => one.speedup);
      const series = [even, { name: "model", points: curve, kind: "model" }, here, ...points];
      const words = `Speedup over K by the model: ${model.toFixed(2)} at K ${at.k}, best at K ${best}.`;
      const numbers = {
        model,
        recorded: run.speedup,
        best,
        at_best: speedup(best),
        cost: at.draft / at.target,
      };
      return {
        picture: lines({
          x: kAxis,
          y: niceAxis(
            "speedup",
            Math.max(1.2, ...curve.map(([, y]) => y), ...heights(points)) * 1.1,
          ),
          series,
          words,
        }),
        numbers,
      };
    },
  },
  network: {
    needs: hasBaseline,
    controls: [
      {
        key: "trip",
        label: "round trip",
        low: 0,
        high: 200,
        step: 0.1,
        unit: "ms",
        start: (run) => run.trip_ms ?? 5,
      },
      alpha,
      k,
      ...times,
    ],
    draw(run, at, others) {
      const { trip, target } = at;
      const recordedTrip = run.trip_ms !== null;
      const survival = survivalAt(at).slice(0, at.k);
      const speculative = (/** @type {number} */ r) =>
        theory.tokensPerSecond(survival, timesAt(at, r));
      const chunked = (/** @type {number} */ r) => (1000 * (at.k + 1)) / (r + (at.k + 1) * target);
      const longest = Math.max(20, trip * 1.25, (run.trip_ms ?? 0) * 1.25);
      const trips = Array.from({ length: 41 }, (_, step) => (longest * step) / 40);
      /** @type {(kind: string, rate: (r: number) => number) => import("./draw.js").Series} */
      const way = (kind, rate) => ({ name: kind, kind, points: trips.map((r) => [r, rate(r)]) });
      const ways = [
        way("streaming", () => 1000 / target),
        way("chunked", chunked),
        way("model", speculative),
        way("per_request", (r) => 1000 / (r + target)),
      ];
      const here = {
        name: "here",
        points: /** @type {[number, number][]} */ ([
          [trip, 0],
          [trip, speculative(trip)],
        ]),
        kind: "here",
      };
      const alike = others.filter(
        (one) =>
          recordedTrip &&
          one.name !== run.name &&
          one.trip_ms !== null &&
          one.trip_ms <= longest &&
          ["k", "temperature", "rule", "target", "verifier"].every((key) => one[key] === run[key]),
      );
      const points = [...alike, ...(recordedTrip ? [run] : [])].flatMap((one) =>
        Object.entries(one.lanes).map(([name, rate]) => ({
          name: `${one.title}: ${name}`,
          points: /** @type {[number, number][]} */ ([[one.trip_ms, rate]]),
          kind: `recorded ${name}${one === run ? "" : " other"}`,
        })),
      );
      const x = { ...niceAxis("round trip, ms", longest), high: longest };
      const words = `Tokens per second over the round trip; at ${trip.toFixed(1)} ms speculation makes ${speculative(trip).toFixed(0)} by the model.`;
      const numbers = {
        spec: speculative(trip),
        request: theory.speedupPerRequest(survival, timesAt(at, trip)),
        chunk: speculative(trip) / chunked(trip),
        stream: theory.speedupStreaming(survival, timesAt(at, trip)),
        even: 1000 * theory.breakEvenRoundTrip(survivalAt(at), timesAt(at)),
        ...Object.fromEntries(
          LANES.map((name) => [
            `recorded_${name}`,
            recordedTrip ? (run.lanes[name] ?? null) : null,
          ]),
        ),
        popular: popularFormula(at.k, trip, at.draft),
      };
      return {
        picture: lines({
          x,
          y: niceAxis("tokens per second", Math.max(1000 / target, ...heights(points)) * 1.1),
          series: [...ways, here, ...points],
          words,
        }),
        numbers,
      };
    },
  },
  rules: {
    needs: hasLaws,
    controls: [{ key: "drafts", label: "children", low: 1, high: 4, step: 1, start: () => 2 }],
    draw(run, { p, q, drafts }) {
      const numbers = {
        match: law.matchRate(p, q),
        coupled: law.coupledRate(p, q),
        standard: law.overlap(p, q),
        specinfer: law.severalRate(p, q, drafts, true),
        rrs: law.severalRate(p, q, drafts, false),
      };
      return {
        picture: laws(
          outcomes(run),
          p,
          q,
          `The two laws; with ${drafts} children rrs keeps ${numbers.rrs.toFixed(3)}.`,
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
      const guesses = law.lookupGuesses(run.ids, run.prompt_tokens, size);
      const [proposed, right] = law.lookupHits(run.ids, run.prompt_tokens, size);
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
        positions: theory.expectedTokens(run.per_position),
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
