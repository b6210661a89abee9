// Slow motion of one round: its drafted tokens come one by one, a sweep verifies all places at
// once, the bars of acceptance stand, coins fall each against its own, the first failure ends what
// follows, the residual forms, a token is drawn, and the text takes what was emitted.
//
// Much of that bears one stamp: a round's verdicts are worked out within a few microseconds. So a
// time may lie between two microseconds: what is stamped n is told on the way from n - 1 to n, in
// the round's own order, and a whole microsecond shows whatever is stamped so far. The order is
// recorded; how long each step takes within its microsecond is the telling's.

import { decisions } from "./decision.js";
import { ACCEPTED, EMIT, REJECTED, RESAMPLED } from "./recording/fields.js";
import { Round } from "./round.js";
import { CHANCE_RULES, trialOf, whyUntested } from "./trial.js";

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */
/** @typedef {import("./decision.js").Decision} Decision */
/**
 * @typedef {"draft" | "verify" | "bars" | "coin" | "settle" | "residual" | "draw" | "join"} Kind
 */
/**
 * A step of a round: it is told from `from` to `to`, and what led to it began at `since`.
 * Microseconds.
 * @typedef {{ kind: Kind, node: number, since: number, from: number, to: number }} Step
 */
/**
 * A token as far as it is told.
 * @typedef {object} Told
 * @property {Decision} one  as it stands: pending until its coin has fallen
 * @property {number} shown  0 to 1: how far it has come in
 * @property {ReturnType<typeof trialOf>} trial  its bar, once the target has answered
 * @property {number} coin  0 to 1: how far its coin has fallen, 0 where none was thrown
 * @property {number} joined  0 to 1: how far it has come to the text once it is accepted
 */

/** Steps of a microsecond: times that are told stand on this grid, so that they can be equal. */
export const TICKS = 1024;

const WHOLE = Number.POSITIVE_INFINITY;

/**
 * The steps of a round, in the order in which they happened.
 * @param {Track} track
 * @param {number} row
 * @param {string} rule
 * @returns {Step[]}
 */
export function stepsOf(track, row, rule) {
  const round = new Round(track, row);
  const { drafts, verifies, verdicts, emits } = track;
  /** @type {[Kind, number, number][]} kind, node and stamp */
  const found = round.nodes.map((node) => ["draft", node, drafts.time[round.draft(node)]]);
  for (const at of round.list("verify")) found.push(["verify", EMIT, verifies.time[at]]);
  const judged = round.list("verdict");
  for (const at of judged.slice(0, 1)) found.push(["bars", EMIT, verdicts.time[at]]);
  const tested = judged.filter((at) => [ACCEPTED, REJECTED].includes(verdicts.fate[at]));
  for (const at of tested) found.push(["coin", verdicts.node[at], verdicts.time[at]]);
  if (rule === "block" && tested.length)
    found.push(["settle", EMIT, verdicts.time[tested[tested.length - 1]]]);
  for (const at of round.list("emit")) {
    if (emits.origin[at] === RESAMPLED && CHANCE_RULES.has(rule))
      found.push(["residual", EMIT, emits.time[at]]);
    found.push(["draw", EMIT, emits.time[at]]);
  }
  const [first, end] = round.rows("output");
  if (end > first) found.push(["join", EMIT, Math.max(round.end, track.output.time[end - 1])]);
  return spread(found, round.start);
}

/**
 * Gives each step its part of the microsecond that it shares with others.
 * @param {[Kind, number, number][]} found
 * @param {number} start
 */
function spread(found, start) {
  /** @type {Step[]} */
  const steps = [];
  let [before, index] = [start, 0];
  while (index < found.length) {
    const stamp = Math.max(before, found[index][2]);
    let next = index;
    while (next < found.length && Math.max(before, found[next][2]) === stamp) next++;
    const low = Math.max(stamp - 1, before);
    const edge = (/** @type {number} */ at) =>
      low + Math.round(((stamp - low) * TICKS * (at - index)) / (next - index)) / TICKS;
    for (let at = index; at < next; at++) {
      const since = at > index ? edge(at) : before;
      steps.push({
        kind: found[at][0],
        node: found[at][1],
        since,
        from: edge(at),
        to: edge(at + 1),
      });
    }
    [before, index] = [stamp, next];
  }
  return steps;
}

/** How far a time is between two others, 0 to 1. @param {number} from @param {number} to */
const between = (from, to) => (/** @type {number} */ time) =>
  time >= to ? 1 : time <= from ? 0 : (time - from) / (to - from);

/**
 * A round as far as it is told at a time. Nothing in it is stamped later than the microsecond that
 * the time lies in.
 * @param {Recording} recording
 * @param {Track} track
 * @param {number} row of the round; -1 before the first
 * @param {number} [time]
 * @param {boolean} [still] only whole steps, for a reader who wants no motion
 */
