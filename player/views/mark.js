// The mark that was passed last, with the speaker's note where it is wanted: what a talk shows
// above all else. Elsewhere the timeline names it, so that nothing moves.

import { h, write } from "../dom/dom.js";

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function markView(act) {
  const [title, note] = [h("b"), h("span")];
  const leave = h("button", { onclick: () => act.present() }, "Leave");
  const element = h("div.mark-now", { role: "note", "aria-label": "mark" }, title, note, leave);
  return {
    element,
    update({ mark, state }) {
      element.hidden = !state.present;
      write(title, mark ? mark.title : "");
      write(note, mark && state.notes ? mark.note : "");
    },
  };
}
