// The numbers derived from a recording, by the formulas of docs/format.md and in the same order of
// operations as specrecord/recording/measures/stats.py: integers are summed before one division, so
// both agree to the last digit.

import { countTrack } from "./counts.js";

/** @typedef {import("./counts.js").Counts} Counts */

const MICROSECONDS = 1_000_000;

/** Baselines that a run may carry, in the order in which `specrecord info` prints them. */
export const BASELINES = ["per_request", "chunked", "streaming", "autoregressive"];

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
 * S_i for i = 1..k: the share of rounds whose first i drafted tokens were accepted.
 * @param {number[]} accepted drafted tokens of each round
 * @param {number} k
 */
export const perPosition = (accepted, k) =>
  Array.from({ length: k }, (_, index) =>
    ratio(accepted.filter((count) => count > index).length, accepted.length),
  );

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
