// @ts-check
// Links to a moment: `#round=12&token=3&view=text`. One player of a page owns the hash; foreign hashes are left alone.

import { EMIT } from "./core/decode.js";

/** @type {Element | null} the player that reads and writes this page's hash */
let owner = null;

/** Claims the page's hash for the first player, or for one that asks. @param {Element} player @param {string | null} wish */
export function claim(player, wish) {
  if (wish === "off") return false;
  if (!owner || !owner.isConnected || wish !== null) owner = player;
  return owner === player;
}

/** @param {Element} player */
export const owns = (player) => owner === player && player.isConnected;

/** Gives the hash back. @param {Element} player */
export function release(player) {
  if (owner === player) owner = null;
}

/** What a hash says, or null when it is not ours. @param {string} hash */
export function readLink(hash) {
  const entries = new URLSearchParams(hash.replace(/^#/, ""));
  const round = Number(entries.get("round") ?? NaN);
  if (!Number.isInteger(round) || round < 0) return null;
  const token = entries.get("token");
  return { round, token: token === "own" ? EMIT : token === null || !/^\d+$/.test(token) ? null : Number(token), view: entries.get("view") };
}

/** The hash of a moment. @param {{ index: number, node: number | null, view: string }} moment */
export function writeLink({ index, node, view }) {
  const token = node === null ? "" : `&token=${node === EMIT ? "own" : node}`;
  return `#round=${index}${token}${view === "all" ? "" : `&view=${view}`}`;
}

/** Puts a hash in the address without a step in the history, unless a foreign one stands there. @param {string} hash */
export function showLink(hash) {
  if (location.hash === hash || (location.hash.length > 1 && !readLink(location.hash))) return;
  try {
    history.replaceState(history.state, "", hash);
  } catch {
    // a browser that limits how often this may be called, or a sandboxed frame
  }
}
