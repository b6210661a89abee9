// Two outputs beside one another, and the first token at which they part.

import { count } from "../core/measures/numbers.js";
import { divergence } from "../core/race/race.js";
import { harmless, label } from "../core/text.js";
import { h, markup, panel } from "../dom/dom.js";

const AROUND = 40; // tokens shown before and after the place

/** @typedef {import("../core/race/race.js").Runner} Runner */

/** @param {Runner} one @param {Runner} other */
export function diffView(one, other) {
  const at = divergence(one, other);
  const { element, note } = panel(
    "diff",
    "Difference",
    h("div.sides", ...side(one, at), ...side(other, at)),
  );
  note.textContent =
    at < 0
      ? `the same for all ${Math.min(one.tokens, other.tokens)} tokens that both have`
      : `the same for ${count(at, "token")}, then ${token(one, at)} against ${token(other, at)}`;
  return { element, at };
}

/** @param {Runner} runner @param {number} at */
const token = (runner, at) => label(runner.recording.tokens.get(runner.track.output.token[at]));

/** @param {Runner} runner @param {number} at */
function side({ name, texts, tokens }, at) {
  const place = at < 0 ? tokens : at;
  const from = Math.max(0, place - AROUND);
  const text = (/** @type {number} */ first, /** @type {number} */ last) =>
    harmless(texts.slice(first, last).join(""));
  return markup`
    <div>
      <h4>${name}</h4>
      <p class="tail" dir="auto">
        ${from ? "… " : ""}${text(from, place)}
        ${at >= 0 && markup`<mark>${text(at, at + 1) || "␣"}</mark>`}
        ${at >= 0 && markup`<span class="quiet">${text(at + 1, at + 1 + AROUND)}</span>`}
      </p>
    </div>`;
}
