// Running sums of a track, made once: entry n sums the first n rows, so any count at any time is one
// look-up.

import { ACCEPTED, DRAFT_SIDE, REJECTED } from "../recording/fields.js";
import { rowsOf } from "../recording/track.js";

/** @typedef {import("../recording/track.js").Track} Track */

/**
 * Sums are made when they are first asked for, and again when the track has grown: a table only ever
 * gets longer.
 * @template T
 * @param {(track: Track) => T} add
 * @returns {(track: Track) => T}
 */
function made(add) {
  /** @type {WeakMap<Track, { rows: number, sums: T }>} */
  const kept = new WeakMap();
  return (track) => {
    const rows =
      track.verifies.length + track.verdicts.length + track.drafts.length + track.prefills.length;
    const known = kept.get(track);
    if (known?.rows === rows) return known.sums;
    const sums = add(track);
    kept.set(track, { rows, sums });
    return sums;
  };
}

export const verdictSums = made(addVerdicts);
export const roundSums = made(addVerifies);
export const spanSums = made(addSpans);

/**
 * Over verdicts: accepted, rounds that a rejection ended, and the overlap with how many places told
 * it.
 * @param {Track} track
 */
function addVerdicts(track) {
  const { verdicts } = track;
  const count = verdicts.length;
  const accepted = new Uint32Array(count + 1);
  const rejections = new Uint32Array(count + 1);
  const overlap = new Float64Array(count + 1);
  const overlaps = new Uint32Array(count + 1);
  const { first, ended } = places(track);
  for (let row = 0; row < count; row++) {
    const known = first[row] === 1 && !Number.isNaN(verdicts.overlap[row]);
    accepted[row + 1] = accepted[row] + (verdicts.fate[row] === ACCEPTED ? 1 : 0);
    rejections[row + 1] = rejections[row] + ended[row];
    overlap[row + 1] = known ? overlap[row] + verdicts.overlap[row] : overlap[row];
    overlaps[row + 1] = overlaps[row] + (known ? 1 : 0);
  }
  return { accepted, rejections, overlap, overlaps };
}

/**
 * For each verdict: `first` is 1 where it is the first at its place, and the place was reached;
 * `ended` is 1 where a rejection may have ended the round, -1 where a sibling was accepted after
 * all.
 * @param {Track} track
 */
function places(track) {
  const { rounds, drafts, verdicts } = track;
  const first = new Uint8Array(verdicts.length);
  const ended = new Int8Array(verdicts.length);
  // By the parent's row plus one; a round's root is the place before its rows.
  const told = new Uint8Array(verdicts.length + 1);
  for (let round = 0; round < rounds.length; round++) {
    const [draftFrom, draftTo] = rowsOf(track, round, "draft");
    const [from, to] = rowsOf(track, round, "verdict");
    told[from] = 0; // the last row of the round before has no place there any more
    let lost = 0;
    for (let row = from; row < to; row++) {
      const node = verdicts.node[row];
      const fate = verdicts.fate[row];
      if (fate !== ACCEPTED && fate !== REJECTED) continue;
      const parent = node < draftTo - draftFrom ? drafts.parent[draftFrom + node] : node - 1;
      const above = from + parent; // verdicts stand in node order
      const reached =
        parent === -1 ||
        (above >= from &&
          above < row &&
          verdicts.node[above] === parent &&
          verdicts.fate[above] === ACCEPTED);
      if (reached && !told[above + 1]) first[row] = told[above + 1] = 1;
      ended[row] = (fate === REJECTED ? 1 : 0) - lost;
      lost = fate === REJECTED ? 1 : 0;
    }
  }
  return { first, ended };
}

/**
 * Over verified rounds: drafted, and how many of their first drafts were accepted.
 * @param {Track} track
 */
function addVerifies(track) {
  const { rounds, verifies, verdicts } = track;
  const drafted = new Uint32Array(verifies.length + 1);
  const acceptedIn = new Int32Array(verifies.length);
  const roundOf = new Int32Array(verifies.length);
  for (let round = 0; round < rounds.length; round++) {
    const [draftFrom, draftTo] = rowsOf(track, round, "draft");
    const [verifyFrom, verifyTo] = rowsOf(track, round, "verify");
    const [verdictFrom, verdictTo] = rowsOf(track, round, "verdict");
    for (let row = verifyFrom; row < verifyTo; row++) {
      drafted[row + 1] = drafted[row] + draftTo - draftFrom;
      roundOf[row] = round;
    }
    if (verifyTo === verifyFrom) continue;
    for (let row = verdictFrom; row < verdictTo; row++)
      if (verdicts.fate[row] === ACCEPTED) acceptedIn[verifyTo - 1]++;
  }
  return { drafted, acceptedIn, roundOf };
}

/**
 * Over spans: microseconds of drafting, of verifying, and of the parts that are queue and network.
 * @param {Track} track
 */
function addSpans({ drafts, verifies, prefills }) {
  const drafting = running(drafts.length, (row) => drafts.duration[row]);
  const queue = running(verifies.length, (row) => verifies.queue[row] || 0);
  const network = running(verifies.length, (row) => verifies.network[row] || 0);
  // A remote target that tells no times: its share of the span is unknown, not nothing.
  const untold = running(verifies.length, (row) =>
    !Number.isNaN(verifies.sent[row]) && Number.isNaN(verifies.network[row]) ? 1 : 0,
  );
  const verifying = running(
    verifies.length,
    (row) => verifies.duration[row] - (verifies.queue[row] || 0) - (verifies.network[row] || 0),
  );
  const draftPrefill = running(prefills.length, (row) =>
    prefills.side[row] === DRAFT_SIDE ? prefills.duration[row] : 0,
  );
  const targetPrefill = running(prefills.length, (row) =>
    prefills.side[row] === DRAFT_SIDE ? 0 : prefills.duration[row],
  );
  return { drafting, queue, network, untold, verifying, draftPrefill, targetPrefill };
}

/** @param {number} count @param {(row: number) => number} value */
function running(count, value) {
  const sums = new Float64Array(count + 1);
  for (let row = 0; row < count; row++) sums[row + 1] = sums[row] + value(row);
  return sums;
}
