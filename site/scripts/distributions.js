// Distributions over a handful of outcomes: p is the target's, q the draft's. As in
// specrecord/publish/figures/distributions.py, where each formula names its source.

const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);

/** @param {number[]} p @param {number[]} q */
export const overlap = (p, q) => sum(p.map((value, x) => Math.min(value, q[x])));

/** @param {number[]} p @param {number[]} q */
function residual(p, q) {
  const excess = p.map((value, x) => Math.max(0, value - q[x]));
  const mass = sum(excess);
  return mass > 0 ? excess.map((value) => value / mass) : p;
}

/** @param {number[]} p @param {number[]} q */
export const matchRate = (p, q) => sum(p.map((value, x) => value * q[x]));

/** @param {number[]} p @param {number[]} q */
export function coupledRate(p, q) {
  const both = p.map((_, x) => x).filter((x) => p[x] > 0 && q[x] > 0);
  return sum(both.map((x) => 1 / sum(p.map((_, y) => Math.max(p[y] / p[x], q[y] / q[x])))));
}

/**
 * @param {number[]} p
 * @param {number[]} q
 * @param {number} drafts
 * @param {boolean} replace
 * @returns {number}
 */
export function severalRate(p, q, drafts, replace) {
  if (drafts === 0 || sum(q) <= 0) return 0;
  const left = residual(p, q);
  return sum(
    q.map((prob, child) => {
      if (prob <= 0) return 0;
      const accept = Math.min(1, p[child] / prob);
      const later =
        accept < 1 ? severalRate(left, replace ? q : without(q, child), drafts - 1, replace) : 0;
      return prob * (accept + (1 - accept) * later);
    }),
  );
}

/** @param {number[]} q @param {number} child */
function without(q, child) {
  const left = q.map((value, index) => (index === child ? 0 : value));
  const mass = sum(left);
  return mass > 0 ? left.map((value) => value / mass) : left;
}

/**
 * Prompt lookup over a text: how often it proposes, and how often it is right.
 * @param {number[]} tokens
 * @param {number} prompt
 * @param {number} size
 */
export function lookupHits(tokens, prompt, size) {
  const guesses = lookupGuesses(tokens, prompt, size).filter((guess) => guess !== null);
  return [guesses.length, guesses.filter((guess) => guess).length];
}

/**
 * For each output token: null without a guess, else whether it is right.
 * @param {number[]} tokens
 * @param {number} prompt
 * @param {number} size
 */
export function lookupGuesses(tokens, prompt, size) {
  /** @type {(boolean | null)[]} */
  const found = [];
  for (let place = prompt; place < tokens.length; place++) {
    let guess = null;
    for (let at = place - size - 1; at >= 0 && guess === null; at--) {
      if (
        tokens.slice(at, at + size).every((token, index) => token === tokens[place - size + index])
      )
        guess = tokens[at + size] === tokens[place];
    }
    found.push(guess);
  }
  return found;
}

/**
 * One token of what a rule puts out, drawn by `random`.
 * @param {number[]} p
 * @param {number[]} q
 * @param {() => number} random
 * @param {string} rule
 */
export function drawToken(p, q, random, rule) {
  const drafted = pick(q, random());
  const accept = rule === "always" ? 1 : Math.min(1, p[drafted] / q[drafted]);
  if (random() < accept) return drafted;
  return pick(rule === "fresh" ? p : residual(p, q), random());
}

/** @param {number[]} probs @param {number} uniform */
function pick(probs, uniform) {
  let before = 0;
  for (let x = 0; x < probs.length; x++) {
    before += probs[x];
    if (uniform < before) return x;
  }
  return probs.findLastIndex((value) => value > 0);
}
