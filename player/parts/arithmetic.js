// Why a token stayed, fell or came instead, for every rule: the rule's formula with this token's
// recorded numbers in it, and a sentence that a newcomer follows. What was not recorded is said to
// be unknown, and no formula stands there.

import { EMIT } from "../core/recording/fields.js";
import { probability, distinct } from "../core/measures/numbers.js";
import { blockWeights, whyUntested } from "../core/trial.js";
import { plan } from "../dom/dom.js";

/** @typedef {import("../core/decision.js").Decision} Decision */
/** @typedef {import("../dom/dom.js").Plan} Plan */
/** @typedef {{ rule: string, tokens: Decision[] }} Round the rule and the round's tokens */

const NAMES = new Set(["u", "w", "x", "min", "max", "share"]);
const OPERATORS = new Set([..."=<≤≥∈∉(),·−:"]);

/** A sign of a formula: a name, an operator or a number. @param {string} text */
const sign = (text) => plan(NAMES.has(text) ? "mi" : OPERATORS.has(text) ? "mo" : "mn", {}, text);

/** Signs with blanks between, and what is put together already, in a row. */
const group = (/** @type {(string | Plan)[]} */ ...parts) =>
  plan(
    "mrow",
    ...parts.flatMap((part) => (typeof part === "string" ? part.split(" ").map(sign) : part)),
  );
const formula = (/** @type {(string | Plan)[]} */ ...parts) =>
  plan("math", { display: "block" }, group(...parts));
const over = (/** @type {Plan} */ above, /** @type {Plan} */ below) => plan("mfrac", above, below);
const indexed = (/** @type {string} */ name, /** @type {string} */ index) =>
  plan("msub", sign(name), sign(index));
const says = (/** @type {import("../dom/dom.js").Child[]} */ ...parts) => plan("p", ...parts);
const outcome = (/** @type {Decision} */ one) => [":", plan("mtext", ` ${one.state}`)];

/** What became of a drafted token that the target drew a token beside. @param {boolean} passed */
const got = (passed) => (passed ? "this very token: accepted" : "another: rejected");

/**
 * The formula and the sentence.
 * @param {Decision} one
 * @param {Round} round
 * @returns {Plan[]}
 */
export function arithmetic(one, round) {
  if (round.rule === "own") return [says(ofEngine(one))];
  if (round.rule === "prediction")
    return [says("Which tokens it accepted, the server does not tell.")];
  if (one.state === "pending") return [says("Drafted, and waiting for the target.", drawnBy(one))];
  if (one.state === "untested") return untested(one, round);
  if (one.at.node === EMIT) return emitted(one, round);
  if (round.rule === "drawn") return drawnByTarget(one);
  if (isNaN(one.uniform) || isNaN(one.accept)) return unrevealed(one);
  if (round.rule === "match") return matched(one);
  if (round.rule === "gumbel") return coupled(one);
  if (round.rule === "block") return blocked(one, round);
  return tested(one);
}

/** Rules standard, specinfer and rrs. @param {Decision} one */
function tested(one) {
  const sibling = !isNaN(one.left);
  const target = sibling ? one.left : one.targetProb;
  const [coin, chance] = distinct([one.uniform, one.accept]);
  const [above, below] = distinct([target, one.draftProb]);
  const passed = one.state === "accepted";
  const chosen = isNaN(one.drawUniform);
  const test = formula(
    `u = ${coin} ${passed ? "<" : "≥"} min ( 1 ,`,
    over(sign(above), sign(below)),
    `) = ${chance}`,
    ...outcome(one),
  );
  const gave = chosen
    ? "The draft chose this token outright, so its side counts 1"
    : `The draft gave it ${below}`;
  const has = sibling
    ? `of what rejected siblings left of the target’s distribution it has ${above}`
    : `the target gives it ${above}`;
  const ruled = `${passed ? "" : "not "}below ${chance}: ${one.state}.`;
  return [test, says(`${gave}; ${has}. The coin fell at ${coin}, ${ruled}`, drawnBy(one))];
}

/** @param {Decision} one */
function matched(one) {
  const [low, coin, high] = distinct([one.low, one.uniform, one.high]);
  const passed = one.state === "accepted";
  const test = formula(
    `u = ${coin} ${passed ? "∈" : "∉"}`,
    plan("mtext", `[${low}, ${high})`),
    ...outcome(one),
  );
  return [test, says(`The target drew with u for itself, and got ${got(passed)}.`, drawnBy(one))];
}

/** @param {Decision} one */
function coupled(one) {
  const [coin, least] = distinct([one.uniform, one.low]);
  const passed = one.state === "accepted";
  const test = formula(
    indexed("u", "x"),
    `= ${coin} ${passed ? "≥" : "<"} ${least}`,
    ...outcome(one),
  );
  return [
    test,
    says(
      `Draft and target look at the same noise: this token’s number is ${coin}. `,
      `The target picks it from ${least} up, and got ${got(passed)}. `,
      `Before the noise was known, the chance of that was ${probability(one.accept, 3)}.`,
    ),
  ];
}

