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

/**
 * Counts one more round, as far as it has come at a time.
 * @param {typeof NOTHING} counts
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

/** The counts before each round, and after the last one. */
const running = remembered((track) => {
  const counts = { ...NOTHING };
  const all = [NOTHING];
  for (let row = 0; row < track.rounds.length; row++) {
    add(counts, new Round(track, row));
    all.push({ ...counts });
  }
  return all;
});

/** Each round that the target answered, with what it added to the counts. */
export const verifiedRounds = remembered((track) =>
  running(track).flatMap((after, row, all) => {
    const before = all[row - 1] ?? after;
    if (after.rounds === before.rounds) return [];
    return {
      round: new Round(track, row - 1),
      accepted: after.accepted - before.accepted,
      draft: after.draft_time - before.draft_time,
      verify: after.verify_time - before.verify_time,
      queue: after.queue_time - before.queue_time,
      network: after.network_time - before.network_time,
    };
  }),
);

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
  const counts = { ...running(track)[Math.max(0, last)] };
  if (last >= 0) add(counts, new Round(track, last), time);
  const prefilled = rowsUpTo(prefills, time);
  for (let row = 0; row < prefilled; row++)
    counts[prefills.side[row] === DRAFT_SIDE ? "draft_time" : "verify_time"] +=
      prefills.duration[row];
  const own = (/** @type {number} */ moment) => (isNaN(moment) ? null : trackTime(track, moment));
  return {
    ...counts,
    ...(track.prediction && predicted(track.prediction, time)),
    tokens: counts.accepted + counts.emitted,
    duration: trackTime(track, time),
    first_token: own(counts.first_token),
    last_token: own(counts.last_token),
  };
}

/**
 * Of an answer along a prediction there are no rounds: the server's two counts are known, at its
 * end.
 * @param {any} told
 * @param {number} until
 */
const predicted = ({ time, predicted, accepted, rejected }, until) => ({
  rounds: 0,
  rejections: NaN,
  ...(time <= until && { accepted, drafted: predicted ?? accepted + rejected }),
});

/** @typedef {ReturnType<typeof countTrack>} Counts */
