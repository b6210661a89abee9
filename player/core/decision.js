// One token's fate with everything the recording knows of it: what was drawn, tested, and from
// which distributions. `node` numbers the drafted tokens of a round; EMIT stands for the round's own last
// token.

import { ACCEPTED, EMIT, REJECTED, RESAMPLED, UNTESTED } from "./recording/fields.js";
import { draftRow, rowsOf } from "./recording/track.js";
import { label } from "./text.js";

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */
/** @typedef {{ round: number, node: number }} Reference a token: round row and node */
/** @typedef {"accepted" | "rejected" | "resampled" | "bonus" | "untested" | "pending"} State */

/**
 * @typedef {object} Decision
 * @property {Reference} at
 * @property {State} state
 * @property {number} token
 * @property {string} label
 * @property {number} time  when this became so
 * @property {number} position  index in the text that the token has or would have had
 * @property {number} parent  the node before it, -1 for the first
 * @property {number} depth  drafted tokens before it on its branch
 * @property {number} draftProb  NaN where unknown, as in all numbers here
 * @property {number} targetProb
 * @property {number} left  its share of what rejected elder siblings left of the target's distribution
 * @property {number} draftRaw
 * @property {number} targetRaw
 * @property {number} accept
 * @property {number} uniform  the number that decided: the test's for a drafted token, the draw's
 *   for an emitted one
 * @property {number} low  where the token's interval begins in the distribution it was compared with or
 *   drawn from
 * @property {number} high
 * @property {number} drawUniform  the uniform that drew the drafted token from the draft's distribution
 * @property {number} drawLow
 * @property {number} share  an emitted token's share of the distribution it was drawn from
 * @property {number} overlap
 * @property {number} entropy  of the target's distribution where it is known, else of the draft's
 * @property {[number, number][] | null} draftTop
 * @property {[number, number][] | null} targetTop
 */

/** @type {State[]} */
const STATES = ["accepted", "rejected", "untested", "resampled", "bonus"];

/**
 * One token of a round as it stands at `time`, or null when it does not exist yet.
 * @param {Recording} recording
 * @param {Track} track
 * @param {Reference} at
 * @param {number} [time]
 * @returns {Decision | null}
 */
export function decision(recording, track, at, time = Infinity) {
  if (at.round < 0 || at.round >= track.rounds.length) return null;
  return at.node === EMIT
    ? emitted(recording, track, at, time)
    : drafted(recording, track, at, time);
}

/**
 * @param {Recording} recording
 * @param {Track} track
 * @param {Reference} at
 * @param {number} time
 * @returns {Decision | null}
 */
function drafted(recording, track, at, time) {
  const { drafts, verdicts } = track;
  const draft = draftRow(track, at.round, at.node);
  if (draft < 0 || drafts.time[draft] > time) return null;
  const verdict = verdictRow(track, at.round, at.node, time);
  const judged = verdict >= 0;
  const token = drafts.token[draft];
  const eldest = eldestOf(track, at.round, draft);
  const firstVerdict = judged ? verdictRow(track, at.round, drafts.node[eldest], time) : -1;
  const entropy = judged && firstVerdict >= 0 ? verdicts.entropy[firstVerdict] : NaN;
  return {
    at,
    token,
    label: label(recording.tokens.get(token)),
    entropy: Number.isNaN(entropy) ? drafts.entropy[eldest] : entropy,
    state: judged ? (STATES[verdicts.fate[verdict]] ?? "untested") : "pending",
    time: judged ? verdicts.time[verdict] : drafts.time[draft],
    parent: drafts.parent[draft],
    depth: depthOf(track, at.round, at.node),
    position: track.rounds.position[at.round] + depthOf(track, at.round, at.node),
    draftProb: drafts.prob[draft],
    draftRaw: drafts.raw_logprob[draft],
    drawUniform: drafts.uniform[draft],
    drawLow: drafts.low[draft],
    targetProb: judged ? verdicts.target_prob[verdict] : NaN,
    left: judged ? verdicts.left_prob[verdict] : NaN,
    targetRaw: judged ? verdicts.raw_logprob[verdict] : NaN,
    accept: judged ? verdicts.accept_prob[verdict] : NaN,
    uniform: judged ? verdicts.uniform[verdict] : NaN,
    low: judged ? verdicts.low[verdict] : NaN,
    high: judged ? verdicts.low[verdict] + verdicts.target_prob[verdict] : NaN,
    share: NaN,
    overlap: judged ? verdicts.overlap[verdict] : NaN,
    // Many are asked for a token's fate and few for the lists beside it: these are unpacked when
    // they are.
    get draftTop() {
      return recording.top(drafts, eldest);
    },
    get targetTop() {
      return firstVerdict >= 0 ? recording.top(verdicts, firstVerdict) : null;
    },
  };
}

/**
 * @param {Recording} recording
 * @param {Track} track
 * @param {Reference} at
 * @param {number} time
 * @returns {Decision | null}
 */
