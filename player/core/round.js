// The round: the tree of its drafted tokens by parent and member, what became of each, what was
// emitted, and when. It is a view of the track's columns in which nothing is copied, and what
// specrecord/recording/rounds.py is in Python.

import { ACCEPTED, REJECTED } from "./recording/fields.js";
import { rowsOf } from "./recording/track.js";

/** The parent of a round's first drafted tokens: the end of the text so far. */
export const ROOT = -1;

/**
 * A round of a track. Drafted tokens are numbered as they came: their nodes. A row that is not
 * there, or not yet, is -1.
 */
export class Round {
  /** @param {import("./recording/track.js").Track} track @param {number} row */
  constructor(track, row) {
    this.track = track;
    this.row = row;
  }

  /**
   * Its rows [from, to) of a table that had come by a time.
   * @param {keyof typeof import("./recording/track.js").FROM} kind
   * @param {number} [until]
   */
  rows(kind, until = Infinity) {
    const rows = rowsOf(this.track, this.row, kind);
    const { time } = this.track.tables[kind];
    while (rows[1] > rows[0] && time[rows[1] - 1] > until) rows[1]--;
    return rows;
  }

  /** The round's number in its track, as it was recorded. */
  get index() {
    return this.track.rounds.index[this.row];
  }

  /** Tokens that were emitted before it. */
  get position() {
    return this.track.rounds.position[this.row];
  }

  /** When it began, microseconds. */
  get start() {
    return this.track.rounds.time[this.row];
  }

  /** When it is over: the time of its last event. */
  get end() {
    let end = this.start;
    for (const kind of /** @type {const} */ (["draft", "verify", "verdict", "emit"])) {
      const [from, to] = this.rows(kind);
      if (to > from) end = Math.max(end, this.track.tables[kind].time[to - 1]);
    }
    return end;
  }

  /**
   * The same, one by one.
   * @param {keyof typeof import("./recording/track.js").FROM} kind
   * @param {number} [until]
   */
  list(kind, until) {
    const [from, to] = this.rows(kind, until);
    return Array.from({ length: to - from }, (_, index) => from + index);
  }

  /** Every drafted token's node. */
  get nodes() {
    return [...this.list("draft").keys()];
  }

  /** The row of a drafted token. @param {number} node */
  draft(node) {
    const [from, to] = this.rows("draft");
    return node >= 0 && from + node < to ? from + node : -1;
  }

  /** The row of its verdict. @param {number} node @param {number} [time] as known then */
  verdict(node, time = Infinity) {
    const [from, to] = this.rows("verdict");
    const row = from + node;
    return node >= 0 && row < to && this.track.verdicts.time[row] <= time ? row : -1;
  }

  /** The node before it. @param {number} node */
  parent(node) {
    return this.track.drafts.parent[this.draft(node)] ?? node - 1;
  }

  /** How many drafted tokens stand before it on its branch. @param {number} node */
  depth(node) {
    let depth = 0;
    while ((node = this.parent(node)) > ROOT) depth++;
    return depth;
  }

  /**
   * The first of the siblings that were drafted at its place, itself in a chain: with it stands
   * what is recorded of the distributions there. Where an ensemble's members drafted, each has its
   * own.
   * @param {number} node
   * @param {boolean} [ofMember] the first that its own member drafted
   */
  firstSibling(node, ofMember = false) {
    const { parent, member } = this.track.drafts;
    const [from] = this.rows("draft");
    const row = from + node;
    let first = from;
    const other = (/** @type {number} */ one) =>
      parent[one] !== parent[row] || (ofMember && !Object.is(member[one], member[row]));
    while (first < row && other(first)) first++;
    return first - from;
  }

  /** The nodes that met a fate, in order. @param {(fate: number) => boolean} wanted */
  having(wanted) {
    const { fate } = this.track.verdicts;
    return this.nodes.filter((node) => wanted(fate[this.verdict(node)]));
  }

  /** The accepted nodes in order: a path down the tree. */
  get path() {
    return this.having((fate) => fate === ACCEPTED);
  }

  /** The nodes that were drafted and lost. */
  get lost() {
    return this.having((fate) => fate >= 0 && fate !== ACCEPTED);
  }

  /** The first node rejected at the place where the round ended, -1 when nothing was. */
  get rejected() {
    const last = this.path.at(-1) ?? ROOT;
    const ended = (/** @type {number} */ node) => this.parent(node) === last;
    return this.having((fate) => fate === REJECTED).find(ended) ?? -1;
  }
}
