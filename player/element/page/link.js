// Links to a moment: `#round=12&token=3&view=text&time=48210`. One player of a page owns the hash;
// foreign hashes are left alone.

import { EMIT } from "../../core/recording/fields.js";

/** The beginning, with nothing chosen. @type {Link} */
export const HERE = { round: 0, token: null, view: null, time: null, loop: null, only: false };

/** @type {Element | null} the player that reads and writes this page's hash */
let owner = null;

/**
 * Claims the page's hash for the first player, or for one that asks.
 * @param {Element} player
 * @param {string | null} wish
 */
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

/**
 * What a link says. Times are µs since the track began.
 * @typedef {object} Link
 * @property {number} round
 * @property {number | null} token
 * @property {string | null} view
 * @property {number | null} time
 * @property {[number, number] | null} loop
 * @property {boolean} only  whether the tree shows the round alone
 */

/** What a hash says, or null when it is not ours. @param {string} hash @returns {Link | null} */
export function readLink(hash) {
  const entries = new URLSearchParams(hash.replace(/^#/, ""));
  const round = Number(entries.get("round") ?? NaN);
  if (!Number.isInteger(round) || round < 0) return null;
  const token = entries.get("token");
  const [from, to] = (entries.get("loop") ?? "").split("-").map(Number);
  return {
    round,
    token: token === "own" ? EMIT : whole(token),
    view: entries.get("view"),
    time: whole(entries.get("time")),
    loop: to > from && from >= 0 ? [from, to] : null,
    only: entries.get("tree") === "round",
  };
}

/** @param {string | null} text */
const whole = (text) => (text === null || !/^\d+(\.\d+)?$/.test(text) ? null : Number(text));

/** The hash of a moment. @param {Link} link */
export function writeLink({ round, token, view, time, loop, only }) {
  const node = token === EMIT ? "own" : token;
  const tree = only ? "round" : null;
  const parts = { round, token: node, view, time, loop: loop?.join("-"), tree };
  const given = Object.entries(parts).filter(([, value]) => (value ?? null) !== null);
  return `#${given.map((part) => part.join("=")).join("&")}`;
}

/**
 * Puts a hash in the address without a step in the history, unless a foreign one stands there.
 * @param {string} hash
 */
export function showLink(hash) {
  if (location.hash === hash || (location.hash.length > 1 && !readLink(location.hash))) return;
  try {
    history.replaceState(history.state, "", hash);
  } catch {
    // a browser that limits how often this may be called, or a sandboxed frame
  }
}
