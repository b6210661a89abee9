// From logits to the distribution that is sampled, draws from it, and what is recorded of it: as
// specrecord/decoding does it. `p` is the target's, `q` the draft's.

/** @typedef {Float64Array} Probs one probability a token */
/** @typedef {{ token: number, uniform: number, low: number, high: number, prob: number }} Draw */

const NEGLIGIBLE = 1e-6;

/** Sum of the first `end` values. @param {Float64Array} values @param {number} [end] */
export function total(values, end = values.length) {
  let sum = 0;
  for (let x = 0; x < end; x++) sum += values[x];
  return sum;
}

/** @param {Float32Array} logits */
function largest(logits) {
  let most = -Infinity;
  for (let x = 0; x < logits.length; x++) if (logits[x] > most) most = logits[x];
  return most;
}

/** In place. @param {Float64Array} weights @returns {Probs} */
function normalised(weights) {
  const mass = total(weights);
  for (let x = 0; x < weights.length; x++) weights[x] /= mass;
  return weights;
}

/** @param {Float32Array} logits @param {number} [temperature] */
export function softmax(logits, temperature = 1) {
  const most = largest(logits);
  const weights = new Float64Array(logits.length);
  for (let x = 0; x < weights.length; x++) weights[x] = Math.exp((logits[x] - most) / temperature);
  return normalised(weights);
}

/**
 * Temperature, then top-k, then top-p, each renormalised; temperature 0 is the point mass on the
 * likeliest token.
 * @param {Float32Array} logits
 * @param {{ temperature: number, top_k: number, top_p: number }} settings
 */
export function sampledProbs(logits, { temperature, top_k, top_p }) {
  if (temperature === 0) return restrict(softmax(logits), [logits.indexOf(largest(logits))]);
  let probs = softmax(logits, temperature);
  if (top_k > 0 && top_k < probs.length) probs = restrict(probs, ranked(probs).slice(0, top_k));
  if (top_p === 1) return probs;
  let before = 0;
  const nucleus = ranked(probs).filter((x) => {
    const inside = before < top_p;
    before += probs[x];
    return inside;
  });
  return restrict(probs, nucleus);
}

/** Tokens from the likeliest on, equals in id order. @param {Probs} probs */
const ranked = (probs) => [...probs.keys()].sort((a, b) => probs[b] - probs[a] || a - b);

/** Only these tokens, renormalised. @param {Probs} probs @param {number[]} tokens */
function restrict(probs, tokens) {
  const rest = new Float64Array(probs.length);
  for (const x of tokens) rest[x] = probs[x];
  return normalised(rest);
}

/**
 * The token whose interval of the cumulative distribution holds `uniform`.
 * @param {Probs} probs
 * @param {number} uniform
 * @returns {Draw}
 */
export function draw(probs, uniform) {
  const last = probs.findLastIndex((prob) => prob > 0);
  let [token, low] = [0, 0];
  while (token < last && uniform >= low + probs[token]) low += probs[token++];
  return { token, uniform, low, high: low + probs[token], prob: probs[token] };
}

/**
 * norm(max(0, weight p - q)), and the mass before the norm; p itself where nothing is left.
 * @param {Probs} p
 * @param {Probs} q
 * @param {number} [weight]
 */
export function residual(p, q, weight = 1) {
  const excess = new Float64Array(p.length);
  for (let x = 0; x < p.length; x++) excess[x] = Math.max(0, weight * p[x] - q[x]);
  const mass = total(excess);
  return { probs: mass > 0 ? normalised(excess) : p, mass };
}

/**
 * The distribution without one token, renormalised; null where nothing is left.
 * @param {Probs} probs
 * @param {number} token
 */
export function without(probs, token) {
  const rest = probs.with(token, 0);
  return total(rest) > 0 ? normalised(rest) : null;
}

/** @param {Probs} p @param {Probs} q */
export function overlap(p, q) {
  let sum = 0;
  for (let x = 0; x < p.length; x++) sum += Math.min(p[x], q[x]);
  return sum;
}

/**
 * The chance, over shared uniforms, that the target picks `token` given that the draft did.
 * @param {Probs} p
 * @param {Probs} q
 * @param {number} token
 */
export function coupledAcceptance(p, q, token) {
  if (p[token] === 0) return 0;
  const slowest = total(p.map((prob, x) => Math.max(prob / p[token], q[x] / q[token])));
  return Math.min(1, 1 / (slowest * q[token]));
}

/** In nats. @param {Probs} probs */
export function entropy(probs) {
  let sum = 0;
  for (let x = 0; x < probs.length; x++) if (probs[x] > 0) sum -= probs[x] * Math.log(probs[x]);
  return sum;
}

/** At temperature 1. @param {Float32Array} logits @param {number} token */
export function rawLogprob(logits, token) {
  const most = largest(logits);
  let mass = 0;
  for (let x = 0; x < logits.length; x++) mass += Math.exp(logits[x] - most);
  return logits[token] - most - Math.log(mass);
}

/**
 * The likeliest `count` tokens, and packed as events hold them: ids, then probabilities.
 * @param {Probs} probs
 * @param {number} count
 */
export function topList(probs, count) {
  /** @type {number[]} */
  const ids = [];
  let least = NEGLIGIBLE; // that the list still takes
  for (let x = 0; x < probs.length; x++) {
    if (probs[x] < least) continue;
    ids.splice(ids.findLastIndex((id) => probs[id] >= probs[x]) + 1, 0, x);
    if (ids.length > count) ids.length = count;
    if (ids.length === count) least = probs[ids[count - 1]];
  }
  const packed = new ArrayBuffer(8 * ids.length);
  new Uint32Array(packed, 0, ids.length).set(ids);
  new Float32Array(packed, 4 * ids.length).set(ids.map((id) => probs[id]));
  return { ids, top: new Uint8Array(packed) };
}
