// The verification rules of specrecord/decoding, where each has its paper and the idea of its
// proof: what was drafted and the target's distributions in, the path of accepted nodes and the
// token that follows out.

import { coupledAcceptance, draw, overlap, residual, total, without } from "./distributions.js";

/** @typedef {import("./distributions.js").Probs} Probs */
/** @typedef {import("./distributions.js").Draw} Draw */
/** @typedef {import("./rng.js").Rng} Rng */
/**
 * What a round drafted. Columns by node; `ends` says where a branch ends.
 * @typedef {object} DraftTree
 * @property {number} position
 * @property {number[]} tokens
 * @property {number[]} parents
 * @property {Probs[]} probs
 * @property {boolean[]} ends
 */
/**
 * How a drafted token was tested, as `verdict` events hold it.
 * @typedef {object} AcceptanceTest
 * @property {boolean} accepted
 * @property {number} accept_prob
 * @property {number} uniform
 * @property {number} [low]
 * @property {number} [left_prob]
 * @property {number} [overlap]
 */
/**
 * @typedef {object} VerifyResult
 * @property {number[]} path
 * @property {Map<number, AcceptanceTest>} tests
 * @property {Draw | null} last
 * @property {"resampled" | "bonus"} origin
 */
/** @typedef {(tree: DraftTree, target: Probs[], rng: Rng) => VerifyResult} Verify */
/** @typedef {{ draw: Draw, probs: Probs }} Sample */
/**
 * @typedef {object} Rule
 * @property {Verify} verify
 * @property {(probs: Probs, count: number, rng: Rng, position: number) => Sample[]} sample
 */

const LEAST = 2 ** -60;
export const ROOT = -1;

/** @param {DraftTree} tree @param {number} node */
export const children = (tree, node) =>
  [...tree.tokens.keys()].filter((child) => tree.parents[child] === node);

/**
 * Walks down the tree by the first child of each place that passes its test. `at` begins a place:
 * it tests its children in turn, and gives the token that follows where none passes.
 * @param {DraftTree} tree
 * @param {(node: number, depth: number) => {
 *   test: (child: number, index: number) => AcceptanceTest, last: () => Draw }} at
 * @returns {VerifyResult}
 */
function walk(tree, at) {
  const [path, tests] = [/** @type {number[]} */ ([]), new Map()];
  for (let node = ROOT; ; path.push(node)) {
    if (tree.ends[node]) return { path, tests, last: null, origin: "bonus" };
    const below = children(tree, node);
    const { test, last } = at(node, path.length);
    const next = below.find((child, index) => {
      tests.set(child, test(child, index));
      return tests.get(child).accepted;
    });
    if (next === undefined)
      return { path, tests, last: last(), origin: below.length ? "resampled" : "bonus" };
    node = next;
  }
}

/**
 * Children are tested one after another against what is left of the target's distribution; with one
 * child it is the standard rule.
 * @type {Verify}
 */
function multiDraft(tree, target, rng) {
  return walk(tree, (node) => {
    let left = target[node + 1];
    return {
      test(child, index) {
        const [token, q] = [tree.tokens[child], tree.probs[child]];
        const further = index && { left_prob: left[token], overlap: overlap(left, q) };
        const test = rng.flip(Math.min(1, left[token] / q[token]));
        if (!test.accepted) left = residual(left, q).probs;
        return { ...test, ...further };
      },
      last: () => draw(left, rng.next()),
    };
  });
}

/** @type {Verify} */
function match(tree, target, rng) {
  return walk(tree, (node) => {
    const probs = target[node + 1];
    const drawn = draw(probs, rng.next());
    return {
      test(child) {
        const token = tree.tokens[child];
        return {
          accepted: token === drawn.token,
          accept_prob: probs[token],
          uniform: drawn.uniform,
          low: total(probs, token),
        };
      },
      last: () => drawn,
    };
  });
}

