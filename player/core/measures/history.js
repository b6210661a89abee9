// How a run went, over time: tokens per second since a track began, and what each round brought.
// The last moment of either is the whole run's number of stats.js.

import { countUpTo, rowsUpTo } from "../recording/table.js";
import { remembered } from "../recording/track.js";
import { trackTime, verifiedRounds } from "./counts.js";

/** @typedef {import("../recording/track.js").Track} Track */
/** @typedef {{ seconds: number, rate: number }} Pace tokens per second, after so long */

const MOMENTS = 48; // of a track, evenly spaced
const MICROSECONDS = 1_000_000;

/**
 * When a track's own clock has come so far: other tracks' time is not counted.
 * @param {Track} track
 * @param {number} spent microseconds
 */
function timeAfter({ pieces, end }, spent) {
  for (const [from, to] of pieces) {
    if (spent <= to - from) return from + spent;
    spent -= to - from;
  }
  return end;
}

/**
 * Tokens per second of a track since its begin, at a time.
 * @param {Track} track
 * @param {number} time
 */
export function paceAt(track, time) {
  const spent = trackTime(track, time);
  const tokens = rowsUpTo(track.output, time);
  return { seconds: spent / MICROSECONDS, rate: spent ? (tokens * MICROSECONDS) / spent : 0 };
}

/** The same at moments of the whole track, its end the last. */
export const paceOf = remembered((track) => {
  const whole = trackTime(track, Infinity);
  return Array.from({ length: MOMENTS + 1 }, (_, at) =>
    paceAt(track, at < MOMENTS ? timeAfter(track, (whole * at) / MOMENTS) : track.end),
  );
});

/** That history up to a time, and that time itself. @param {Track} track @param {number} time */
export function paceUpTo(track, time) {
  const now = paceAt(track, time);
  return [...paceOf(track).filter(({ seconds }) => seconds < now.seconds), now];
}

/** Sums over the rounds that the target answered, in their order, and when each was over. */
const sumsOf = remembered((track) => {
  const all = verifiedRounds(track);
  const sums = { ends: [-Infinity], drafted: [0], accepted: [0], most: 1 };
  all.forEach(({ round, accepted }, at) => {
    const [from, to] = round.rows("draft");
    sums.ends.push(Math.max(sums.ends[at], round.end));
    sums.drafted.push(sums.drafted[at] + to - from);
    sums.accepted.push(sums.accepted[at] + accepted);
    sums.most = Math.max(sums.most, to - from);
  });
  return sums;
});

/** What any round of a track drafted at most. @param {Track} track */
export const mostDrafted = (track) => sumsOf(track).most;

/**
 * Drafted and accepted tokens of the rounds that the target answered and that are over, a column
 * each; where there are more rounds than columns, the mean of those that share one. `most` is what
 * any round of the run drafted.
 * @param {Track} track
 * @param {number} time
 * @param {number} columns at most
 */
export function roundsUpTo(track, time, columns) {
  const { ends, drafted, accepted, most } = sumsOf(track);
  const rounds = ends.length - 1;
  const each = Math.max(1, Math.ceil(rounds / columns));
  const over = countUpTo(ends, ends.length, time) - 1;
  /** @type {{ drafted: number, accepted: number }[]} */
  const found = [];
  for (let first = 0; first < over; first += each) {
    const last = Math.min(over, first + each);
    const mean = (/** @type {number[]} */ of) => (of[last] - of[first]) / (last - first);
    found.push({ drafted: mean(drafted), accepted: mean(accepted) });
  }
  return { found, columns: Math.ceil(rounds / each), rounds, over, most };
}
