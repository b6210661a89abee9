// The verification rules of specrecord/decoding, where each has its paper and the idea of its
// proof: what was drafted and the target's laws in, the path of accepted nodes and the token that
// follows out.

import { drawn, overlap, residual, sumTo, without } from "./laws.js";

/** @typedef {import("./laws.js").Law} Law */
/** @typedef {import("./laws.js").Draw} Draw */
/** @typedef {import("./chance.js").Chance} Chance */
/**
 * What a round drafted. Columns by node; `ends` says where a branch ends.
 * @typedef {object} Drafted
 * @property {number} position
 * @property {number[]} tokens
 * @property {number[]} parents
 * @property {Law[]} laws
 * @property {boolean[]} ends
 */
/**
 * How a drafted token was tested; null where the rule has no such number.
 * @typedef {object} Trial
 * @property {boolean} accepted
 * @property {number} accept
 * @property {number} uniform
 * @property {number | null} low
 * @property {number | null} left
 * @property {number | null} shared
 */
/**
 * @typedef {object} Outcome
 * @property {number[]} path
 * @property {Map<number, Trial>} trials
 * @property {Draw | null} last
 * @property {"resampled" | "bonus"} origin
 */
/** @typedef {(drafted: Drafted, target: Law[], chance: Chance) => Outcome} Judge */
/** @typedef {{ draw: Draw, law: Law }} Sample */
/**
 * @typedef {object} Rule
 * @property {Judge} judge
 * @property {(law: Law, count: number, chance: Chance, position: number) => Sample[]} sample
 * @property {boolean} branches whether it can judge several children of a place
 */

const LEAST = 2 ** -60;
const ROOT = -1;

/** @param {Drafted} drafted @param {number} node */
export function children(drafted, node) {
  const found = [];
  for (let child = node + 1; child < drafted.tokens.length; child++)
    if (drafted.parents[child] === node) found.push(child);
  return found;
}

/**
 * @param {boolean} accepted
 * @param {number} accept
 * @param {number} uniform
 * @param {number | null} [low]
 * @param {number | null} [left]
 * @param {number | null} [shared]
 * @returns {Trial}
 */
const trial = (accepted, accept, uniform, low = null, left = null, shared = null) => ({
  accepted,
  accept,
  uniform,
  low,
  left,
  shared,
});

/**
 * @param {Drafted} drafted
 * @param {number[]} path
 * @param {Map<number, Trial>} trials
 * @param {(row: number) => Draw} draw
 * @returns {Outcome}
 */
function whole(drafted, path, trials, draw) {
  const node = path.length ? path[path.length - 1] : ROOT;
  return {
    path,
    trials,
    last: node !== ROOT && drafted.ends[node] ? null : draw(node + 1),
    origin: "bonus",
  };
}

/** @type {Judge} */
function standard(drafted, target, chance) {
  const [path, trials] = [/** @type {number[]} */ ([]), new Map()];
  for (let node = 0; node < drafted.tokens.length; node++) {
    const [token, q, p] = [drafted.tokens[node], drafted.laws[node], target[node]];
    const accept = Math.min(1, p[token] / q[token]);
    const { heads, uniform } = chance.flip(accept);
    trials.set(node, trial(heads, accept, uniform));
    if (!heads)
      return { path, trials, last: drawn(residual(p, q).law, chance.next()), origin: "resampled" };
    path.push(node);
  }
  return whole(drafted, path, trials, (row) => drawn(target[row], chance.next()));
}

/**
 * Walks down the tree while `pick`'s token is among the children.
 * @param {Drafted} drafted
 * @param {(node: number, depth: number) => Draw} pick
 * @param {(node: number, child: number, drew: Draw) => Trial} test
 * @returns {Outcome}
 */
function follow(drafted, pick, test) {
  const [path, trials] = [/** @type {number[]} */ ([]), new Map()];
  let node = ROOT;
  for (let below = children(drafted, node); below.length; below = children(drafted, node)) {
    const drew = pick(node, path.length);
    let next = ROOT;
    for (const child of below) {
      trials.set(child, test(node, child, drew));
      if (drafted.tokens[child] === drew.token) {
        next = child;
        break;
      }
    }
    if (next === ROOT) return { path, trials, last: drew, origin: "resampled" };
    node = next;
    path.push(node);
  }
  return whole(drafted, path, trials, () => pick(node, path.length));
}

/** @type {Judge} */
function match(drafted, target, chance) {
  const test = (
    /** @type {number} */ node,
    /** @type {number} */ child,
    /** @type {Draw} */ drew,
  ) => {
    const [token, law] = [drafted.tokens[child], target[node + 1]];
    return trial(
      token === drew.token,
      law[token],
      drew.uniform,
      token === drew.token ? drew.low : sumTo(law, token),
    );
  };
  return follow(drafted, (node) => drawn(target[node + 1], chance.next()), test);
}

/** @type {Judge} */
function block(drafted, target, chance) {
  const count = drafted.tokens.length;
  const weights = [1];
  drafted.tokens.forEach((token, node) =>
    weights.push(Math.min(1, (weights[node] * target[node][token]) / drafted.laws[node][token])),
  );
  const trials = new Map();
  let kept = 0;
  for (let length = 1; length <= count; length++) {
    let accept = weights[length];
    if (length < count) {
      const { mass } = residual(target[length], drafted.laws[length], weights[length]);
      accept = weights[length] < 1 ? mass / (mass + 1 - weights[length]) : 1;
    }
    const { heads, uniform } = chance.flip(accept);
    trials.set(length - 1, trial(heads, accept, uniform));
    if (heads) kept = length;
  }
  for (const [node, one] of trials) trials.set(node, { ...one, accepted: node < kept });
  const path = Array.from({ length: kept }, (_, node) => node);
  if (kept === count)
    return whole(drafted, path, trials, (row) => drawn(target[row], chance.next()));
  const { law, mass } = residual(target[kept], drafted.laws[kept], weights[kept]);
  return {
    path,
    trials,
    last: drawn(mass > 0 ? law : target[kept], chance.next()),
    origin: "resampled",
  };
}