/** @type {Verify} */
function gumbel(tree, target, rng) {
  return walk(tree, (node, depth) => {
    const probs = target[node + 1];
    const uniforms = rng.shared(tree.position + depth, probs.length);
    const [winner] = race(probs, uniforms, 1);
    return {
      test(child) {
        const token = tree.tokens[child];
        return {
          accepted: token === winner.token,
          accept_prob: coupledAcceptance(probs, tree.probs[child], token),
          uniform: uniforms[token],
          low: leastToWin(probs, uniforms, token),
        };
      },
      last: () => winner,
    };
  });
}

/** @type {Verify} */
function block({ tokens, probs, ends }, target, rng) {
  const weights = [1];
  for (const [node, token] of tokens.entries())
    weights.push(Math.min(1, (weights[node] * target[node][token]) / probs[node][token]));
  /** @param {number} length of the block that is accepted */
  const leftAfter = (length) => residual(target[length], probs[length], weights[length]);
  const flips = tokens.map((_, node) => {
    const weight = weights[node + 1];
    if (node + 1 === tokens.length || weight === 1) return rng.flip(weight);
    const { mass } = leftAfter(node + 1);
    return rng.flip(mass / (mass + 1 - weight));
  });
  const length = flips.findLastIndex(({ accepted }) => accepted) + 1;
  const whole = length === tokens.length;
  const left = whole ? target[length] : leftAfter(length).probs;
  return {
    path: [...tokens.keys()].slice(0, length),
    tests: new Map(flips.map((flip, node) => [node, { ...flip, accepted: node < length }])),
    last: ends[length - 1] ? null : draw(left, rng.next()),
    origin: whole ? "bonus" : "resampled",
  };
}

/** @type {Rule["sample"]} */
const independent = (probs, count, rng) =>
  Array.from({ length: count }, () => ({ draw: draw(probs, rng.next()), probs }));

/** @type {Rule["sample"]} */
function withoutReplacement(probs, count, rng) {
  const found = [];
  for (let rest = /** @type {Probs | null} */ (probs); rest && found.length < count;) {
    const drawn = draw(rest, rng.next());
    found.push({ draw: drawn, probs: rest });
    rest = without(rest, drawn.token);
  }
  return found;
}

/** @type {Rule["sample"]} */
const sharedRace = (probs, count, rng, position) =>
  race(probs, rng.shared(position, probs.length), count).map((winner) => ({ draw: winner, probs }));

/**
 * The first `count` tokens to come in.
 * @param {Probs} probs
 * @param {Float64Array} uniforms
 * @param {number} count
 * @returns {Draw[]}
 */
function race(probs, uniforms, count) {
  const times = finishTimes(probs, uniforms);
  const order = [...times.keys()]
    .filter((x) => probs[x] > 0)
    .sort((a, b) => times[a] - times[b] || a - b)
    .slice(0, count);
  return order.map((token, place) => ({
    token,
    uniform: uniforms[token],
    low: leastToWin(probs, uniforms, token, order.slice(0, place)),
    high: 1,
    prob: probs[token],
  }));
}

/**
 * When each token comes in; never, where it has no probability.
 * @param {Probs} probs
 * @param {Float64Array} uniforms
 */
const finishTimes = (probs, uniforms) =>
  probs.map((prob, x) => (prob > 0 ? -Math.log(Math.max(uniforms[x], LEAST)) / prob : Infinity));

/**
 * @param {Probs} probs
 * @param {Float64Array} uniforms
 * @param {number} token
 * @param {number[]} [before]
 */
function leastToWin(probs, uniforms, token, before = []) {
  if (probs[token] === 0) return 1;
  const times = finishTimes(probs, uniforms);
  for (const x of [token, ...before]) times[x] = Infinity;
  return Math.exp(-probs[token] * times.reduce((least, time) => Math.min(least, time)));
}

/** @type {Record<string, Rule>} */
export const RULES = {
  standard: { verify: multiDraft, sample: independent },
  match: { verify: match, sample: withoutReplacement },
  block: { verify: block, sample: independent },
  gumbel: { verify: gumbel, sample: sharedRace },
  specinfer: { verify: multiDraft, sample: independent },
  rrs: { verify: multiDraft, sample: withoutReplacement },
};
