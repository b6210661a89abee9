// Where uniforms come from: a stream that can be given (so that decisions can be compared with
// Python's) or seeded, and the noise that both sides share, which is numpy's Philox so that the
// audit can make it again.

const MASK = (1n << 64n) - 1n;
const [MULTIPLY_A, MULTIPLY_B] = [0xd2e7470ee14c6c93n, 0xca5a826395121157n];
const [ADD_A, ADD_B] = [0x9e3779b97f4a7c15n, 0xbb67ae8584caa73bn];
const ROUNDS = 10;

/** One uniform a question, from `next`. */
export class Chance {
  /** @param {() => number} next uniforms in [0, 1) @param {number} seed of the shared noise */
  constructor(next, seed) {
    this.next = next;
    this.seed = seed;
    /** @type {Map<number, Float64Array>} */
    this.known = new Map();
  }

  /** @param {number} probability */
  flip(probability) {
    const uniform = this.next();
    return { heads: uniform < probability, uniform };
  }

  /**
   * One uniform a token at a position of the output: the same for whoever asks.
   * @param {number} position
   * @param {number} size
   */
  shared(position, size) {
    const found = this.known.get(position) ?? sharedUniforms(this.seed, position, size);
    this.known.set(position, found);
    return found;
  }
}

/** xoshiro128**, seeded by splitmix32; 53 bits a number. @param {number} seed */
export function seeded(seed) {
  let mix = seed >>> 0;
  const fill = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let word = mix ^ (mix >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  const state = Uint32Array.of(fill(), fill(), fill(), fill());
  const turn = (/** @type {number} */ word, /** @type {number} */ by) =>
    (word << by) | (word >>> (32 - by));
  const word = () => {
    const result = Math.imul(turn(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = turn(state[3], 11);
    return result;
  };
  return () => ((word() >>> 5) * 67108864 + (word() >>> 6)) / 9007199254740992;
}

/**
 * As specrecord/shared_randomness.py: Philox4x64-10 with the seed as key and the position in the counter's last
 * word.
 * @param {number} seed
 * @param {number} position
 * @param {number} size
 */
function sharedUniforms(seed, position, size) {
  const uniforms = new Float64Array(size);
  for (let block = 0; 4 * block < size; block++) {
    // The generator counts up before its first block.
    const words = philox([BigInt(block + 1), 0n, 0n, BigInt(position)], BigInt(seed));
    for (let part = 0; part < 4 && 4 * block + part < size; part++)
      uniforms[4 * block + part] = Number(words[part] >> 11n) / 9007199254740992;
  }
  return uniforms;
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
