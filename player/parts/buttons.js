// Buttons, and the words that stand on them: the views by name, and how fast a run plays.

import { markup } from "../dom/dom.js";

export const VIEWS = {
  all: "Stage",
  text: "Text",
  round: "Round",
  tree: "Tree",
  timeline: "Timeline",
  metrics: "Numbers",
  race: "Race",
  whatif: "What if",
};
/** @typedef {keyof typeof VIEWS} Name */
/**
 * A button whose sign needs a word, which its key follows.
 * @param {string} sign
 * @param {string} title
 * @param {() => void} onclick
 * @param {boolean | null} [pressed] null: it is no switch
 */
export const button = (sign, title, onclick, pressed = null) => markup`
  <button title="${title}" aria-label="${title}" onclick="${onclick}"
    aria-pressed="${pressed === null ? null : String(pressed)}">${sign}</button>`;

/**
 * A clock and its speed in words: "1 round every 3 s", "20 times slower than it ran".
 * @param {import("../core/clock.js").ClockName} clock
 * @param {number} speed
 */
export function pace(clock, speed) {
  const times = (/** @type {number} */ value) => String(Number(value.toPrecision(2)));
  if (clock === "beat")
    return speed > 1 ? `${times(speed)} rounds a second` : `1 round every ${times(1 / speed)} s`;
  const run = speed === 1 ? "as it ran" : `${times(speed < 1 ? 1 / speed : speed)} times `;
  const than = speed === 1 ? "" : `${speed < 1 ? "slower" : "faster"} than it ran`;
  return `${run}${than}${clock === "capped" ? ", gaps cut short" : ""}`;
}
