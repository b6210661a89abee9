// How a run went, over time: tokens per second since a track began, and what each round brought.
// The last moment of either is the whole run's number of stats.js.

import { rowsUpTo } from "../recording/table.js";
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

/** Tokens per second of a track since its begin, at a time. @param {Track} track @param {number} time */
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

/**
 * Drafted and accepted tokens of the rounds that the target answered and that are over, a column
 * each; where there are more rounds than columns, the mean of those that share one.
 * @param {Track} track
 * @param {number} time
 * @param {number} columns at most
 */
export function roundsUpTo(track, time, columns) {
  const all = verifiedRounds(track);
  const each = Math.max(1, Math.ceil(all.length / columns));
  /** @type {{ drafted: number, accepted: number }[]} */
  const found = [];
  for (let first = 0; first < all.length; first += each) {
    const over = all.slice(first, first + each).filter(({ round }) => round.end <= time);
    if (!over.length) break;
    const [drafted, accepted] = over.reduce(
      ([nodes, stayed], one) => [nodes + one.round.nodes.length, stayed + one.accepted],
      [0, 0],
    );
    found.push({ drafted: drafted / over.length, accepted: accepted / over.length });
  }
  return { found, columns: Math.ceil(all.length / each), rounds: all.length };
}