function emitted(recording, track, at, time) {
  const { emits } = track;
  const [from, to] = rowsOf(track, at.round, "emit");
  if (from >= to || emits.time[from] > time) return null;
  const rejected = rejectedNode(track, at.round);
  const before =
    emits.origin[from] === RESAMPLED && rejected >= 0
      ? drafted(recording, track, { round: at.round, node: rejected }, time)
      : null;
  const token = emits.token[from];
  const path = pathOf(track, at.round);
  return {
    at,
    token,
    label: label(recording.tokens.get(token)),
    state: STATES[emits.origin[from]] ?? "bonus",
    time: emits.time[from],
    parent: path.length ? path[path.length - 1] : -1,
    depth: path.length,
    position: track.rounds.position[at.round] + path.length,
    draftProb: emits.draft_prob[from],
    draftRaw: NaN,
    drawUniform: NaN,
    drawLow: NaN,
    targetProb: emits.target_prob[from],
    targetRaw: emits.raw_logprob[from],
    left: NaN,
    accept: NaN,
    uniform: emits.uniform[from],
    low: emits.low[from],
    high: emits.high[from],
    share: emits.prob[from],
    overlap: before ? before.overlap : NaN,
    entropy: Number.isNaN(emits.entropy[from]) && before ? before.entropy : emits.entropy[from],
    get draftTop() {
      return before?.draftTop ?? null;
    },
    get targetTop() {
      return recording.top(emits, from) ?? before?.targetTop ?? null;
    },
  };
}

/** @param {Track} track @param {number} round @param {number} node @param {number} time */
function verdictRow(track, round, node, time) {
  const { verdicts } = track;
  const [from, to] = rowsOf(track, round, "verdict");
  if (from + node < to && verdicts.node[from + node] === node)
    return verdicts.time[from + node] <= time ? from + node : -1;
  for (let row = from; row < to; row++)
    if (verdicts.node[row] === node && verdicts.time[row] <= time) return row;
  return -1;
}

/**
 * The row of the first sibling of a drafted token: itself in a chain.
 * @param {Track} track
 * @param {number} round
 * @param {number} row
 */
function eldestOf(track, round, row) {
  const { drafts } = track;
  const [from] = rowsOf(track, round, "draft");
  for (let other = from; other < row; other++)
    if (drafts.parent[other] === drafts.parent[row]) return other;
  return row;
}

/**
 * How many drafted tokens stand before a node on its branch.
 * @param {Track} track
 * @param {number} round
 * @param {number} node
 */
function depthOf(track, round, node) {
  let depth = 0;
  for (let row = draftRow(track, round, node); row >= 0; row = draftRow(track, round, node)) {
    const parent = track.drafts.parent[row];
    if (parent < 0 || parent >= node) return depth;
    node = parent;
    depth++;
  }
  return depth;
}

/**
 * The accepted nodes of a round in order: a path down its tree.
 * @param {Track} track
 * @param {number} round
 * @returns {number[]}
 */
export function pathOf(track, round) {
  const { verdicts } = track;
  const [from, to] = rowsOf(track, round, "verdict");
  const path = [];
  for (let row = from; row < to; row++)
    if (verdicts.fate[row] === ACCEPTED) path.push(verdicts.node[row]);
  return path;
}

/**
 * The first node rejected at the place where the round ended, -1 when nothing was.
 * @param {Track} track
 * @param {number} round
 */
export function rejectedNode(track, round) {
  const { verdicts, drafts } = track;
  const [from, to] = rowsOf(track, round, "verdict");
  const path = pathOf(track, round);
  const last = path.length ? path[path.length - 1] : -1;
  for (let row = from; row < to; row++) {
    if (verdicts.fate[row] !== REJECTED) continue;
    const draft = draftRow(track, round, verdicts.node[row]);
    if (draft < 0 || drafts.parent[draft] === last) return verdicts.node[row];
  }
  return -1;
}

/**
 * Every token of a round as it stands at `time`: the drafted ones, then the emitted one.
 * @param {Recording} recording
 * @param {Track} track
 * @param {number} round
 * @param {number} [time]
 * @returns {Decision[]}
 */
export function decisions(recording, track, round, time = Infinity) {
  if (round < 0) return [];
  const [from, to] = rowsOf(track, round, "draft");
  const nodes = Array.from({ length: to - from }, (_, index) => track.drafts.node[from + index]);
  return [...nodes, EMIT]
    .map((node) => decision(recording, track, { round, node }, time))
    .filter((found) => found !== null);
}

/** Whether a round drafted more than one token at some place. @param {Decision[]} made */
export const branches = (made) =>
  made.some((one) => one.at.node !== EMIT && one.parent !== one.at.node - 1);

/**
 * The reference of the text's token number `index`.
 * @param {Track} track
 * @param {number} index
 * @returns {Reference | null}
 */
export function referenceOf(track, index) {
  return index < 0 || index >= track.output.length
    ? null
    : { round: track.output.round[index], node: track.output.node[index] };
}

/**
 * The text index of a reference, -1 when that token was not emitted.
 * @param {Track} track
 * @param {Reference} at
 */
export function outputIndex(track, at) {
  const [from, to] = rowsOf(track, at.round, "output");
  for (let index = from; index < to; index++)
    if (track.output.node[index] === at.node) return index;
  return -1;
}

/**
 * The tokens of a round that were drafted and lost.
 * @param {Track} track
 * @param {number} round
 * @returns {{ node: number, token: number, fate: number }[]}
 */
export function lostOf(track, round) {
  const [from, to] = rowsOf(track, round, "verdict");
  const lost = [];
  for (let row = from; row < to; row++) {
    const fate = track.verdicts.fate[row];
    const draft = draftRow(track, round, track.verdicts.node[row]);
    if ((fate === REJECTED || fate === UNTESTED) && draft >= 0)
      lost.push({ node: track.verdicts.node[row], token: track.drafts.token[draft], fate });
  }
  return lost;
}
