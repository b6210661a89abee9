// The state of a track at a time, by bisection alone: the same cost forwards and backwards,
// whatever the length. Everything on screen, every link and every test goes through `frame`. It
// depends on events up to `time` only.

import { rowsUpTo } from "./recording/table.js";
import { Round } from "./round.js";
import { stepsOf } from "./slow-motion.js";

/** @typedef {import("./recording/track.js").Track} Track */

/**
 * @typedef {object} Frame
 * @property {number} time  microseconds, the recording's clock
 * @property {number} begun  rounds begun
 * @property {number} round  row of the round under the playhead, -1 before the first
 * @property {number} judged  rounds verified
 * @property {number} drafts  draft events
 * @property {number} verdicts  verdict events
 * @property {number} emits  emit events
 * @property {number} tokens  tokens of the text so far
 * @property {boolean} finished
 */

/**
 * The state of `track` at `time`.
 * @param {import("./recording/recording.js").Recording} recording
 * @param {number} time
 * @param {Track} [track]
 * @returns {Frame}
 */
export function frame(recording, time, track = recording.main) {
  const [begun, judged, drafts, verdicts, emits, tokens] = [
    track.rounds,
    track.verifies,
    track.drafts,
    track.verdicts,
    track.emits,
    track.output,
  ].map((table) => rowsUpTo(table, time));
  return {
    time,
    begun,
    round: begun - 1 - Number(betweenRounds(track, time, begun - 1)),
    judged,
    drafts,
    verdicts,
    emits,
    tokens,
    finished: track.finish !== null && track.finish.time <= time,
  };
}

/**
 * Whether a round begins in the very microsecond in which the one before it is over, as an engine's
 * own do: that one is still seen then, and whole.
 * @param {Track} track
 * @param {number} time
 * @param {number} row the one that begins
 */
function betweenRounds(track, time, row) {
  if (row < 1 || track.rounds.time[row] !== time) return false;
  const [from, to] = new Round(track, row).rows("verify", time);
  return from === to && new Round(track, row - 1).end === time;
}

/**
 * The time at which the next event of the track is told after `time`, or the one before it: events
 * of one microsecond one after another.
 * @param {Track} track
 * @param {number} time
 * @param {1 | -1} direction
 * @param {string} rule by which the run's tokens were judged
 */
export function neighbourTime(track, time, direction, rule) {
  const before = direction < 0;
  const times = track.timed.flatMap((table) => {
    const row = before ? rowsUpTo(table, Math.ceil(time) - 1) - 1 : rowsUpTo(table, time);
    return row >= 0 && row < table.length ? [table.time[row]] : [];
  });
  const row = rowsUpTo(track.rounds, time) - 1;
  for (const near of [row - 1, row])
    for (const { to } of near < 0 ? [] : stepsOf(track, near, rule))
      if (before ? to < time : to > time) times.push(to);
  return before ? Math.max(track.start, ...times) : Math.min(track.end, ...times);
}
