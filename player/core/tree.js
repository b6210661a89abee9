// Where each drafted token stands in the tree: the column is its place in the text, row 0 is the
// trunk of what was emitted, and every lost branch takes the nearest rows that are free. Laid out
// once for a track, whatever is in view.

import { ACCEPTED, REJECTED } from "./recording/fields.js";
import { rowsOf } from "./recording/track.js";

const GAP = 1; // free columns between two branches of one row

/** @typedef {import("./recording/track.js").Track} Track */
/**
 * @typedef {{ rows: Int16Array, most: number, laid: number, ends: number[] }} Layout rows by draft
 *   row
 */

/** @type {WeakMap<Track, Layout>} */
const made = new WeakMap();

/**
 * The rows of all drafted tokens of a track; laid out at first use, and again when the track has
 * grown.
 * @param {Track} track
 * @returns {Layout}
 */
export function treeLayout(track) {
  const known = made.get(track);
  const { rounds, drafts, verdicts } = track;
  const key = rounds.length + drafts.length + verdicts.length;
  if (known && known.laid === key) return known;
  const layout = {
    rows: new Int16Array(drafts.length),
    most: 1,
    laid: key,
    ends: /** @type {number[]} */ ([]),
  };
  for (let round = 0; round < rounds.length; round++) layRound(track, round, layout);
  made.set(track, layout);
  return layout;
}

/** @param {Track} track @param {number} round @param {Layout} layout */
function layRound(track, round, layout) {
  const { rounds, drafts, verdicts } = track;
  const [from, to] = rowsOf(track, round, "draft");
  const [judged, judgedTo] = rowsOf(track, round, "verdict");
  const accepted = new Set();
  const rejected = new Set();
  for (let row = judged; row < judgedTo; row++) {
    if (verdicts.fate[row] === ACCEPTED) accepted.add(verdicts.node[row]);
    if (verdicts.fate[row] === REJECTED) rejected.add(verdicts.node[row]);
  }
  /** @type {Map<number, number[]>} lost draft rows by parent node */
  const children = new Map();
  const column = new Map([[-1, rounds.position[round] - 1]]);
  for (let row = from; row < to; row++) {
    const { node, parent } = { node: drafts.node[row], parent: drafts.parent[row] };
    column.set(node, (column.get(parent) ?? rounds.position[round] - 1) + 1);
    if (accepted.has(node)) continue;
    const list = children.get(parent);
    if (list) list.push(row);
    else children.set(parent, [row]);
  }
  const roots = [...children].flatMap(([parent, list]) =>
    parent === -1 || accepted.has(parent) ? list : [],
  );
  // Nearest to the trunk.
  const tested = (/** @type {number} */ row) => (rejected.has(drafts.node[row]) ? 0 : 1);
  roots.sort((one, other) => tested(one) - tested(other) || one - other);
  for (const row of roots) place(track, row, children, column, layout);
}

/**
 * Puts one branch with everything on it where there is room.
 * @param {Track} track
 * @param {number} root
 * @param {Map<number, number[]>} children
 * @param {Map<number, number>} column
 * @param {Layout} layout
 */
function place(track, root, children, column, layout) {
  const { drafts } = track;
  /** @type {[number, number][]} draft row and its row within the branch */
  const branch = [];
  let height = 0;
  const walk = (/** @type {number} */ row, /** @type {number} */ at) => {
    branch.push([row, at]);
    (children.get(drafts.node[row]) ?? []).forEach((child, index) =>
      walk(child, index ? ++height : at),
    );
  };
  walk(root, 0);
  const columns = branch.map(([row]) => column.get(drafts.node[row]) ?? 0);
  const [first, last] = [Math.min(...columns), Math.max(...columns)];
  const { ends } = layout;
  let top = 0;
  for (let row = top; row <= top + height; row++)
    if ((ends[row] ?? -Infinity) >= first - GAP) [top, row] = [row + 1, row];
  for (let row = top; row <= top + height; row++) ends[row] = last;
  for (const [row, at] of branch) layout.rows[row] = top + at + 1;
  layout.most = Math.max(layout.most, top + height + 1);
}
