// @ts-check
// What speculation should bring: the formulas of specrecord/theory.py, where each names its source.
// tests/fixtures/theory.json holds both to the same answers. Times are seconds. S_i is `survival[i - 1]`.

/**
 * @typedef {object} Times seconds that a round is made of; what is left out is 0
 * @property {number} token  the target alone, per token
 * @property {number} draft  one drafted token
 * @property {number} verify  a pass over K drafted tokens is verify + verify_slope K
 * @property {number} [verify_slope]
 * @property {number} [round_trip]  once a round
 * @property {number} [other]  the rest of a round: other + other_slope K
 * @property {number} [other_slope]
 */

const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);

/** S_i = alpha^i. @param {number} alpha @param {number} k */
export const geometricSurvival = (alpha, k) => Array.from({ length: k }, (_, index) => alpha ** (index + 1));

/** Measured S_i cut to k, or carried on with the last conditional rate. @param {number[]} measured @param {number} k */
export function extendedSurvival(measured, k) {
  const survival = measured.slice(0, k);
  const before = [1, ...survival];
  const [last, earlier] = [before[before.length - 1], before[before.length - 2]];
  const rate = before.length > 1 && earlier > 0 ? last / earlier : 0;
  while (survival.length < k) survival.push((survival.length ? survival[survival.length - 1] : 1) * rate);
  return survival;
}

/** @param {number} accepted @param {number} rejections */
export const alphaHat = (accepted, rejections) => (accepted + rejections ? accepted / (accepted + rejections) : null);

/** E(K) = 1 + S_1 + ... + S_K. @param {number[]} survival */
export const expectedTokens = (survival) => 1 + sum(survival);

/** T(K). @param {number} k @param {Times} times */
export function roundTime(k, { draft, verify, verify_slope = 0, round_trip = 0, other = 0, other_slope = 0 }) {
  return k * draft + verify + k * verify_slope + round_trip + other + k * other_slope;
}

/** E(K) / T(K). @param {number[]} survival @param {Times} times */
export const tokensPerSecond = (survival, times) => expectedTokens(survival) / roundTime(survival.length, times);

/** Over a target that streams, or a local one. @param {number[]} survival @param {Times} times */
export const speedupStreaming = (survival, times) => times.token * tokensPerSecond(survival, times);

/** Over a target asked anew for each token. @param {number[]} survival @param {Times} times */
export const speedupPerRequest = (survival, times) => ((times.round_trip ?? 0) + times.token) * tokensPerSecond(survival, times);

/** The K with the most tokens per second, 0 where drafting does not pay. @param {number[]} survival @param {Times} times */
export function bestK(survival, times) {
  let [best, rate] = [0, 1 / times.token];
  for (let k = 1; k <= survival.length; k++) {
    const found = tokensPerSecond(survival.slice(0, k), times);
    if (found > rate) [best, rate] = [k, found];
  }
  return best;
}

/** The longest round trip at which some K is as fast as the streaming target. @param {number[]} survival @param {Times} times */
export function breakEvenRoundTrip(survival, times) {
  const margin = (/** @type {number} */ k) => times.token * expectedTokens(survival.slice(0, k)) - (roundTime(k, times) - (times.round_trip ?? 0));
  return Math.max(...survival.map((_, index) => margin(index + 1)));
}

/** Whether drafting the last token of `survival` raises E / T. @param {number[]} survival @param {Times} times */
export function worthOneMore(survival, times) {
  const k = survival.length;
  const before = roundTime(k - 1, times);
  return survival[k - 1] * before > expectedTokens(survival.slice(0, -1)) * (roundTime(k, times) - before);
}

/** (a, b) of the least squares line y = a + b x. @param {[number, number][]} points */
export function fitLine(points) {
  const [meanX, meanY] = [sum(points.map(([x]) => x)) / points.length, sum(points.map(([, y]) => y)) / points.length];
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  const slope = spread ? sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread : 0;
  return [meanY - slope * meanX, slope];
}
