// The model of one run at other settings, as specrecord/recording/measures/run_model.py has it,
// where its formulas are derived. tests/fixtures/estimates.json holds both to the same answers.
// Times are seconds.

/**
 * The target alone in the same recording: its track, seconds a token, and what its span holds
 * besides.
 * @typedef {{ name: string, token_s: number, start_s: number }} Baseline
 */

/**
 * The inputs, derived by estimate.js; a page of the site carries the same.
 * @typedef {object} RunModel
 * @property {number} tokens  N, the length of the text
 * @property {number[]} tried  the depths K that may be spoken of, ascending
 * @property {boolean} limited  K ended the draft of some round: a larger one may bring more
 * @property {number[]} reached  rounds behind each S_i
 * @property {number[]} survival  S_i: the chance that the first i drafted tokens are accepted
 * @property {number[]} drafted  m_i: tokens drafted at depth i, a round
 * @property {number} start_s  what stands outside the rounds: the reading of the prompt
 * @property {number} draft_s  a drafted token
 * @property {number} verify_s  verification: this, and for each drafted token
 * @property {number} verify_slope_s
 * @property {number} other_s  the rest of a round: this, and for each drafted token
 * @property {number} other_slope_s
 * @property {number} queue_s  of a round
 * @property {number | null} network_s  of a round; null where unknown: `verify_s` holds it then
 * @property {Baseline | null} baseline
 * @property {number} recorded  tokens per second of the run, no model
 * @property {number | null} recorded_speedup
 */

/** Sum of i times the i-th value. @param {number[]} values */
const weighted = (values) => values.reduce((sum, value, index) => sum + (index + 1) * value, 0);

/** @param {number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** E(K): tokens of a round. @param {RunModel} model @param {number} k */
export const tokensPerRound = (model, k) => 1 + sum(model.survival.slice(0, k));

/** R(K). @param {RunModel} model @param {number} k */
export function roundsOf(model, k) {
  const tokens = tokensPerRound(model, k);
  return (model.tokens + weighted(model.survival.slice(0, k)) / tokens) / tokens;
}

/** D(K): tokens drafted in the whole run. @param {RunModel} model @param {number} k */
function draftsOf(model, k) {
  const nodes = model.drafted.slice(0, k);
  return roundsOf(model, k) * sum(nodes) - weighted(nodes) / tokensPerRound(model, k);
}

/**
 * What the seconds of the whole run at K are made of: `start` + `rounds` `fixed` + `drafts` `each`.
 * @param {RunModel} model @param {number} k
 */
export function partsOf(model, k) {
  return {
    start: model.start_s,
    rounds: roundsOf(model, k),
    fixed: model.verify_s + model.other_s + model.queue_s + (model.network_s ?? 0),
    drafts: draftsOf(model, k),
    each: model.draft_s + model.verify_slope_s + model.other_slope_s,
  };
}

/** Of the whole run at K. @param {RunModel} model @param {number} k */
export function secondsOf(model, k) {
  const { start, rounds, fixed, drafts, each } = partsOf(model, k);
  return start + rounds * fixed + drafts * each;
}

/** Tokens per second of the whole run at K. @param {RunModel} model @param {number} k */
export const rateOf = (model, k) => model.tokens / secondsOf(model, k);

/** Seconds of as many tokens by the baseline; null without one. @param {RunModel} model */
export const baselineSeconds = ({ baseline, tokens }) =>
  baseline && baseline.start_s + tokens * baseline.token_s;

/** Over the baseline; null without one. @param {RunModel} model @param {number} k */
export function speedupOf(model, k) {
  const alone = baselineSeconds(model);
  return alone && alone / secondsOf(model, k);
}

/** The K tried with the most tokens per second, the smallest of equals. @param {RunModel} model */
export function fastestK(model) {
  return model.tried.reduce((best, k) => (secondsOf(model, k) < secondsOf(model, best) ? k : best));
}

/** The fastest K tried; 0 where the baseline is as fast. @param {RunModel} model */
export function bestK(model) {
  const best = fastestK(model);
  const speedup = speedupOf(model, best);
  return speedup === null || speedup > 1 ? best : 0;
}

/** Whether tokens per second still rise at the deepest K tried. @param {RunModel} model */
function isRising(model) {
  const deepest = model.tried[model.tried.length - 1];
  return model.limited && fastestK(model) === deepest && deepest === model.tried.length;
}

/**
 * `bestK` in words that leave nothing out: what was not tried may be faster.
 * @param {RunModel} model
 */
export function bestKText(model) {
  const best = bestK(model);
  const { tried } = model;
  if (isRising(model)) {
    const deepest = `at K = ${tried[tried.length - 1]}, the deepest tried`;
    return best ? `still rising ${deepest}` : `0; tokens/s still rises ${deepest}`;
  }
  const only = `only K = ${tried[0]} was tried`;
  if (tried.length === 1) return best ? only : `0; ${only}`;
  return String(best);
}

/**
 * The longest round trip, in seconds, at which a K tried is as fast as a streaming target; negative
 * where none is at any. Null where a side is unknown, or where the model and the record disagree
 * whether the deepest K paid.
 * @param {RunModel} model
 */
export function breakEven(model) {
  const near = atRoundTrip(model, 0);
  const { tried } = near;
  const alone = baselineSeconds(near);
  if (alone === null || model.network_s === null || model.recorded_speedup === null) return null;
  const pays = (speedupOf(model, tried[tried.length - 1]) ?? 0) >= 1;
  const lasting = tried.filter((k) => roundsOf(near, k) > 1);
  if (!lasting.length || pays !== model.recorded_speedup >= 1) return null;
  return Math.max(...lasting.map((k) => (alone - secondsOf(near, k)) / (roundsOf(near, k) - 1)));
}

/**
 * The run with this much network in each round, and in a stream's start.
 * @param {RunModel} model @param {number} seconds
 */
export function atRoundTrip(model, seconds) {
  const { baseline, network_s } = model;
  const streams = baseline?.name === "streaming";
  const start_s = (baseline?.start_s ?? 0) + (streams ? seconds - (network_s ?? 0) : 0);
  return { ...model, network_s: seconds, baseline: baseline && { ...baseline, start_s } };
}

/**
 * The run with other inputs. Its recorded speedup is scaled as the model's is, so that the two stay
 * as far apart as they were.
 * @param {RunModel} model @param {Partial<RunModel>} inputs @returns {RunModel}
 */
export function withInputs(model, inputs) {
  const changed = { ...model, ...inputs };
  const deepest = model.tried[model.tried.length - 1];
  const scale = (speedupOf(changed, deepest) ?? 1) / (speedupOf(model, deepest) ?? 1);
  const { recorded_speedup } = model;
  return { ...changed, recorded_speedup: recorded_speedup && recorded_speedup * scale };
}
