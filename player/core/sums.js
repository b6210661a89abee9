// @ts-check
// Running sums of a lane, made once: entry n sums the first n rows, so any count at any time is one look-up.

import { ACCEPTED, DRAFT_SIDE, REJECTED, rowsOf } from "./decode.js";

/** @typedef {import("./decode.js").Lane} Lane */
/** @typedef {ReturnType<typeof add>} Sums */

/** @type {WeakMap<Lane, { key: string, sums: Sums }>} */
const made = new WeakMap();

/** The lane's running sums, made at first use and again when the lane has grown. @param {Lane} lane @returns {Sums} */
export function sumsOf(lane) {
  const key = `${lane.verifies.length} ${lane.verdicts.length} ${lane.drafts.length} ${lane.prefills.length}`;
  const known = made.get(lane);
  if (known && known.key === key) return known.sums;
  const sums = add(lane);
  made.set(lane, { key, sums });
  return sums;
}

/** @param {Lane} lane */
function add(lane) {
  return { ...addVerdicts(lane), ...addVerifies(lane), ...addSpans(lane) };
}

/** Over verdicts: accepted, rejections, and the overlap with how many verdicts told it. @param {Lane} lane */
function addVerdicts({ verdicts }) {
  const count = verdicts.length;
  const accepted = new Uint32Array(count + 1);
  const rejections = new Uint32Array(count + 1);
  const overlap = new Float64Array(count + 1);
  const overlaps = new Uint32Array(count + 1);
  for (let row = 0; row < count; row++) {
    const fate = verdicts.fate[row];
    const tested = fate === ACCEPTED || fate === REJECTED;
    const known = tested && !Number.isNaN(verdicts.overlap[row]);
    accepted[row + 1] = accepted[row] + (fate === ACCEPTED ? 1 : 0);
    rejections[row + 1] = rejections[row] + (fate === REJECTED ? 1 : 0);
    overlap[row + 1] = known ? overlap[row] + verdicts.overlap[row] : overlap[row];
    overlaps[row + 1] = overlaps[row] + (known ? 1 : 0);
  }
  return { accepted, rejections, overlap, overlaps };
}

/** Over verified rounds: drafted, and how many of their first drafts were accepted. @param {Lane} lane */
function addVerifies(lane) {
  const { rounds, verifies, verdicts } = lane;
  const drafted = new Uint32Array(verifies.length + 1);
  const acceptedIn = new Int32Array(verifies.length);
  const roundOf = new Int32Array(verifies.length);
  for (let round = 0; round < rounds.length; round++) {
    const [draftFrom, draftTo] = rowsOf(lane, round, "draft");
    const [verifyFrom, verifyTo] = rowsOf(lane, round, "verify");
    const [verdictFrom, verdictTo] = rowsOf(lane, round, "verdict");
    for (let row = verifyFrom; row < verifyTo; row++) {
      drafted[row + 1] = drafted[row] + draftTo - draftFrom;
      roundOf[row] = round;
    }
    if (verifyTo === verifyFrom) continue;
    for (let row = verdictFrom; row < verdictTo; row++) if (verdicts.fate[row] === ACCEPTED) acceptedIn[verifyTo - 1]++;
  }
  return { drafted, acceptedIn, roundOf };
}

/** Over spans: microseconds of drafting, of verifying, and of the parts that are queue and network. @param {Lane} lane */
function addSpans({ drafts, verifies, prefills }) {
  const drafting = running(drafts.length, (row) => drafts.duration[row]);
  const queue = running(verifies.length, (row) => verifies.queue[row] || 0);
  const network = running(verifies.length, (row) => verifies.network[row] || 0);
  const verifying = running(verifies.length, (row) => verifies.duration[row] - (verifies.queue[row] || 0) - (verifies.network[row] || 0));
  const draftPrefill = running(prefills.length, (row) => (prefills.side[row] === DRAFT_SIDE ? prefills.duration[row] : 0));
  const targetPrefill = running(prefills.length, (row) => (prefills.side[row] === DRAFT_SIDE ? 0 : prefills.duration[row]));
  return { drafting, queue, network, verifying, draftPrefill, targetPrefill };
}

/** @param {number} count @param {(row: number) => number} value */
function running(count, value) {
  const sums = new Float64Array(count + 1);
  for (let row = 0; row < count; row++) sums[row + 1] = sums[row] + value(row);
  return sums;
}
