// Where each drafted token stands in the tree: the column is its place in the text, row 0 is the
// trunk of what was emitted, and every lost branch takes the nearest rows that are free. Laid out
// once for a track, whatever is in view.

import { ACCEPTED, REJECTED } from "./recording/fields.js";
import { remembered } from "./recording/track.js";
import { ROOT, Round } from "./round.js";

const GAP = 1; // free columns between two branches of one row

/** @typedef {{ rows: Int16Array, most: number, ends: number[] }} Layout rows by draft row */

/** The rows of all drafted tokens of a track. */
export const treeLayout = remembered((track) => {
  /** @type {Layout} */
  const layout = { rows: new Int16Array(track.drafts.length), most: 1, ends: [] };
  for (let row = 0; row < track.rounds.length; row++) layRound(new Round(track, row), layout);
  return layout;
});

/** @param {Round} round @param {Layout} layout */
function layRound(round, layout) {
  const { verdicts } = round.track;
  const fate = (/** @type {number} */ node) => verdicts.fate[round.verdict(node)];
  /** @type {Map<number, number>} */
  const column = new Map([[ROOT, round.position - 1]]);
  for (const node of round.nodes) column.set(node, (column.get(round.parent(node)) ?? 0) + 1);
  const lost = round.nodes.filter((node) => fate(node) !== ACCEPTED);
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const node of lost) {
    const parent = round.parent(node);
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const roots = lost.filter((node) => {
    const parent = round.parent(node);
    return parent === ROOT || fate(parent) === ACCEPTED;
  });
  // Nearest to the trunk.
  const tested = (/** @type {number} */ node) => (fate(node) === REJECTED ? 0 : 1);
  roots.sort((one, other) => tested(one) - tested(other) || one - other);
  for (const node of roots) place(round, node, children, column, layout);
}

/**
 * Puts one branch with everything on it where there is room.
 * @param {Round} round
 * @param {number} root
 * @param {Map<number, number[]>} children
 * @param {Map<number, number>} column
 * @param {Layout} layout
 */
function place(round, root, children, column, layout) {
  /** @type {[number, number][]} node and its row within the branch */
  const branch = [];
  let height = 0;
  const walk = (/** @type {number} */ node, /** @type {number} */ at) => {
    branch.push([node, at]);
    children.get(node)?.forEach((child, index) => walk(child, index ? ++height : at));
  };
  walk(root, 0);
  const columns = branch.map(([node]) => column.get(node) ?? 0);
  const [first, last] = [Math.min(...columns), Math.max(...columns)];
  const { ends } = layout;
  let top = 0;
  for (let row = top; row <= top + height; row++)
    if (ends[row] >= first - GAP) [top, row] = [row + 1, row];
  for (let row = top; row <= top + height; row++) ends[row] = last;
  for (const [node, at] of branch) layout.rows[round.draft(node)] = top + at + 1;
  layout.most = Math.max(layout.most, top + height + 1);
}