/** @param {Decision} one @param {Round} round */
function blocked(one, { tokens }) {
  const chain = tokens.filter((other) => other.at.node !== EMIT);
  const weights = blockWeights(chain);
  const [before, weight] = distinct([one.depth ? weights[one.depth - 1] : 1, weights[one.depth]]);
  const [above, below] = distinct([one.targetProb, one.draftProb]);
  const [coin, chance] = distinct([one.uniform, one.accept]);
  const passed = one.uniform < one.accept;
  const index = String(one.depth + 1);
  const last = one.depth === chain.length - 1;
  const weighed = formula(
    indexed("w", index),
    `= min ( 1 , ${before} ·`,
    over(sign(above), sign(below)),
    `) = ${weight}`,
  );
  const held = formula(`u = ${coin} ${passed ? "<" : "≥"} ${chance}`, ...outcome(one));
  const whence = last
    ? "the chance of the whole chain is its weight"
    : "the chance follows from it and both distributions behind it";
  const stays = one.state === "accepted" && !passed ? " A longer prefix passed, so it stays." : "";
  return [
    weighed,
    held,
    says(
      "Block verification judges prefixes: the longest whose own coin passes stays. ",
      `For the first ${index} drafted, ${whence}: ${chance}. `,
      `The coin fell at ${coin}: ${passed ? "it passes" : "it does not pass"}.${stays}`,
      drawnBy(one),
    ),
  ];
}

/** @param {Decision} one @param {Round} round */
function emitted(one, { rule, tokens }) {
  if ([one.low, one.uniform, one.high].some(isNaN)) {
    const what = one.state === "bonus" ? "One more token" : "What took the place";
    return [says(`${what} is the target’s own draw; the number that drew it was not revealed.`)];
  }
  const [low, coin, high] = distinct([one.low, one.uniform, one.high]);
  const interval = formula(
    `${low} ≤ u = ${coin} ${rule === "gumbel" ? "≤" : "<"} ${high}`,
    ...outcome(one),
  );
  if (rule === "gumbel")
    return [
      interval,
      says("The target’s own pick: this token’s noise was best for its distribution."),
    ];
  if (one.state === "bonus") {
    const why =
      tokens.length > 1
        ? "All before it were accepted: the target gives one more, drawn by u."
        : "Drawn by u from the target’s own distribution.";
    return [interval, says(why)];
  }
  if (rule === "match")
    return [
      interval,
      says(
        "The target’s own draw: ",
        "the uniform that rejected the drafted one fell in this token’s interval.",
      ),
    ];
  const more = { standard: "the target", block: "the weighted target" }[rule];
  const from = more
    ? `${more} has more of than the draft`
    : "the rejected tokens left of the target’s distribution";
  return [...share(one, rule), interval, says(`Drawn by u from the residual: what ${from}.`)];
}

/** @param {Decision} one @param {string} rule */
function share(one, rule) {
  if (rule !== "standard" || [one.overlap, one.targetProb, one.draftProb].some(isNaN)) return [];
  const [target, draft] = distinct([one.targetProb, one.draftProb]);
  const top = group(`max ( 0 , ${target} − ${draft} )`);
  return [
    formula(
      "share =",
      over(top, group(`1 − ${probability(one.overlap, 3)}`)),
      `= ${probability(one.share, 3)}`,
    ),
  ];
}

/** @param {Decision} one @param {Round} round */
function untested(one, { tokens }) {
  const { cause, by } = whyUntested(one, tokens);
  const name = by ? plan("code", plan("bdi", by.label)) : null;
  const why =
    cause === "parent"
      ? ["it stood after ", name, ", which was rejected"]
      : cause === "sibling"
        ? ["the text went on with ", name, " instead"]
        : ["the round ended before it"];
  return [says("Never tested: ", ...why, ". It has no coin and no verdict.", drawnBy(one))];
}

/** What is known of a token of an engine's own speculation. @param {Decision} one */
function ofEngine({ state, at }) {
  if (at.node === EMIT)
    return state === "bonus"
      ? "The target’s own token; nothing was drafted in its place."
      : "The target’s own token, in place of the rejected one.";
  if (state === "accepted" || state === "pending")
    return (
      `Drafted by the engine itself${state === "pending" ? "" : ", and accepted"}. ` +
      "By which probabilities and coin it does not tell."
    );
  const fell = state === "rejected" ? "and rejected" : "after the one that ended the round";
  return `Drafted by the engine itself, ${fell}. Which token it was it does not tell.`;
}

/** The target drew for itself, and did not say with what. @param {Decision} one */
function drawnByTarget(one) {
  return [
    says(
      "The target drew for itself, with a number that it did not reveal, and got ",
      `${got(one.state === "accepted")}.`,
      drawnBy(one),
    ),
  ];
}

/** @param {Decision} one */
function unrevealed(one) {
  return [
    says(
      `${one.state === "accepted" ? "Accepted" : "Rejected"}. The target did not reveal what a `,
      `test would need (its probability of this token is ${probability(one.targetProb, 3)}).`,
      drawnBy(one),
    ),
  ];
}

/** @param {Decision} one */
function drawnBy(one) {
  if ([one.drawUniform, one.drawLow].some(isNaN)) return null;
  const [low, coin, high] = distinct([one.drawLow, one.drawUniform, one.drawLow + one.draftProb]);
  return plan("span.quiet", ` The draft drew it: ${low} ≤ ${coin} < ${high}.`);
}
