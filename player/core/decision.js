// One token's fate with everything the recording knows of it: what was drawn, tested, and from
// which distributions. `node` numbers the drafted tokens of a round; EMIT stands for the round's
// own last token.

import { EMIT, RESAMPLED, WORDS } from "./recording/fields.js";
import { Round } from "./round.js";
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
 * @property {number} member  of an ensemble, which drafted it or what it came instead of; NaN where
 *   unknown, as in all numbers here
 * @property {number} draftProb
 * @property {number} targetProb
 * @property {number} left  its share of what rejected elder siblings left of the target's
 *   distribution
 * @property {number} draftRaw
 * @property {number} targetRaw
 * @property {number} accept
 * @property {number} uniform  the number that decided: the test's for a drafted token, the draw's
 *   for an emitted one
 * @property {number} low  where the token's interval begins in the distribution it was compared
 *   with
 *   or drawn from
 * @property {number} high
 * @property {number} drawUniform  the uniform that drew the drafted token from the draft's
 *   distribution
 * @property {number} drawLow
 * @property {number} share  an emitted token's share of the distribution it was drawn from
 * @property {number} overlap
 * @property {number} entropy  of the target's distribution where it is known, else of the draft's
 * @property {[number, number][] | null} draftTop
 * @property {[number, number][] | null} targetTop
 */

/** The numbers of a token, where nothing is known of it. */
const UNKNOWN = {
  member: NaN,
  draftRaw: NaN,
  drawUniform: NaN,
  drawLow: NaN,
  left: NaN,
  accept: NaN,
  share: NaN,
  overlap: NaN,
};

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
  const round = new Round(track, at.round);
  return at.node === EMIT
    ? emitted(recording, round, time)
    : drafted(recording, round, at.node, time);
}

/**
 * @param {Recording} recording
 * @param {Round} round
 * @param {number} node
 * @param {number} time
 * @returns {Decision | null}
 */
function drafted(recording, round, node, time) {
  const { drafts, verdicts } = round.track;
  const draft = round.draft(node);
  if (draft < 0 || drafts.time[draft] > time) return null;
  const verdict = round.verdict(node, time);
  // Siblings have one distribution of the target, and one of each member that drafted them.
  const eldest = round.firstSibling(node);
  const target = verdict < 0 ? -1 : round.verdict(eldest, time);
  const source = round.draft(round.firstSibling(node, true));
  const token = drafts.token[draft];
  const depth = round.depth(node);
  const [low, targetProb, entropy] = [
    verdicts.low[verdict] ?? NaN,
    verdicts.target_prob[verdict] ?? NaN,
    verdicts.entropy[target] ?? NaN,
  ];
  return {
    ...UNKNOWN,
    at: { round: round.row, node },
    token,
    label: label(recording.tokens.get(token)),
    entropy: isNaN(entropy) ? drafts.entropy[source] : entropy,
    state: /** @type {State} */ (WORDS[verdicts.fate[verdict]] ?? "pending"),
    time: verdicts.time[verdict] ?? drafts.time[draft],
    parent: drafts.parent[draft],
    depth,
    position: round.position + depth,
    member: drafts.member[draft],
    draftProb: drafts.prob[draft],
    draftRaw: drafts.raw_logprob[draft],
    drawUniform: drafts.uniform[draft],
    drawLow: drafts.low[draft],
    targetProb,
    left: verdicts.left_prob[verdict] ?? NaN,
    targetRaw: verdicts.raw_logprob[verdict] ?? NaN,
    accept: verdicts.accept_prob[verdict] ?? NaN,
    uniform: verdicts.uniform[verdict] ?? NaN,
    low,
    high: low + targetProb,
    overlap: verdicts.overlap[verdict] ?? NaN,
    // Many are asked for a token's fate and few for the lists beside it: these are unpacked when
    // they are.
    get draftTop() {
      return recording.top(drafts, source);
    },
    get targetTop() {
      return recording.top(verdicts, target);
    },
  };
}

/**
 * @param {Recording} recording
 * @param {Round} round
 * @param {number} time
 * @returns {Decision | null}
 */
function emitted(recording, round, time) {
  const { emits } = round.track;
  const [row, to] = round.rows("emit");
  if (row >= to || emits.time[row] > time) return null;
  const { path } = round;
  const resampled = emits.origin[row] === RESAMPLED;
  const before = resampled ? drafted(recording, round, round.rejected, time) : null;
  const token = emits.token[row];
  return {
    ...UNKNOWN,
    at: { round: round.row, node: EMIT },
    token,
    label: label(recording.tokens.get(token)),
    state: /** @type {State} */ (WORDS[emits.origin[row]]),
    time: emits.time[row],
    parent: path.at(-1) ?? -1,
    depth: path.length,
    position: round.position + path.length,
    member: before?.member ?? NaN,
    draftProb: emits.draft_prob[row],
    targetProb: emits.target_prob[row],
    targetRaw: emits.raw_logprob[row],
    uniform: emits.uniform[row],
    low: emits.low[row],
    high: emits.high[row],
    share: emits.prob[row],
    overlap: before?.overlap ?? NaN,
    entropy: isNaN(emits.entropy[row]) && before ? before.entropy : emits.entropy[row],
    get draftTop() {
      return before?.draftTop ?? null;
    },
    get targetTop() {
      return recording.top(emits, row) ?? before?.targetTop ?? null;
    },
  };
}

/**
 * Every token of a round as it stands at `time`: the drafted ones, then the emitted one.
 * @param {Recording} recording
 * @param {Track} track
 * @param {number} round
 * @param {number} [time]
 * @returns {Decision[]}
 */
export function decisions(recording, track, round, time) {
  if (round < 0) return [];
  return [...new Round(track, round).nodes, EMIT]
    .map((node) => decision(recording, track, { round, node }, time))
    .filter((found) => found !== null);
}

/**
 * A state in a word. Of an answer along a prediction, what became of a token is not told.
 * @param {string} rule
 * @param {State} state
 */
export const stateWord = (rule, state) =>
  rule !== "prediction" ? state : state === "pending" ? "not told" : "answer";

/** Whether a round drafted more than one token at some place. @param {Decision[]} tokens */
export const branches = (tokens) =>
  tokens.some((one) => one.at.node !== EMIT && one.parent !== one.at.node - 1);

/**
 * The reference of the text's token number `index`.
 * @param {Track} track
 * @param {number} index
 * @returns {Reference | null}
 */
export function referenceOf({ output }, index) {
  return index < 0 || index >= output.length
    ? null
    : { round: output.round[index], node: output.node[index] };
}

/**
 * The text index of a reference, -1 when that token was not emitted.
 * @param {Track} track
 * @param {Reference} at
 */
export function outputIndex(track, at) {
  const [from, to] = new Round(track, at.round).rows("output");
  const index = track.output.node.subarray(from, to).indexOf(at.node);
  return index < 0 ? -1 : from + index;
}

/**
 * Which member of an ensemble drafted a token, by name; "" where that is no ensemble's.
 * @param {Recording} recording
 * @param {Decision} one
 * @returns {string}
 */
export const memberName = ({ header }, { member }) =>
  String(header.draft?.details?.members?.[member] ?? "");
