// The figures about speed, over K and over the round trip: controls that start at what a recording
// measured, and a function from their values to a picture and numbers. Those of the model speak of
// the depths that the recording tried, as in specrecord/publish/figures/of_models.py.

import * as model from "../../player/core/measures/run-model.js";
import { lines, niceAxis } from "./draw.js";

/** @typedef {import("../../player/core/measures/run-model.js").RunModel} RunModel */
/** @typedef {Record<string, any>} FigureData a recording's numbers, as the page holds them */
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
 * @property {(run: FigureData) => { low: number, high: number }} [within] narrower bounds
 * @property {(run: FigureData) => number} start
 */
/** @typedef {Record<string, number | string | null>} Numbers */
/** @typedef {{ picture: SVGElement | null, numbers: Numbers }} Drawn */
/**
 * A kind of figure.
 * @typedef {object} Kind
 * @property {(run: FigureData) => boolean} needs whether a recording holds what it takes
 * @property {Control[]} controls
 * @property {(run: FigureData, at: Values, others: FigureData[]) => Drawn} draw
 */

const [LAST_K, NARROW] = [16, 8]; // an axis of K: where any α is drawn, and of a run at least
const TRIP = 5; // milliseconds, where a run crossed no network
const TRACKS = ["speculative", "per_request", "chunked", "streaming"];
const SETTINGS = ["k", "temperature", "rule", "target", "verifier"];

/** @param {number} high @returns {import("./draw.js").Axis} */
function kAxis(high) {
  const step = Math.floor(high / 4);
  const ticks = Array.from({ length: Math.floor(high / step) }, (_, index) => (index + 1) * step);
  return { label: "K, most drafted tokens a round", low: 1, high, ticks: [1, ...ticks] };
}

/** E(K) of S_i = α^i. @param {number} α @param {number} k */
const tokensAt = (α, k) =>
  1 + Array.from({ length: k }, (_, index) => α ** (index + 1)).reduce((sum, one) => sum + one, 0);

const isChain = (/** @type {FigureData} */ run) =>
  run.tree === "chain" && run.k > 0 && run.alpha_hat !== null;
const hasBaseline = (/** @type {FigureData} */ run) => Boolean(run.estimate?.baseline);
/** The deepest K that a run tried. @param {FigureData} run */
const deepestOf = (run) => run.estimate?.tried[run.estimate.tried.length - 1] ?? run.k;
const alphaOf = (/** @type {FigureData} */ run) => run.alpha_hat ?? 0.5;

/** @type {Control} */
const alpha = { key: "alpha", label: "α", low: 0.01, high: 0.99, step: 0.01, start: alphaOf };
/** @type {Control} */
const anyK = { key: "k", label: "K", low: 1, high: LAST_K, step: 1, start: (run) => run.k };
/** @type {Control} */
const triedK = {
  ...anyK,
  start: deepestOf,
  within: (run) => ({ low: run.estimate.tried[0], high: deepestOf(run) }),
};
/** @type {(key: string, label: string, start: (own: RunModel) => number) => Control} */
const time = (key, label, start) => ({
  key,
  label,
  low: 0.01,
  high: 1000,
  step: 0.01,
  unit: "ms",
  log: true,
  start: (run) => 1000 * start(run.estimate),
});
const times = [
  time("draft", "a drafted token", (own) => own.draft_s),
  time("fixed", "verification and the rest", (own) => own.verify_s + own.other_s + own.queue_s),
  time("target", "a token of the target alone", (own) => own.baseline?.token_s ?? 0),
];

/**
 * The run's model at the controls' values. Its survival is the recorded one until α is moved.
 * @param {FigureData} run
 * @param {Values} at
 * @returns {RunModel}
 */
function modelAt({ estimate: own, ...run }, at) {
  const moved = at.alpha !== alphaOf(run);
  return model.withInputs(own, {
    survival: moved
      ? own.survival.map(
          (/** @type {number} */ _, /** @type {number} */ index) => at.alpha ** (index + 1),
        )
      : own.survival,
    draft_s: at.draft / 1000,
    verify_s: at.fixed / 1000,
    other_s: 0,
    queue_s: 0,
    baseline: { ...own.baseline, token_s: at.target / 1000 },
  });
}

/**
 * Tokens per second of four ways at a round trip of so many milliseconds.
 * @param {RunModel} own
 * @param {number} k
 * @param {number} trip
 */
function across(own, k, trip) {
  const near = model.atRoundTrip(own, 0);
  const alone = model.baselineSeconds(near) ?? 0;
  const rate = (/** @type {number} */ seconds, /** @type {number} */ trips) =>
    own.tokens / (seconds + (trips * trip) / 1000);
  return {
    streaming: rate(alone, 1),
    chunked: rate(alone, own.tokens / (k + 1)),
    per_request: rate(alone, own.tokens),
    model: rate(model.secondsOf(near, k), model.roundsOf(near, k)),
  };
}

/**
 * The formula that is too short (chapter 7), with T_draft the time to draft K tokens.
 * @param {number} k
 * @param {number} trip
 * @param {number} draft
 */
const popularFormula = (k, trip, draft) => k / (1 + trip / (k * draft));

/**
 * Recorded points of the chosen run, and of the others once they are known.
 * @param {FigureData} run
 * @param {FigureData[]} others
 * @param {(one: FigureData) => [number, number | null]} point
 * @param {number} high
 * @returns {import("./draw.js").Series[]}
 */
function recorded(run, others, point, high) {
  const rest = others.filter((one) => one.name !== run.name && isChain(one));
  const of = (/** @type {FigureData} */ one, /** @type {string} */ kind) => {
    const [x, y] = point(one);
    return y === null || x > high ? [] : [{ name: one.title, points: [[x, y]], kind }];
  };
  return /** @type {import("./draw.js").Series[]} */ ([
    ...rest.flatMap((one) => of(one, "recorded other")),
    ...of(run, "recorded"),
  ]);
}

