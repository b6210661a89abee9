// One track of a run as typed columns. A round owns contiguous ranges of its track's tables.

import { EVENTS } from "./schema.js";
import { createTable } from "./table.js";

/**
 * One track: its tables, and where it runs. `pieces` are [start, end] times: a track may be
 * interrupted and resumed. `output` lists the text's tokens in order: an accepted verdict or an
 * emit each.
 */
export class Track {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {[number, number][]} */
    this.pieces = [];
    /** @type {{ time: number, reason: string, tokens: number, size: number } | null} */
    this.finish = null;
    this.prefills = createTable(EVENTS.prefill.fields);
    this.rounds = createTable([
      ...EVENTS.round.fields,
      ["draftFrom", "int"],
      ["verifyFrom", "int"],
      ["verdictFrom", "int"],
      ["emitFrom", "int"],
      ["outputFrom", "int"],
      ["distributionFrom", "int"],
    ]);
    this.drafts = createTable(EVENTS.draft.fields);
    this.verifies = createTable(EVENTS.verify.fields);
    this.verdicts = createTable(EVENTS.verdict.fields);
    this.emits = createTable(EVENTS.emit.fields);
    this.distributions = createTable(EVENTS.law.fields);
    /** By the kind of event. */
    this.tables = {
      prefill: this.prefills,
      round: this.rounds,
      draft: this.drafts,
      verify: this.verifies,
      verdict: this.verdicts,
      emit: this.emits,
      law: this.distributions,
    };
    /** Those whose rows happen at a time of the track. */
    this.timed = [
      this.prefills,
      this.rounds,
      this.drafts,
      this.verifies,
      this.verdicts,
      this.emits,
    ];
    this.output = createTable([
      ["time", "number"],
      ["token", "int"],
      ["origin", "int"],
      ["round", "int"],
      ["node", "int"],
      ["source", "int"],
    ]);
  }

  get start() {
    return this.pieces.length ? this.pieces[0][0] : 0;
  }
  get end() {
    return this.pieces.length ? this.pieces[this.pieces.length - 1][1] : 0;
  }
}

/**
 * The row of a round's drafted `node` in the track's drafts, -1 when there is none.
 * @param {Track} track
 * @param {number} round
 * @param {number} node
 */
export function draftRow(track, round, node) {
  const { drafts, rounds } = track;
  const from = rounds.draftFrom[round];
  const to = round + 1 < rounds.length ? rounds.draftFrom[round + 1] : drafts.length;
  if (node < 0) return -1;
  if (from + node < to && drafts.node[from + node] === node) return from + node;
  for (let row = from; row < to; row++) if (drafts.node[row] === node) return row;
  return -1;
}

/**
 * Where a round's rows of a kind begin: the column's name is looked up, not put together, at every
 * call.
 */
const FROM = /** @type {const} */ ({
  draft: "draftFrom",
  verify: "verifyFrom",
  verdict: "verdictFrom",
  emit: "emitFrom",
  output: "outputFrom",
  law: "distributionFrom",
});

/**
 * The rows [from, to) that a round owns in one of its track's tables.
 * @param {Track} track
 * @param {number} round
 * @param {keyof typeof FROM} kind
 * @returns {[number, number]}
 */
export function rowsOf(track, round, kind) {
  const { rounds } = track;
  const from = rounds[FROM[kind]];
  if (round + 1 < rounds.length) return [from[round], from[round + 1]];
  return [from[round], kind === "output" ? track.output.length : track.tables[kind].length];
}
