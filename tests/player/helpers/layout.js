// What the player draws of a recording, as plain numbers: every token with its place in the tree,
// what decided it and the bars of its distributions; the spans of the timeline; the marks.
import { timeMap } from "../../../player/core/clock.js";
import { decisions, memberName } from "../../../player/core/decision.js";
import { Round } from "../../../player/core/round.js";
import { EMIT } from "../../../player/core/recording/fields.js";
import { distributionsAt, residual, worthShowing } from "../../../player/core/distributions.js";
import { marksOf } from "../../../player/core/marks.js";
import { openRecording } from "../../../player/core/recording/recording.js";
import { treeLayout } from "../../../player/core/tree.js";
import { trialOf, whyUntested } from "../../../player/core/trial.js";

const SIGNIFICANT = 6;
const BARS = 4; // of each token

/** The recordings whose layouts are kept: every rule and shape, and the formats' first version. */
export const RECORDINGS = [
  ...["standard", "match", "tree", "block", "hostile"].map((name) => `fixtures/${name}`),
  ...["match-full", "none", "odd", "cut", "minimal"].map((name) => `../fixtures/v1/${name}`),
  "../fixtures/gallery/draft-ensemble-tree",
];

/** @param {number} value */
const short = (value) => (Number.isNaN(value) ? null : Number(value.toPrecision(SIGNIFICANT)));

/** @typedef {import("../../../player/core/recording/recording.js").Recording} Recording */
/** @typedef {import("../../../player/core/decision.js").Decision} Decision */

/** @param {Uint8Array<ArrayBuffer>} data */
export async function layoutOf(data) {
  const recording = await openRecording(data);
  const { main } = recording;
  const map = timeMap(main, "capped");
  const rounds = Array.from({ length: main.rounds.length }, (_, round) => round);
  const spans = (
    /** @type {{ time: Float64Array, duration: Float64Array, length: number }} */ of,
  ) =>
    Array.from({ length: of.length }, (_, row) =>
      [of.time[row] - of.duration[row], of.time[row]].map((time) => short(map.toSeconds(time))),
    );
  return {
    rows: treeLayout(main).most,
    tokens: rounds.flatMap((round) =>
      decisions(recording, main, round).map((one) => tokenOf(recording, one)),
    ),
    drafts: spans(main.drafts),
    verifies: spans(main.verifies),
    marks: marksOf(recording).map((mark) => [mark.time, mark.title]),
  };
}

/** @param {Recording} recording @param {Decision} one */
function tokenOf(recording, one) {
  const { main, header } = recording;
  const { round, node } = one.at;
  const lost = node !== EMIT && one.state !== "accepted";
  const trial = trialOf(one, header.rule);
  const numbers = [one.draftProb, one.targetProb, one.left, one.accept, one.share, one.overlap];
  return {
    at: [round, node, one.parent, one.depth, one.position],
    row: lost ? treeLayout(main).rows[new Round(main, round).draft(node)] : 0,
    is: `${one.label} ${one.state}`,
    numbers: [...numbers, one.entropy, one.drawLow, one.drawUniform].map(short),
    trial: trial ? [trial.kind, ...[trial.from, trial.to, trial.u].map(short)] : null,
    bars: barsOf(recording, one),
    ...(memberName(recording, one) && { by: memberName(recording, one) }),
    ...(one.state === "untested" && { untested: whyOf(recording, one) }),
  };
}

/**
 * Why a token was never tested, and which token ended its branch.
 * @param {Recording} recording
 * @param {Decision} one
 */
function whyOf(recording, one) {
  const { cause, by } = whyUntested(one, decisions(recording, recording.main, one.at.round));
  return [cause, by?.at.node ?? null];
}

/** @param {Recording} recording @param {Decision} one */
function barsOf(recording, one) {
  const { target, draft } = distributionsAt(recording, recording.main, one);
  return worthShowing([target, draft], one.token, BARS).map((id) => {
    const [above, below] = [target, draft].map((distribution) => distribution?.get(id) ?? NaN);
    return [id, short(above), short(below), short(residual(above, below, one.overlap))];
  });
}
