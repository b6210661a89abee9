// Counts of a track, a round at a time, as specrecord/recording/measures/stats.py counts: only
// rounds that the target answered count, one without a `verify` cost its drafting and nothing else.

import { ACCEPTED, DRAFT_SIDE, REJECTED, UNTESTED } from "../recording/fields.js";
import { rowsUpTo } from "../recording/table.js";
import { remembered } from "../recording/track.js";
import { ROOT, Round } from "../round.js";

/** @typedef {import("../recording/track.js").Track} Track */

/** Before the first round. Times are microseconds; the tokens' are those of the recording. */
const NOTHING = {
  rounds: 0,
  drafted: 0,
  accepted: 0,
  /** rounds that a rejection ended: that of the last token that was tested */
  rejections: 0,
  emitted: 0,
  draft_time: 0,
  verify_time: 0,
  queue_time: 0,
  network_time: 0,
  /** requests whose answer did not say how long the server worked */
  unknown: 0,
  /** the places on the accepted path, as the first verdict there says */
  overlap_sum: 0,
  overlap_count: 0,
  first_token: NaN,
  last_token: NaN,
};

/** @typedef {typeof NOTHING} Sums */
const KEYS = /** @type {(keyof Sums)[]} */ (Object.keys(NOTHING));

/**
 * Counts one more round, as far as it has come at a time.
 * @param {Sums} counts
 * @param {Round} round
 * @param {number} [time]
 */
function add(counts, round, time = Infinity) {
  const { drafts, verifies, verdicts, output } = round.track;
  const [first, drafted] = round.rows("draft", time);
  for (let row = first; row < drafted; row++) counts.draft_time += drafts.duration[row];
  const [verify, verified] = round.rows("verify", time);
  if (verify === verified) return;
  const [queue, network] = [verifies.queue[verify] || 0, verifies.network[verify] || 0];
  const [emit, emitted] = round.rows("emit", time);
  counts.rounds++;
  counts.drafted += drafted - first;
  counts.emitted += emitted - emit;
  counts.queue_time += queue;
  counts.network_time += network;
  counts.verify_time += verifies.duration[verify] - queue - network;
  counts.unknown += Number(!isNaN(verifies.sent[verify]) && isNaN(verifies.network[verify]));
  /** @type {[number[], number[]]} */
  const [reached, seen] = [[ROOT], []];
  let lost = 0;
  const [from, to] = round.rows("verdict", time);
  for (let row = from; row < to; row++) {
    const [node, fate, overlap] = [verdicts.node[row], verdicts.fate[row], verdicts.overlap[row]];
    if (fate === UNTESTED) continue;
    const parent = first + node < drafted ? drafts.parent[first + node] : node - 1;
    if (reached.includes(parent) && !seen.includes(parent) && !isNaN(overlap)) {
      counts.overlap_sum += overlap;
      counts.overlap_count++;
    }
    seen.push(parent);
    lost = Number(fate === REJECTED);
    if (fate !== ACCEPTED) continue;
    reached.push(node);
    counts.accepted++;
  }
  counts.rejections += lost;
  const [begin, end] = round.rows("output", time);
  if (begin === end) return;
  counts.last_token = output.time[end - 1];
  if (isNaN(counts.first_token)) counts.first_token = output.time[begin];
}

/** The counts before each round, and after the last one: a column each. */
const running = remembered((track) => {
  const { length } = track.rounds;
  const columns = /** @type {Record<keyof Sums, Float64Array>} */ ({});
  for (const key of KEYS) columns[key] = new Float64Array(length + 1);
  const counts = { ...NOTHING };
  for (let row = 0; row <= length; row++) {
    for (const key of KEYS) columns[key][row] = counts[key];
    if (row < length) add(counts, new Round(track, row));
  }
  return columns;
});

/** Each round that the target answered, with what it added to the counts. */
export const verifiedRounds = remembered((track) => {
  const sums = running(track);
  const found = [];
  for (let row = 0; row < track.rounds.length; row++) {
    const of = (/** @type {keyof Sums} */ key) => sums[key][row + 1] - sums[key][row];
    if (of("rounds"))
      found.push({
        round: new Round(track, row),
        accepted: of("accepted"),
        draft: of("draft_time"),
        verify: of("verify_time"),
        queue: of("queue_time"),
        network: of("network_time"),
      });
  }
  return found;
});

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
 * Plain counts of a track up to `time`, from which every rate follows. Times are microseconds of
 * the track's own clock; null for a token that never came.
 * @param {Track} track
 * @param {number} [time]
 */
export function countTrack(track, time = Infinity) {
  const { rounds, prefills } = track;
  const last = rowsUpTo(rounds, time) - 1;
  const sums = running(track);
  const counts = { ...NOTHING };
  for (const key of KEYS) counts[key] = sums[key][Math.max(0, last)];
  if (last >= 0) add(counts, new Round(track, last), time);
  const prefilled = rowsUpTo(prefills, time);
  for (let row = 0; row < prefilled; row++)
    counts[prefills.side[row] === DRAFT_SIDE ? "draft_time" : "verify_time"] +=
      prefills.duration[row];
  const own = (/** @type {number} */ moment) => (isNaN(moment) ? null : trackTime(track, moment));
  return {
    ...counts,
    tokens: counts.accepted + counts.emitted,
    duration: trackTime(track, time),
    first_token: own(counts.first_token),
    last_token: own(counts.last_token),
  };
}

/** @typedef {ReturnType<typeof countTrack>} Counts */
