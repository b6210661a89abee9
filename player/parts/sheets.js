// What the bar opens over the stage: the sheet with all that can be done, and the list of words and
// keys.

import { CLOCKS } from "../core/clock.js";
import glossary from "../core/glossary.json" with { type: "json" };
import { h, holder, markup } from "../dom/dom.js";
import { copied } from "../element/page/copy.js";
import { button, pace, VIEWS } from "./buttons.js";

/**
 * Each word of the site's glossary (site/glossary.toml) and its line.
 * @type {Record<string, string>}
 */
export const GLOSSARY = glossary;

/** Each key of element/keys.js, and what it does. @type {[string, string][]} */
export const KEYS = [
  ["space", "play, pause"],
  ["← →", "a token back, on"],
  ["shift ← →, Page keys", "a round back, on (a clicker)"],
  ["↑ ↓ in the tree", "a token back, on, lost ones too"],
  [", .", "a step of the round back, on"],
  ["< >", "slower, faster"],
  ["[ ]", "previous, next mark"],
  ["0 … 9", "to a tenth of the run"],
  ["Home End", "to the start, the end"],
  ["l", "loop: from here, to here, off"],
  ["t", "the tree of this round only, as a picture for a slide; all of it"],
  ["p", "present; v shows the next scene; n the notes in a window"],
  ["c", "copy a link to this moment"],
  ["o", "open a recording from disk"],
  ["f", "full screen"],
  ["?", "words and keys"],
];

const LONGEST = 60; // letters of a mark's title in the list

/** @typedef {import("../element/actions.js").Actions} Actions */
/** @typedef {import("../element/screen.js").State} State */

/** A list of words, each with what it means. @param {Record<string, string>} words */
const list = (words) =>
  h("dl", ...Object.entries(words).map(([word, text]) => h("div", h("dt", word), h("dd", text))));

/** @param {Actions} act @returns {import("../element/screen.js").View} */
export function sheetsView(act) {
  const close = () => act.set({ sheet: "" });
  const more = h("dialog.more", { "aria-label": "more", onclose: close });
  const help = h(
    "dialog.help",
    { "aria-label": "words and keys", onclose: close },
    h("h3", "Words"),
    list(GLOSSARY),
    h("h3", "Keys"),
    list(Object.fromEntries(KEYS)),
    h("button", { onclick: close }, "Close"),
  );
  const show = holder(more);
  const marks = /** @type {HTMLSelectElement} */ (
    h("select.marks", { "aria-label": "marks", onchange: () => act.seek(Number(marks.value)) })
  );
  /** @type {import("../core/marks.js").Mark[] | null} */
  let listed = null;
  return {
    element: h("div.sheets", more, help),
    brisk: true,
    update({ state, marks: all, mark }) {
      if (listed !== all)
        marks.replaceChildren(
          h("option", { value: "", disabled: true }, "marks"),
          ...all.map((one) => h("option", { value: one.time }, one.title.slice(0, LONGEST))),
        );
      listed = all;
      marks.value = mark ? String(mark.time) : "";
      if (state.sheet === "more") show(everything(state, act, marks, close));
      for (const [name, one] of Object.entries({ more, help }))
        if (state.sheet !== name) one.close();
        else if (!one.open) one.showModal();
    },
  };
}

/**
 * All that can be done, on one sheet.
 * @param {State} state
 * @param {Actions} act
 * @param {Node} marks
 * @param {() => void} close
 */
function everything({ clock, speed, span, view, lost, only, present }, act, marks, close) {
  return markup`
    <h3>Clock</h3>
    <p>
      <span class="group" role="group" aria-label="clock">
        ${CLOCKS.flatMap(
          ([name, text]) => markup`
            <button data-clock="${name}" onclick="${() => act.clock(name)}"
              aria-pressed="${String(clock === name)}">${text}</button>`,
        )}
      </span>
    </p>
    <p>
      ${button("−", "slower (<)", () => act.speed(-1))}
      ${button("+", "faster (>)", () => act.speed(1))}
      <span class="speed">${pace(clock, speed)}</span>
    </p>
    <h3>Show</h3>
    <p>
      ${Object.entries(VIEWS).flatMap(
        ([name, text]) => markup`
          <button onclick="${() => act.view(name)}"
            aria-pressed="${String(view === name)}">${text}</button>`,
      )}
      ${button("Present", "present (p)", () => act.present(), present)}
      ${button("Full screen", "full screen (f)", act.fullscreen)}
      ${button("This round only", "the tree of this round only (t)", act.onlyRound, only)}
      ${button("Lost drafts", "show lost drafts in the text", () => act.set({ lost: !lost }), lost)}
    </p>
    <h3>Go</h3>
    <p>
      ${marks}
      ${button(
        !span ? "Loop" : span[1] === null ? "Loop to here" : "Looping",
        "loop: from here, to here, off (l)",
        act.span,
        span !== null,
      )}
      <button onclick="${act.copy}">${copied(act) ? "Copied" : "Copy link"}</button>
      ${button("Open…", "open a recording from disk (o); nothing is uploaded", act.open)}
    </p>
    <p>
      ${button("Words and keys", "words and keys (?)", act.help)}
      <button onclick="${close}">Close</button>
    </p>`;
}
