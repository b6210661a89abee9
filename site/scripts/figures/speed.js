// The figures about speed, over K and over the round trip: controls that start at what a recording
// measured, and a function from their values to a picture and numbers. Those of the model speak of
// the depths that the recording tried, as in specrecord/publish/figures/of_models.py.

import * as model from "../../../player/core/measures/run-model.js";
import { lines, logAxis, niceAxis, valueAt } from "./draw.js";

/** @typedef {import("./draw.js").Point} Point */
/** @typedef {import("./draw.js").Series} Series */
/** @typedef {import("../../../player/core/measures/run-model.js").RunModel} RunModel */
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
 * @property {(run: FigureData) => { low: number, high: number, step?: number }} [within] narrower
 *   bounds
 * @property {(run: FigureData) => number} start
 */
/**
 * What a figure shows. A press on its picture sets the control that `pick` names for its place.
 * @typedef {object} Drawn
 * @property {Element | null} picture
 * @property {Record<string, number | string | null>} numbers
 * @property {(x: number, y: number) => [string, number]} [pick]
 */
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
const WAYS = /** @type {const} */ ([
  ["streaming", "streaming"],
  ["chunked", "chunks"],
  ["model", "speculation"],
  ["per_request", "one request a token"],
]);
const PAIR = ["draft", "target", "temperature", "rule"]; // what one curve speaks of
const SETTINGS = ["k", "temperature", "rule", "target", "verifier"];

/** @param {number} high @returns {import("./draw.js").Axis} */
function kAxis(high) {
  const step = Math.floor(high / 4);
  const ticks = Array.from({ length: Math.floor(high / step) }, (_, index) => (index + 1) * step);
  return { label: "K, most drafted tokens a round", low: 1, high, ticks: [1, ...ticks] };
}

/** S_i = α^i up to K. @param {number} α @param {number} k */
const geometric = (α, k) => Array.from({ length: k }, (_, index) => α ** (index + 1));
/** E(K) of S_i = α^i. @param {number} α @param {number} k */
const tokensAt = (α, k) => geometric(α, k).reduce((sum, survival) => sum + survival, 1);

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
  const { survival } = own;
  return model.withInputs(own, {
    survival: at.alpha === alphaOf(run) ? survival : geometric(at.alpha, survival.length),
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
  const rate = (/** @type {number} */ trips, seconds = alone) =>
    own.tokens / (seconds + (trips * trip) / 1000);
  return {
    streaming: rate(1),
    chunked: rate(own.tokens / (k + 1)),
    per_request: rate(own.tokens),
    model: rate(model.roundsOf(near, k), model.secondsOf(near, k)),
  };
}

/**
 * Recorded points of the chosen run, and of the others of its pair, temperature and rule.
 * @param {FigureData} run
 * @param {FigureData[]} others
 * @param {(one: FigureData) => [number, number | null]} point
 * @param {number} high
 * @returns {Series[]}
 */
function recorded(run, others, point, high) {
  const alike = (/** @type {FigureData} */ one) => PAIR.every((key) => one[key] === run[key]);
  const rest = others.filter((one) => one.name !== run.name && isChain(one) && alike(one));
  return [...rest, run].flatMap((one) => {
    const [x, y] = point(one);
    const kind = one === run ? "recorded" : "recorded other";
    return y === null || x > high ? [] : [{ name: one.title, points: [[x, y]], kind }];
  });
}

/**
 * A line through points, each made from its place on the x axis.
 * @type {(kind: string, xs: number[], y: (x: number) => number, name?: string) => Series}
 */
export const curve = (kind, xs, y, name = "") => ({ name, kind, points: xs.map((x) => [x, y(x)]) });

/** The line under the controls' values. @param {number} x @param {number} y @returns {Series} */
export const here = (x, y) => ({
  name: "",
  points: [
    [x, 0],
    [x, y],
  ],
  kind: "here",
});

/**
 * The largest height: an axis holds every recorded point, or it would stand where nothing was
 * measured.
 * @param {Series[]} series
 */
const highest = (series) => Math.max(...series.flatMap((one) => one.points.map(([, y]) => y)));

/** @type {Record<string, Kind>} */
export const SPEED_KINDS = {
  reach: {
    needs: isChain,
    controls: [alpha, anyK],
    draw(run, at, others) {
      const ks = Array.from({ length: LAST_K }, (_, index) => index + 1);
      const x = kAxis(LAST_K);
      const expected = curve("model", ks, (k) => tokensAt(at.alpha, k), "model: one α");
      const tokens = tokensAt(at.alpha, at.k);
      const points = recorded(run, others, (one) => [one.k, one.mean_acceptance_length], LAST_K);
      return {
        picture: lines({
          x,
          y: niceAxis("tokens per round", Math.max(1 + highest([expected]), highest(points))),
          series: [expected, here(at.k, tokens), ...points],
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
        pick: (left) => ["k", valueAt(x, left)],
      };
    },
  },
  pays: {
    needs: (run) => hasBaseline(run) && run.speedup !== null,
    controls: [alpha, triedK, ...times],
    draw(run, at, others) {
      const found = modelAt(run, at);
      const speedup = (/** @type {number} */ k) => model.speedupOf(found, k) ?? 0;
      const x = kAxis(Math.max(NARROW, deepestOf(run)));
      const even = curve("even", [1, x.high], () => 1, "as fast as the target alone");
      const points = recorded(run, others, (one) => [deepestOf(one), one.speedup], x.high);
      const drawn = [curve("model", found.tried, speedup, "model: this run"), ...points];
      const best = model.bestKText(found);
      return {
        picture: lines({
          x,
          y: niceAxis("speedup", 1.1 * Math.max(1.2, highest(drawn))),
          series: [even, here(at.k, speedup(at.k)), ...drawn],
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
        pick: (left) => ["k", valueAt(x, left)],
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
      const longest = Math.max(20, 1.25 * trip, run.remote ? 1.25 * tripOf(run) : 0);
      const trips = Array.from({ length: 41 }, (_, step) => (longest * step) / 40);
      const curves = WAYS.map(([way, name]) =>
        curve(way, trips, (r) => across(found, k, r)[way], name),
      );
      const alike = others.filter(
        (one) =>
          one.name !== run.name &&
          one.remote &&
          one.estimate?.network_s &&
          tripOf(one) <= longest &&
          SETTINGS.every((key) => one[key] === run[key]),
      );
      const points = (run.remote ? [...alike, run] : []).flatMap((one) =>
        Object.entries(one.tracks).map(([name, rate]) =>
          curve(
            `recorded ${name}${one === run ? "" : " other"}`,
            [tripOf(one)],
            () => rate,
            `${one.title}: ${name}`,
          ),
        ),
      );
      const rates = across(found, k, trip);
      const even = model.breakEven(found);
      const high = Math.max(across(found, k, 0).streaming, highest(points)) * 1.1;
      const lowest = Math.min(
        across(found, k, longest).per_request,
        ...points.map((one) => one.points[0][1]),
      );
      const x = { ...niceAxis("round trip, ms", longest), high: longest };
      return {
        picture: lines({
          x,
          y: logAxis("tokens per second", lowest, high),
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
          popular: k / (1 + trip / (k * at.draft)), // too short: the chapter says why
        },
        pick: (left) => ["trip", valueAt(x, left)],
      };
    },
  },
};
