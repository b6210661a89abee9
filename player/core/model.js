// @ts-check
// What speculation should bring, from how much is accepted and how long things take: the formulas of
// specrecord/decoding/theory.py, held to it by tests/fixtures/theory.json. Nothing here was recorded, except what
// `measured` takes from a run to start from. S_i is the chance that the first i drafts are all accepted. Seconds.

import { acceptedHistogram, countLane, perPosition } from "./stats.js";

/** @typedef {{ token: number, draft: number, verify: number, verify_slope: number, round_trip: number, other: number, other_slope: number }} Times */

/** S_i = alpha^i. @param {number} alpha @param {number} k */
export const geometricSurvival = (alpha, k) => Array.from({ length: k }, (_, index) => alpha ** (index + 1));

/** Measured S_1, S_2, ... cut to k, or carried on to k with the last conditional rate. @param {number[]} measured @param {number} k */
export function extendedSurvival(measured, k) {
  const survival = measured.slice(0, k);
  const before = [1, ...survival];
  const [last, one] = [before[before.length - 1], before[before.length - 2]];
  const rate = before.length > 1 && one > 0 ? last / one : 0;
  while (survival.length < k) survival.push((survival.length ? survival[survival.length - 1] : 1) * rate);
  return survival;
}

/** accepted / (accepted + rounds that a rejection ended). @param {number} accepted @param {number} rejections */
export const alphaHat = (accepted, rejections) => (accepted + rejections ? accepted / (accepted + rejections) : null);

/** E(K) = 1 + S_1 + ... + S_K. @param {number[]} survival */
export const expectedTokens = (survival) => 1 + survival.reduce((sum, one) => sum + one, 0);

/** T(K) = K draft + verify + K verify_slope + round_trip + other + K other_slope. @param {number} k @param {Times} times */
export const roundTime = (k, times) => k * times.draft + times.verify + k * times.verify_slope + times.round_trip + times.other + k * times.other_slope;

/** E(K) / T(K). @param {number[]} survival @param {Times} times */
export const tokensPerSecond = (survival, times) => expectedTokens(survival) / roundTime(survival.length, times);

/** Against a target that streams, the network paid once. @param {number[]} survival @param {Times} times */
export const speedupStreaming = (survival, times) => times.token * tokensPerSecond(survival, times);

/** Against a target asked anew for each token. @param {number[]} survival @param {Times} times */
export const speedupPerRequest = (survival, times) => (times.round_trip + times.token) * tokensPerSecond(survival, times);

/** The K with the most tokens per second; 0 says that it is best not to draft. @param {number[]} survival @param {Times} times */
export function bestK(survival, times) {
  let [best, rate] = [0, 1 / times.token];
  for (let k = 1; k <= survival.length; k++) {
    const found = tokensPerSecond(survival.slice(0, k), times);
    if (found > rate) [best, rate] = [k, found];
  }
  return best;
}

/** The longest round trip at which some K is as fast as the streaming target; negative when none pays. */
/** @param {number[]} survival @param {Times} times */
export function breakEvenRoundTrip(survival, times) {
  const at = survival.map((_, index) => times.token * expectedTokens(survival.slice(0, index + 1)) - (roundTime(index + 1, times) - times.round_trip));
  return Math.max(...at);
}

/** Whether drafting the last token of `survival` raises E / T. @param {number[]} survival @param {Times} times */
export function worthOneMore(survival, times) {
  const k = survival.length;
  const before = roundTime(k - 1, times);
  return survival[k - 1] * before > expectedTokens(survival.slice(0, -1)) * (roundTime(k, times) - before);
}

/** [a, b] of the least squares line y = a + b x; b is 0 where all x are one. @param {number[][]} points */
export function fitLine(points) {
  const mean = (/** @type {number} */ axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  const slope = spread ? points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread : 0;
  return [y - slope * x, slope];
}

/**
 * What a run measured, for the model to start from; null when there is too little. `token` comes from the baseline
 * recorded beside it, null without one. A pass is taken to cost the same for every K: one K was run.
 * @param {import("./recording.js").Recording} recording
 */
export function measured(recording) {
  const { main, lanes, header } = recording;
  const counts = countLane(main);
  const k = Number(header.k) || 0;
  if (!k || !counts.rounds || !counts.drafted) return null;
  const per = (/** @type {number} */ spent) => spent / 1e6 / counts.rounds;
  const steps = counts.drafted / counts.rounds;
  const survival = perPosition(acceptedHistogram(main, counts.rounds, k), counts.rounds, k).map((one) => one ?? 0);
  const prefill = main.prefills.length ? sum(main.prefills) : 0;
  const [draft, verify, network] = [counts.draft_time - prefillOf(main, "draft", recording), counts.verify_time - prefillOf(main, "target", recording), counts.network_time + counts.queue_time];
  const baseline = lanes.get("autoregressive") ?? lanes.get("streaming");
  const alone = baseline && baseline !== main ? countLane(baseline) : null;
  const other = counts.duration - draft - verify - network - prefill;
  /** @type {Times} */
  const times = {
    token: alone && alone.tokens ? alone.duration / 1e6 / alone.tokens : NaN,
    draft: per(draft) / steps, verify: per(verify), verify_slope: 0, round_trip: per(network), other: per(Math.max(0, other)), other_slope: 0,
  };
  return { k, survival, times, rounds: counts.rounds, recorded: counts.tokens / (counts.duration / 1e6) };
}

/** @param {any} table */
const sum = (table) => table.duration.subarray(0, table.length).reduce((/** @type {number} */ all, /** @type {number} */ one) => all + one, 0);

/** @param {any} lane @param {string} side @param {import("./recording.js").Recording} recording */
function prefillOf({ prefills }, side, recording) {
  let spent = 0;
  for (let row = 0; row < prefills.length; row++) if (recording.strings[prefills.side[row]] === side) spent += prefills.duration[row];
  return spent;
}