export function slowMotion(recording, track, row, time = WHOLE, still = false) {
  const rule = String(recording.header.rule ?? "");
  const round = new Round(track, row);
  const steps = row < 0 ? [] : stepsOf(track, row, rule);
  const now = still ? (steps.findLast(({ to }) => to <= time)?.to ?? -WHOLE) : time;
  const progress = (/** @type {Step | undefined} */ step) =>
    step ? between(step.from, step.to)(now) : 0;
  const last = (/** @type {Kind} */ kind) => steps.findLast((step) => step.kind === kind);
  const verify = last("verify");
  const facts = decisions(recording, track, row, Math.ceil(time));
  const under = steps.find(({ to }) => time < to);
  const joined = progress(last("join"));
  const parts = {
    bars: progress(last("bars")),
    residual: progress(last("residual")),
    draw: progress(last("draw")),
  };
  return {
    row,
    steps,
    /** 0 to 1: how far the text has moved on to it from the round before */
    arrived: still || !steps.length ? 1 : between(round.start, steps[0].from)(time),
    /** the step that is under way, null when the round is told */
    step: under ?? null,
    /** 0 to 1: how much of the target's pass is over; 0 before it */
    sweep: !verify ? 0 : still ? progress(verify) : between(verify.since, verify.to)(time),
    ...parts,
    joined,
    /** tokens of the text, those included that are just coming to it */
    written: joined > 0 ? round.rows("output")[1] : 0,
    tokens: under
      ? tokensUnderWay(facts, rule, steps, progress, parts)
      : facts.map((one) => whole(one, rule)),
  };
}

/** @typedef {ReturnType<typeof slowMotion>} SlowMotion */

/** A token of a round that is told. @param {Decision} one @param {string} rule @returns {Told} */
function whole(one, rule) {
  const trial = trialOf(one, rule);
  const joined = Number(one.at.node === EMIT || one.state === "accepted");
  return { one, shown: 1, trial, coin: Number(trial !== null), joined };
}

/**
 * @param {Decision[]} facts what is recorded by the microsecond that is told
 * @param {string} rule
 * @param {Step[]} steps
 * @param {(step: Step | undefined) => number} progress
 * @param {{ bars: number, draw: number }} parts
 * @returns {Told[]}
 */
function tokensUnderWay(facts, rule, steps, progress, { bars, draw }) {
  const stepOf = (/** @type {Kind} */ kind, /** @type {number} */ node) =>
    steps.find((step) => step.kind === kind && step.node === node);
  const after = (/** @type {Step | undefined} */ step) =>
    step && (steps[steps.indexOf(step) + 1] ?? step);
  const settle = steps.find((step) => step.kind === "settle");
  const ended = steps.findLast((step) => step.kind === "coin");
  return facts.flatMap((one) => {
    const { node } = one.at;
    const shown = node === EMIT ? draw : progress(stepOf("draft", node));
    if (!shown) return [];
    if (node === EMIT) return { one, shown, trial: trialOf(one, rule), coin: draw, joined: draw };
    const own = stepOf("coin", node);
    const cause = own ?? stepOf("coin", whyUntested(one, facts).by?.at.node ?? NaN) ?? ended;
    const coin = progress(own);
    const judged = settle ? progress(settle) : cause ? progress(cause) : bars;
    const [seen, trial] = [trialOf(one, rule), bars && (isNaN(one.left) || coin)];
    return {
      one: judged === 1 ? one : waiting(one, bars, coin),
      shown,
      trial: trial && seen ? { ...seen, u: coin ? seen.u : NaN } : null,
      coin: seen ? coin : 0,
      joined: one.state === "accepted" && judged === 1 ? progress(after(settle ?? cause)) : 0,
    };
  });
}

/** What is known of a token before its verdict, and nobody shall see until it is told. */
const UNSEEN = { state: /** @type {const} */ ("pending"), uniform: NaN, accept: NaN, left: NaN };
const UNANSWERED = { targetProb: NaN, targetRaw: NaN, low: NaN, high: NaN, overlap: NaN };

/**
 * A token that waits for its verdict.
 * @param {Decision} one
 * @param {number} bars
 * @param {number} coin
 * @returns {Decision}
 */
function waiting(one, bars, coin) {
  const fallen = coin ? { uniform: one.uniform, accept: one.accept, left: one.left } : {};
  const hidden = bars ? {} : { ...UNANSWERED, targetTop: null };
  // Its lists are unpacked when they are asked for: they stay where they are.
  return Object.setPrototypeOf({ ...UNSEEN, ...hidden, ...fallen }, one);
}

/**
 * What to look at while a round is told: the token that the step under way is about.
 * @param {SlowMotion} slow
 * @returns {import("./decision.js").Reference | null}
 */
export function focusOf({ row, step, tokens }) {
  if (!step || !tokens.length) return null;
  const { kind, node } = step;
  if (kind === "coin") return { round: row, node };
  if (kind === "bars") return tokens[0].one.at;
  return kind === "residual" ? null : tokens[tokens.length - 1].one.at;
}
