// Marks on the time line: those the author set, and three that every run has, found from its
// verdicts.

import { ACCEPTED, REJECTED } from "./recording/fields.js";
import { count, length } from "./measures/numbers.js";
import { verifiedRounds } from "./measures/counts.js";
import { Round } from "./round.js";

/**
 * @typedef {{ time: number, title: string, note: string, own: boolean }} Mark own: set by the
 *   author
 */

/**
 * The author's marks.
 * @param {import("./recording/recording.js").Recording} recording
 * @returns {Mark[]}
 */
export const ownMarks = (recording) => recording.marks.map((mark) => ({ ...mark, own: true }));

/**
 * All marks in the order of time.
 * @param {import("./recording/recording.js").Recording} recording
 * @returns {Mark[]}
 */
export function marksOf(recording) {
  return [...ownMarks(recording), ...foundMarks(recording.main)].sort(
    (one, other) => one.time - other.time,
  );
}

/**
 * First rejection, longest acceptance, worst round.
 * @param {import("./recording/track.js").Track} track
 * @returns {Mark[]}
 */
function foundMarks(track) {
  /** @type {(Round | null)[]} */
  let [first, longest, worst] = [null, null, null];
  let [most, least] = [0, Infinity];
  for (const { round, accepted } of verifiedRounds(track)) {
    if (accepted > most) [most, longest] = [accepted, round];
    const fates = track.verdicts.fate.subarray(...round.rows("verdict"));
    if (fates.every((fate) => fate === ACCEPTED)) continue;
    if (fates.includes(REJECTED)) first ??= round;
    const pace = tokensIn(round) / Math.max(1, round.end - round.start);
    if (pace < least) [least, worst] = [pace, round];
  }
  return [
    mark(first, "first rejection", () => ""),
    mark(longest, "longest acceptance", () => `, ${most} accepted`),
    mark(
      worst,
      "worst round",
      (round) => `, ${count(tokensIn(round), "token")} in ${length(round.end - round.start)}`,
    ),
  ].filter((found) => found !== null);
}

/**
 * @param {Round | null} round
 * @param {string} what
 * @param {(round: Round) => string} details
 */
const mark = (round, what, details) =>
  round && {
    time: round.end,
    title: `${what}: round ${round.index}${details(round)}`,
    note: "",
    own: false,
  };

/** How many tokens a round added to the text. @param {Round} round */
function tokensIn(round) {
  const [from, to] = round.rows("output");
  return to - from;
}

/**
 * The mark that was last passed at `time`, null before the first.
 * @param {Mark[]} marks
 * @param {number} time
 */
export const markAt = (marks, time) => marks.findLast((mark) => mark.time <= time) ?? null;

/** The first mark in (from, to]. @param {Mark[]} marks @param {number} from @param {number} to */
export const markBetween = (marks, from, to) =>
  marks.find((mark) => mark.time > from && mark.time <= to) ?? null;

const LOOKED_THROUGH = 500; // rounds from the first on: to open a long run takes no longer

/**
 * Where a run opens: at the author's first mark; else at the end of the round that shows the most
 * kinds of outcome, of those the one that accepted most, and of those the first.
 * @param {import("./recording/track.js").Track} track
 * @param {Mark[]} marks
 */
export function openingTime(track, marks) {
  const own = marks.find((one) => one.own);
  if (own) return own.time;
  let [best, time] = [-1, track.end];
  for (let row = 0; row < Math.min(LOOKED_THROUGH, track.rounds.length); row++) {
    const round = new Round(track, row);
    const fates = track.verdicts.fate.subarray(...round.rows("verdict"));
    const accepted = fates.filter((fate) => fate === ACCEPTED).length;
    const worth = new Set(fates).size * track.drafts.length + accepted;
    if (worth > best) [best, time] = [worth, round.end];
  }
  return time;
}