/** @type {Judge} */
function gumbel(drafted, target, chance) {
  const noise = (/** @type {number} */ depth) =>
    chance.shared(drafted.position + depth, target[0].length);
  /** @type {(node: number) => number} */
  const depthOf = (node) => (node === ROOT ? 0 : 1 + depthOf(drafted.parents[node]));
  const test = (
    /** @type {number} */ node,
    /** @type {number} */ child,
    /** @type {Draw} */ drew,
  ) => {
    const [token, law, uniforms] = [drafted.tokens[child], target[node + 1], noise(depthOf(node))];
    const low = token === drew.token ? drew.low : leastToWin(law, uniforms, token);
    return trial(
      token === drew.token,
      agreement(law, drafted.laws[child], token),
      uniforms[token],
      low,
    );
  };
  return follow(drafted, (node, depth) => race(target[node + 1], noise(depth)), test);
}

/**
 * Several children, judged one after another against what is left of the target's law.
 * @type {Judge}
 */
function several(drafted, target, chance) {
  const [path, trials] = [/** @type {number[]} */ ([]), new Map()];
  let node = ROOT;
  for (let below = children(drafted, node); below.length; below = children(drafted, node)) {
    let left = target[node + 1];
    let next = ROOT;
    for (const child of below) {
      const [token, q] = [drafted.tokens[child], drafted.laws[child]];
      const accept = Math.min(1, left[token] / q[token]);
      const { heads, uniform } = chance.flip(accept);
      const first = child === below[0];
      trials.set(
        child,
        trial(
          heads,
          accept,
          uniform,
          null,
          first ? null : left[token],
          first ? null : overlap(left, q),
        ),
      );
      if (heads) {
        next = child;
        break;
      }
      left = residual(left, q).law;
    }
    if (next === ROOT)
      return { path, trials, last: drawn(left, chance.next()), origin: "resampled" };
    node = next;
    path.push(node);
  }
  return whole(drafted, path, trials, (row) => drawn(target[row], chance.next()));
}

/** @type {Rule["sample"]} */
const independent = (law, count, chance) =>
  Array.from({ length: count }, () => ({ draw: drawn(law, chance.next()), law }));

/** @type {Rule["sample"]} */
function withoutReplacement(law, count, chance) {
  const found = [];
  /** @type {Law | null} */
  let rest = law;
  while (rest && found.length < count) {
    const draw = drawn(rest, chance.next());
    found.push({ draw, law: rest });
    rest = without(rest, draw.token);
  }
  return found;
}

/** @type {Rule["sample"]} */
function sharedRace(law, count, chance, position) {
  const uniforms = chance.shared(position, law.length);
  const times = finish(law, uniforms);
  const order = Array.from(law, (_, x) => x)
    .filter((x) => law[x] > 0)
    .sort((a, b) => times[a] - times[b] || a - b)
    .slice(0, count);
  return order.map((token, place) => ({
    draw: won(law, uniforms, token, order.slice(0, place)),
    law,
  }));
}

/** @param {Law} law @param {Float64Array} uniforms */
function race(law, uniforms) {
  const times = finish(law, uniforms);
  let best = 0;
  for (let x = 1; x < times.length; x++) if (times[x] < times[best]) best = x;
  return won(law, uniforms, best);
}

/**
 * When each token comes in; never, where it has no probability.
 * @param {Law} law
 * @param {Float64Array} uniforms
 */
const finish = (law, uniforms) =>
  law.map((prob, x) => (prob > 0 ? -Math.log(Math.max(uniforms[x], LEAST)) / prob : Infinity));

/**
 * @param {Law} law
 * @param {Float64Array} uniforms
 * @param {number} token
 * @param {number[]} [before]
 * @returns {Draw}
 */
const won = (law, uniforms, token, before = []) => ({
  token,
  uniform: uniforms[token],
  low: leastToWin(law, uniforms, token, before),
  high: 1,
  prob: law[token],
});

/**
 * @param {Law} law
 * @param {Float64Array} uniforms
 * @param {number} token
 * @param {number[]} [before]
 */
function leastToWin(law, uniforms, token, before = []) {
  if (law[token] === 0) return 1;
  const times = finish(law, uniforms);
  for (const x of [token, ...before]) times[x] = Infinity;
  return Math.exp(-law[token] * times.reduce((least, time) => Math.min(least, time), Infinity));
}

/**
 * The chance, over the noise, that the target picks `token` given that the draft did.
 * @param {Law} p
 * @param {Law} q
 * @param {number} token
 */
function agreement(p, q, token) {
  if (p[token] === 0) return 0;
  let slowest = 0;
  for (let x = 0; x < p.length; x++) slowest += Math.max(p[x] / p[token], q[x] / q[token]);
  return Math.min(1, 1 / (slowest * q[token]));
}

/** @type {Record<string, Rule>} */
export const RULES = {
  standard: { judge: standard, sample: independent, branches: false },
  match: { judge: match, sample: withoutReplacement, branches: true },
  block: { judge: block, sample: independent, branches: false },
  gumbel: { judge: gumbel, sample: sharedRace, branches: true },
  specinfer: { judge: several, sample: independent, branches: true },
  rrs: { judge: several, sample: withoutReplacement, branches: true },
};
