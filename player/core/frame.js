// The state of a track at a time, by bisection alone: the same cost forwards and backwards, whatever
// the length. Everything on screen, every link and every test goes through `frame`. It depends on
// events up to `time` only.

import { rowsOf } from "./recording/track.js";
import { countUpTo } from "./recording/table.js";
import { roundSums, verdictSums } from "./measures/sums.js";

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
 * @property {number} drafted  drafted tokens of verified rounds
 * @property {number} accepted
 * @property {number} rejections  rounds that a rejection ended
 * @property {boolean} finished
 * @property {string} playing  name of the track that was running at this time, "" before any
 */

/**
 * The state of `track` at `time`.
 * @param {import("./recording/recording.js").Recording} recording
 * @param {number} time
 * @param {Track} [track]
 * @returns {Frame}
 */
export function frame(recording, time, track = recording.main) {
  const { rounds, drafts, verifies, verdicts, emits, output } = track;
  const begun = countUpTo(rounds.time, rounds.length, time);
  const judged = countUpTo(verifies.time, verifies.length, time);
  const verdictCount = countUpTo(verdicts.time, verdicts.length, time);
  const emitCount = countUpTo(emits.time, emits.length, time);
  const tokens = countUpTo(output.time, output.length, time);
  const { accepted, rejections } = verdictSums(track);
  return {
    time,
    begun,
    round: begun - 1,
    judged,
    drafts: countUpTo(drafts.time, drafts.length, time),
    verdicts: verdictCount,
    emits: emitCount,
    tokens,
    drafted: roundSums(track).drafted[judged],
    accepted: accepted[verdictCount],
    rejections: rejections[verdictCount],
    finished: track.finish !== null && track.finish.time <= time,
    playing: playing(recording, time),
  };
}

/** @param {import("./recording/recording.js").Recording} recording @param {number} time */
function playing(recording, time) {
  let name = "";
  let since = -1;
  for (const track of recording.tracks.values()) {
    for (const [start] of track.pieces)
      if (start <= time && start >= since) [name, since] = [track.name, start];
  }
  return name;
}

/** When a round is over: the time of its last event. @param {Track} track @param {number} round */
export function roundEnd(track, round) {
  let end = track.rounds.time[round];
  for (const kind of /** @type {const} */ (["draft", "verify", "verdict", "emit"])) {
    const [from, to] = rowsOf(track, round, kind);
    if (to > from) end = Math.max(end, track.tables[kind].time[to - 1]);
  }
  return end;
}

/**
 * The time of the next event of the track after `time`, or of the one before it.
 * @param {Track} track
 * @param {number} time
 * @param {1 | -1} direction
 */
export function neighbourTime(track, time, direction) {
  let best = direction > 0 ? track.end : track.start;
  for (const table of track.timed) {
    const row =
      direction > 0
        ? countUpTo(table.time, table.length, time)
        : countUpTo(table.time, table.length, time - 1) - 1;
    if (row < 0 || row >= table.length) continue;
    best = direction > 0 ? Math.min(best, table.time[row]) : Math.max(best, table.time[row]);
  }
  return best;
}
