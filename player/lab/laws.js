// From logits to the law that is sampled, draws from it, and what is kept of it: as
// specrecord/decoding does it.

/** @typedef {Float64Array} Law */
/** @typedef {{ token: number, uniform: number, low: number, high: number, prob: number }} Draw */

const NEGLIGIBLE = 1e-6;

/** @param {Float32Array} logits @param {number} [temperature] @returns {Law} */
export function softmax(logits, temperature = 1) {
  let most = -Infinity;
  for (const value of logits) if (value > most) most = value;
  const law = new Float64Array(logits.length);
  let sum = 0;
  for (let x = 0; x < law.length; x++) sum += law[x] = Math.exp((logits[x] - most) / temperature);
  for (let x = 0; x < law.length; x++) law[x] /= sum;
  return law;
}

/**
 * Temperature, then top-k, then top-p, each renormalised; temperature 0 is the point mass on the
 * likeliest token.
 * @param {Float32Array} logits
 * @param {{ temperature: number, topK: number, topP: number }} warp
 * @returns {Law}
 */
export function warped(logits, { temperature, topK, topP }) {
  if (temperature === 0) return pointMass(likeliestToken(logits), logits.length);
  let law = softmax(logits, temperature);
  if (topK > 0 && topK < law.length) law = keepOnly(law, ranked(law).slice(0, topK));
  if (topP < 1) {
    const kept = [];
    let before = 0;
    for (const x of ranked(law)) {
      if (before >= topP) break;
      kept.push(x);
      before += law[x];
    }
    law = keepOnly(law, kept);
  }
  return law;
}

/** @param {number} token @param {number} size */
function pointMass(token, size) {
  const law = new Float64Array(size);
  law[token] = 1;
  return law;
}

/**
 * The token whose interval of the cumulative law holds `uniform`.
 * @param {Law} law
 * @param {number} uniform
 * @returns {Draw}
 */
export function drawn(law, uniform) {
  let before = 0;
  for (let token = 0; token < law.length; token++) {
    const after = before + law[token];
    if (uniform < after) return { token, uniform, low: before, high: after, prob: law[token] };
    before = after;
  }
  const token = law.findLastIndex((prob) => prob > 0);
  const low = sumTo(law, token);
  return { token, uniform, low, high: low + law[token], prob: law[token] };
}

/** @param {Law} law @param {number} end */
export function sumTo(law, end) {
  let sum = 0;
  for (let x = 0; x < end; x++) sum += law[x];
  return sum;
}

/**
 * norm(max(0, weight p - q)), and the mass before the norm; p itself where nothing is left.
 * @param {Law} p
 * @param {Law} q
 * @param {number} [weight]
 * @returns {{ law: Law, mass: number }}
 */
export function residual(p, q, weight = 1) {
  const law = new Float64Array(p.length);
  let mass = 0;
  for (let x = 0; x < law.length; x++) mass += law[x] = Math.max(0, weight * p[x] - q[x]);
  if (mass <= 0) return { law: p, mass };
  for (let x = 0; x < law.length; x++) law[x] /= mass;
  return { law, mass };
}

/**
 * The law without one token, renormalised; null where nothing is left.
 * @param {Law} law
 * @param {number} token
 */
export function without(law, token) {
  const rest = Float64Array.from(law);
  rest[token] = 0;
  const mass = sumTo(rest, rest.length);
  return mass > 0 ? rest.map((prob) => prob / mass) : null;
}

/** @param {Law} p @param {Law} q */
export function overlap(p, q) {
  let sum = 0;
  for (let x = 0; x < p.length; x++) sum += Math.min(p[x], q[x]);
  return sum;
}

/** In nats. @param {Law} law */
export function entropy(law) {
  let sum = 0;
  for (const prob of law) if (prob > 0) sum -= prob * Math.log(prob);
  return sum;
}

/**
 * log softmax(logits)[token] at temperature 1.
 * @param {Float32Array} logits
 * @param {number} token
 */
export function rawLogprob(logits, token) {
  let most = -Infinity;
  for (const value of logits) if (value > most) most = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - most);
  return logits[token] - most - Math.log(sum);
}

/**
 * The likeliest `count` tokens packed as events carry them: ids, then probabilities.
 * @param {Law} law
 * @param {number} count
 */
export function packedTop(law, count) {
  /** @type {number[]} */
  const kept = [];
  for (let x = 0; x < law.length; x++) {
    if (law[x] < NEGLIGIBLE || (kept.length === count && law[x] <= law[kept[count - 1]])) continue;
    let at = kept.length;
    while (at > 0 && law[kept[at - 1]] < law[x]) at--;
    kept.splice(at, 0, x);
    kept.length = Math.min(kept.length, count);
  }
  const packed = new DataView(new ArrayBuffer(8 * kept.length));
  kept.forEach((x, index) => {
    packed.setUint32(4 * index, x, true);
    packed.setFloat32(4 * (kept.length + index), law[x], true);
  });
  return { ids: kept, bytes: new Uint8Array(packed.buffer) };
}

/** @param {Float32Array} logits */
function likeliestToken(logits) {
  let best = 0;
  for (let x = 1; x < logits.length; x++) if (logits[x] > logits[best]) best = x;
  return best;
}

/** Tokens from the likeliest on, equals in id order. @param {Law} law */
const ranked = (law) => Array.from(law, (_, x) => x).sort((a, b) => law[b] - law[a] || a - b);

/** @param {Law} law @param {number[]} kept @returns {Law} */
function keepOnly(law, kept) {
  const found = new Float64Array(law.length);
  for (const x of kept) found[x] = law[x];
  const sum = sumTo(found, found.length);
  return found.map((prob) => prob / sum);
}
