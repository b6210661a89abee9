// The figures about speed, over K and over the round trip: controls that start at what a recording
// measured, and a function from their values to a picture and numbers.

import * as theory from "../../player/core/measures/theory.js";
import { lines, niceAxis } from "./draw.js";

/** @typedef {Record<string, any>} Lesson a recording's numbers, as the page holds them */
/** @typedef {Record<string, any>} Values of the controls, by their keys */
/**
 * @typedef {object} Control
 * @property {string} key
 * @property {string} label
 * @property {number} low
 * @property {number} high
 * @property {number} step
 * @property {string} [unit]
 * @property {boolean} [log] whether the slider is logarithmic
 * @property {(run: Lesson) => number} start
 */
/** @typedef {{ picture: SVGElement | null, numbers: Record<string, number | null> }} Drawn */
/**
 * A kind of figure.
 * @typedef {object} Kind
 * @property {(run: Lesson) => boolean} needs whether a recording holds what it takes
 * @property {Control[]} controls
 * @property {(run: Lesson, at: Values, others: Lesson[]) => Drawn} draw
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
 * @returns {import("../../player/core/measures/theory.js").Times}
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
 * @returns {import("../../player/core/measures/theory.js").Times}
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
export const SPEED_KINDS = {
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
      const words =
        `Tokens per round over K at acceptance ${at.alpha.toFixed(2)}: ` +
        `${tokens.toFixed(2)} at K ${at.k}.`;
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
      const words =
        `Speedup over K by the model: ${model.toFixed(2)} at K ${at.k}, ` + `best at K ${best}.`;
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
      const words =
        `Tokens per second over the round trip; at ${trip.toFixed(1)} ms speculation makes ` +
        `${speculative(trip).toFixed(0)} by the model.`;
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
};
