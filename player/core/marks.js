// Marks on the time line: those the author set, and three that every run has, found from its
// verdicts.

import { REJECTED } from "./recording/fields.js";
import { rowsOf } from "./recording/track.js";
import { roundEnd } from "./frame.js";
import { count, length } from "./measures/numbers.js";
import { verdictSums } from "./measures/sums.js";

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
  let [first, longest, worst] = [-1, -1, -1];
  let [most, least] = [0, Infinity];
  const sums = verdictSums(track);
  for (let round = 0; round < track.rounds.length; round++) {
    const [from, to] = rowsOf(track, round, "verdict");
    if (to === from) continue;
    const accepted = sums.accepted[to] - sums.accepted[from];
    const [outFrom, outTo] = rowsOf(track, round, "output");
    if (accepted > most) [most, longest] = [accepted, round];
    if (accepted === to - from) continue;
    if (first < 0 && has(track, from, to, REJECTED)) first = round;
    const pace = (outTo - outFrom) / Math.max(1, roundEnd(track, round) - track.rounds.time[round]);
    if (pace < least) [least, worst] = [pace, round];
  }
  const mark = (
    /** @type {number} */ round,
    /** @type {string} */ what,
    /** @type {(tokens: number, spent: number) => string} */ told,
  ) => {
    if (round < 0) return [];
    const [from, to] = rowsOf(track, round, "output");
    const end = roundEnd(track, round);
    const details = told(to - from, end - track.rounds.time[round]);
    return [
      {
        time: end,
        title: `${what}: round ${track.rounds.index[round]}${details}`,
        note: "",
        own: false,
      },
    ];
  };
  return [
    ...mark(first, "first rejection", () => ""),
    ...mark(longest, "longest acceptance", () => `, ${most} accepted`),
    ...mark(
      worst,
      "worst round",
      (tokens, spent) => `, ${count(tokens, "token")} in ${length(spent)}`,
    ),
  ];
}

/**
 * @param {import("./recording/track.js").Track} track
 * @param {number} from
 * @param {number} to
 * @param {number} fate
 */
function has({ verdicts }, from, to, fate) {
  for (let row = from; row < to; row++) if (verdicts.fate[row] === fate) return true;
  return false;
}

/**
 * The mark that was last passed at `time`, null before the first.
 * @param {Mark[]} marks
 * @param {number} time
 */
export const markAt = (marks, time) => marks.filter((mark) => mark.time <= time).pop() ?? null;

/** The first mark in (from, to]. @param {Mark[]} marks @param {number} from @param {number} to */
export const markBetween = (marks, from, to) =>
  marks.find((mark) => mark.time > from && mark.time <= to) ?? null;
