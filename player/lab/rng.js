// Where uniforms come from: numpy's Philox4x64-10, so that the audit can make those again that both
// sides share. Others may be given, so that decisions can be compared with Python's.

const MASK = (1n << 64n) - 1n;
const [MULTIPLY_A, MULTIPLY_B] = [0xd2e7470ee14c6c93n, 0xca5a826395121157n];
const [ADD_A, ADD_B] = [0x9e3779b97f4a7c15n, 0xbb67ae8584caa73bn];
const ROUNDS = 10;

export class Rng {
  /** @param {() => number} next uniforms in [0, 1) @param {number} seed of the shared uniforms */
  constructor(next, seed) {
    this.next = next;
    this.seed = seed;
    /** @type {Map<number, Float64Array>} */
    this.cached = new Map();
  }

  /** Tests a drafted token. @param {number} accept_prob */
  flip(accept_prob) {
    const uniform = this.next();
    return { accepted: uniform < accept_prob, accept_prob, uniform };
  }

  /**
   * One uniform a token at a position of the output: the same for whoever asks.
   * @param {number} position
   * @param {number} size
   */
  shared(position, size) {
    const next = uniformsOf(this.seed, 0, position);
    const found = this.cached.get(position) ?? Float64Array.from({ length: size }, next);
    this.cached.set(position, found);
    return found;
  }
}

/**
 * A stream of uniforms with 53 bits. As in specrecord/shared_randomness.py, the seed is the key and
 * the position the counter's last word; the word before it tells streams apart.
 * @param {number} seed
 * @param {number} stream
 * @param {number} [position]
 */
export function uniformsOf(seed, stream, position = 0) {
  let block = 0n;
  /** @type {bigint[]} */
  let words = [];
  return () => {
    if (!words.length)
      words = philox([++block, 0n, BigInt(stream), BigInt(position)], BigInt(seed));
    return Number(/** @type {bigint} */ (words.shift()) >> 11n) / 2 ** 53;
  };
}

/** @param {bigint[]} counter @param {bigint} key */
function philox([a, b, c, d], key) {
  let [first, second] = [key, 0n];
  for (let round = 0; round < ROUNDS; round++) {
    const [left, right] = [MULTIPLY_A * a, MULTIPLY_B * c];
    [a, b, c, d] = [
      (right >> 64n) ^ b ^ first,
      right & MASK,
      (left >> 64n) ^ d ^ second,
      left & MASK,
    ];
    first = (first + ADD_A) & MASK;
    second = (second + ADD_B) & MASK;
  }
  return [a, b, c, d];
}
