// The numbers derived from a recording, by the formulas of docs/format.md and in the same order of
// operations as specrecord/recording/stats.py: integers are summed before one division, so both
// agree to the last digit.

import { roundSums, spanSums, verdictSums } from "./sums.js";
import { rowsUpTo } from "../recording/table.js";

/** @typedef {import("../recording/track.js").Track} Track */

const MICROSECONDS = 1_000_000;

/** Baselines that a run may carry, in the order in which `specrecord info` prints them. */
export const BASELINES = ["per_request", "chunked", "streaming", "autoregressive"];

/**
 * The track's own clock: microseconds of the track that have passed at `time`, other tracks' time
 * taken out.
 * @param {Track} track
 * @param {number} time
 */
export function trackTime(track, time) {
  let spent = 0;
  for (const [start, end] of track.pieces) {
    if (time < start) break;
    spent += Math.min(time, end) - start;
  }
  return spent;
}

/**
 * Plain counts of a track up to `time`, from which every rate follows. Times are microseconds.
 * @param {Track} track
 * @param {number} [time]
 */
export function countTrack(track, time = Infinity) {
  const sums = { ...verdictSums(track), ...roundSums(track), ...spanSums(track) };
  const { verifies, verdicts, drafts, emits, prefills, output } = track;
  const [judged, verdict, draft, prefill, emitted, tokens] = [
    verifies,
    verdicts,
    drafts,
    prefills,
    emits,
    output,
  ].map((table) => rowsUpTo(table, time));
  return {
    rounds: judged,
    drafted: sums.drafted[judged],
    accepted: sums.accepted[verdict],
    rejections: sums.rejections[verdict],
    emitted,
    tokens,
    duration: trackTime(track, time),
    draft_time: sums.drafting[draft] + sums.draftPrefill[prefill],
    verify_time: sums.verifying[judged] + sums.targetPrefill[prefill],
    queue_time: sums.queue[judged],
    network_time: sums.network[judged],
    unknown: sums.unknown[judged],
    first_token: tokens ? trackTime(track, output.time[0]) : null,
    last_token: tokens ? trackTime(track, output.time[tokens - 1]) : null,
    overlap_sum: sums.overlap[verdict],
    overlap_count: sums.overlaps[verdict],
  };
}

/** @typedef {ReturnType<typeof countTrack>} Counts */

/**
 * Rates that follow from counts; null where there is nothing to divide by.
 * @param {Counts} counts
 */
export function rates(counts) {
  const spent = [counts.draft_time, counts.verify_time, counts.queue_time, counts.network_time];
  const other = counts.duration - spent.reduce((sum, part) => sum + part, 0);
  const [draft_s, verify_s, queue_s, network_s, other_s] = [...spent, other].map(
    (part) => part / MICROSECONDS,
  );
  return {
    duration_s: counts.duration / MICROSECONDS,
    acceptance_rate: ratio(counts.accepted, counts.drafted),
    alpha_hat: ratio(counts.accepted, counts.accepted + counts.rejections),
    overlap: ratio(counts.overlap_sum, counts.overlap_count),
    mean_acceptance_length: ratio(counts.accepted + counts.emitted, counts.rounds),
    tokens_per_second: ratio(counts.tokens * MICROSECONDS, counts.duration),
    ttft_s: counts.first_token === null ? null : counts.first_token / MICROSECONDS,
    tpot_s: timePerToken(counts),
    latency: {
      draft_s,
      verify_s,
      queue_s: counts.unknown ? null : queue_s,
      network_s: counts.unknown ? null : network_s,
      other_s,
    },
  };
}

/**
 * How many of the first `rounds` verified rounds accepted exactly 0, 1, ... drafted tokens.
 * @param {Track} track
 * @param {number} rounds
 * @param {number} k
 */
export function acceptedHistogram(track, rounds, k) {
  const { acceptedIn } = roundSums(track);
  const histogram = new Array(k + 1).fill(0);
  for (let row = 0; row < rounds; row++) {
    while (histogram.length <= acceptedIn[row]) histogram.push(0);
    histogram[acceptedIn[row]]++;
  }
  return histogram;
}

/**
 * S_i for i = 1..k: the share of rounds whose first i drafted tokens were accepted.
 * @param {number[]} histogram
 * @param {number} rounds
 * @param {number} k
 */
export function perPosition(histogram, rounds, k) {
  return Array.from({ length: k }, (_, index) =>
    ratio(
      histogram.slice(index + 1).reduce((sum, count) => sum + count, 0),
      rounds,
    ),
  );
}

/**
 * Tokens per second over that of each baseline in the same recording; null where it was not
 * recorded.
 * @param {import("../recording/recording.js").Recording} recording
 * @param {Counts} counts
 */
export function speedups(recording, counts) {
  return Object.fromEntries(
    BASELINES.map((name) => {
      const track = recording.tracks.get(name);
      if (!track || track === recording.main) return [name, null];
      const baseline = countTrack(track);
      return [name, ratio(counts.tokens * baseline.duration, baseline.tokens * counts.duration)];
    }),
  );
}

/** @param {Counts} counts */
function timePerToken({ first_token, last_token, tokens }) {
  if (first_token === null || last_token === null || tokens < 2) return null;
  return (last_token - first_token) / ((tokens - 1) * MICROSECONDS);
}

/** @param {number} part @param {number} whole @returns {number | null} */
function ratio(part, whole) {
  return whole ? part / whole : null;
}