/** The line under the controls' values. @param {number} x @param {number} y */
const here = (x, y) => ({
  name: "here",
  points: /** @type {[number, number][]} */ ([
    [x, 0],
    [x, y],
  ]),
  kind: "here",
});

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
    controls: [alpha, anyK],
    draw(run, at, others) {
      const ks = Array.from({ length: LAST_K }, (_, index) => index + 1);
      const curve = ks.map((n) => /** @type {[number, number]} */ ([n, tokensAt(at.alpha, n)]));
      const tokens = tokensAt(at.alpha, at.k);
      const points = recorded(run, others, (one) => [one.k, one.mean_acceptance_length], LAST_K);
      const high = Math.max(...curve.map(([, y]) => y + 1), ...heights(points));
      return {
        picture: lines({
          x: kAxis(LAST_K),
          y: niceAxis("tokens per round", high),
          series: [{ name: "model", points: curve, kind: "model" }, here(at.k, tokens), ...points],
          words:
            `Tokens per round over K at acceptance ${at.alpha.toFixed(2)}: ` +
            `${tokens.toFixed(2)} at K ${at.k}.`,
        }),
        numbers: {
          alpha: at.alpha,
          tokens,
          share: (tokens - 1) / at.k,
          recorded: run.mean_acceptance_length,
          recorded_share: run.acceptance_rate,
        },
      };
    },
  },
  pays: {
    needs: (run) => hasBaseline(run) && run.speedup !== null,
    controls: [alpha, triedK, ...times],
    draw(run, at, others) {
      const found = modelAt(run, at);
      const speedup = (/** @type {number} */ k) => model.speedupOf(found, k) ?? 0;
      const curve = found.tried.map((k) => /** @type {[number, number]} */ ([k, speedup(k)]));
      const axis = kAxis(Math.max(NARROW, deepestOf(run)));
      const even = {
        name: "as fast as the target alone",
        points: /** @type {[number, number][]} */ ([
          [1, 1],
          [axis.high, 1],
        ]),
        kind: "even",
      };
      const points = recorded(run, others, (one) => [deepestOf(one), one.speedup], axis.high);
      const best = model.bestKText(found);
      const high = Math.max(1.2, ...curve.map(([, y]) => y), ...heights(points)) * 1.1;
      return {
        picture: lines({
          x: axis,
          y: niceAxis("speedup", high),
          series: [
            even,
            { name: "model", points: curve, kind: "model" },
            here(at.k, speedup(at.k)),
            ...points,
          ],
          words:
            `Speedup over K by the model: ${speedup(at.k).toFixed(2)} at K ${at.k}, ` +
            `best K: ${best}.`,
        }),
        numbers: {
          model: speedup(at.k),
          recorded: run.speedup,
          best,
          at_best: Math.max(1, speedup(model.fastestK(found))),
          cost: at.draft / at.target,
        },
      };
    },
  },
  network: {
    needs: (run) => hasBaseline(run) && run.estimate.network_s !== null,
    controls: [
      {
        key: "trip",
        label: "round trip",
        low: 0,
        high: 200,
        step: 0.1,
        unit: "ms",
        start: (run) => (run.remote ? 1000 * run.estimate.network_s : TRIP),
      },
      alpha,
      triedK,
      ...times,
    ],
    draw(run, at, others) {
      const found = modelAt(run, at);
      const { trip, k } = at;
      const tripOf = (/** @type {FigureData} */ one) => 1000 * one.estimate.network_s;
      const longest = Math.max(20, trip * 1.25, run.remote ? tripOf(run) * 1.25 : 0);
      const trips = Array.from({ length: 41 }, (_, step) => (longest * step) / 40);
      const ways = /** @type {const} */ (["streaming", "chunked", "model", "per_request"]);
      const curves = ways.map((kind) => ({
        name: kind,
        kind,
        points: trips.map((r) => /** @type {[number, number]} */ ([r, across(found, k, r)[kind]])),
      }));
      const alike = others.filter(
        (one) =>
          one.name !== run.name &&
          one.remote &&
          one.estimate?.network_s &&
          tripOf(one) <= longest &&
          SETTINGS.every((key) => one[key] === run[key]),
      );
      const points = (run.remote ? [...alike, run] : []).flatMap((one) =>
        Object.entries(one.tracks).map(([name, rate]) => ({
          name: `${one.title}: ${name}`,
          points: /** @type {[number, number][]} */ ([[tripOf(one), rate]]),
          kind: `recorded ${name}${one === run ? "" : " other"}`,
        })),
      );
      const rates = across(found, k, trip);
      const even = model.breakEven(found);
      const high = Math.max(across(found, k, 0).streaming, ...heights(points)) * 1.1;
      return {
        picture: lines({
          x: { ...niceAxis("round trip, ms", longest), high: longest },
          y: niceAxis("tokens per second", high),
          series: [...curves, here(trip, rates.model), ...points],
          words:
            `Tokens per second over the round trip; at ${trip.toFixed(1)} ms speculation makes ` +
            `${rates.model.toFixed(0)} by the model.`,
        }),
        numbers: {
          spec: rates.model,
          request: rates.model / rates.per_request,
          chunk: rates.model / rates.chunked,
          stream: rates.model / rates.streaming,
          even: even === null ? "unknown" : 1000 * even,
          ...Object.fromEntries(
            TRACKS.map((name) => [`recorded_${name}`, (run.remote && run.tracks[name]) || null]),
          ),
          popular: popularFormula(k, trip, at.draft),
        },
      };
    },
  },
};
