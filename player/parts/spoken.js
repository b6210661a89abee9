// A round for a reader who does not see it: what became of each token, in the words of the screen,
// and why it became that of the one in focus. A token that was chosen comes first.

import { stateWord } from "../core/decision.js";
import { Plan } from "../dom/dom.js";
import { arithmetic } from "./arithmetic.js";

/** What stands between the parts of a formula. @type {Record<string, string>} */
const BETWEEN = { mrow: " ", mfrac: " over " };

/** @typedef {import("../core/decision.js").Decision} Decision */

/** @param {import("../element/screen.js").Screen} screen */
export function spoken({ track, rule, decisions: tokens, decision: focus, round, state }) {
  if (round < 0) return "before the first round";
  const outcome = (/** @type {Decision} */ one) => `${one.label} ${stateWord(rule, one.state)}`;
  const why = focus && [outcome(focus), ...arithmetic(focus, { rule, tokens }).map(aloud)];
  const all = tokens.map(outcome).join(", ") || "nothing drafted yet";
  const parts = why ? [`${all}.`, why.join(". ")] : [all];
  if (state.selected) parts.reverse();
  return `Round ${track.rounds.index[round]}: ${parts.join(" ")}`;
}

/**
 * A formula or a sentence as text.
 * @param {import("../dom/dom.js").Part} part
 * @returns {string}
 */
const aloud = (part) =>
  part instanceof Plan
    ? part.children
        .map(aloud)
        .join(BETWEEN[part.tag] ?? "")
        .replace(/\s+(?=[\s,):])/g, "")
        .replace(/\(\s/g, "(")
    : String(part);
