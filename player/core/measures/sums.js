// Running sums of a track: entry n sums the first n rows, so any count at any time is one look-up.

import { ACCEPTED, DRAFT_SIDE, REJECTED, UNTESTED } from "../recording/fields.js";
import { remembered } from "../recording/track.js";
import { ROOT, Round } from "../round.js";

/** @typedef {import("../recording/track.js").Track} Track */

/**
 * Over verdicts: accepted, rounds that a rejection ended (a sibling accepted after it takes that
 * back), and the overlap with how many places have it: those on the accepted path, as the first
 * verdict there says.
 */
export const verdictSums = remembered((track) => {
  const { rounds, verdicts } = track;
  const size = verdicts.length + 1;
  const accepted = new Uint32Array(size);
  const rejections = new Uint32Array(size);
  const overlap = new Float64Array(size);
  const overlaps = new Uint32Array(size);
  for (let index = 0; index < rounds.length; index++) {
    const round = new Round(track, index);
    const [from, to] = round.rows("verdict");
    const [reached, seen] = [new Set([ROOT]), new Set()];
    let lost = 0;
    for (let row = from; row < to; row++) {
      const [node, fate] = [verdicts.node[row], verdicts.fate[row]];
      const parent = round.parent(node);
      const counts = fate !== UNTESTED && reached.has(parent) && !seen.has(parent);
      const place = counts && !isNaN(verdicts.overlap[row]);
      if (fate !== UNTESTED) seen.add(parent);
      if (fate === ACCEPTED) reached.add(node);
      const before = lost;
      if (fate !== UNTESTED) lost = Number(fate === REJECTED);
      accepted[row + 1] = accepted[row] + Number(fate === ACCEPTED);
      rejections[row + 1] = rejections[row] + lost - before;
      overlap[row + 1] = overlap[row] + (place ? verdicts.overlap[row] : 0);
      overlaps[row + 1] = overlaps[row] + Number(place);
    }
  }
  return { accepted, rejections, overlap, overlaps };
});

/** Over verified rounds: drafted, and how many drafted tokens of each were accepted. */
export const roundSums = remembered((track) => {
  const { rounds, verifies } = track;
  const { accepted } = verdictSums(track);
  const drafted = new Uint32Array(verifies.length + 1);
  const acceptedIn = new Int32Array(verifies.length);
  const roundOf = new Int32Array(verifies.length);
  for (let index = 0; index < rounds.length; index++) {
    const round = new Round(track, index);
    const [draftFrom, draftTo] = round.rows("draft");
    const [verdictFrom, verdictTo] = round.rows("verdict");
    const [from, to] = round.rows("verify");
    for (let row = from; row < to; row++) {
      drafted[row + 1] = drafted[row] + draftTo - draftFrom;
      roundOf[row] = index;
      acceptedIn[row] = row === to - 1 ? accepted[verdictTo] - accepted[verdictFrom] : 0;
    }
  }
  return { drafted, acceptedIn, roundOf };
});

/**
 * Over spans: microseconds of drafting, of verifying, and of the parts that are queue and network.
 */
export const spanSums = remembered(({ drafts, verifies, prefills }) => {
  const { duration, queue, network, sent } = verifies;
  const reading = (/** @type {boolean} */ draft) =>
    running(prefills.length, (row) =>
      (prefills.side[row] === DRAFT_SIDE) === draft ? prefills.duration[row] : 0,
    );
  return {
    drafting: running(drafts.length, (row) => drafts.duration[row]),
    queue: running(verifies.length, (row) => queue[row] || 0),
    network: running(verifies.length, (row) => network[row] || 0),
    // A remote target that gives no times: its share of the span is unknown, not nothing.
    unknown: running(verifies.length, (row) => Number(!isNaN(sent[row]) && isNaN(network[row]))),
    verifying: running(
      verifies.length,
      (row) => duration[row] - (queue[row] || 0) - (network[row] || 0),
    ),
    draftPrefill: reading(true),
    targetPrefill: reading(false),
  };
});

/** @param {number} count @param {(row: number) => number} value */
function running(count, value) {
  const sums = new Float64Array(count + 1);
  for (let row = 0; row < count; row++) sums[row + 1] = sums[row] + value(row);
  return sums;
}
