// What a talk shows above all else: the author's mark that was passed last. Elsewhere the timeline
// names it.

import { h, write } from "../dom/dom.js";

/** @returns {import("../element/screen.js").View} */
export function markView() {
  const element = h("h3.mark-now", { hidden: true }); // until it is drawn, no gap beside it
  return {
    element,
    update(screen) {
      const own = screen.state.present && screen.own;
      element.hidden = !own;
      write(element, own ? own.title : "");
    },
  };
}
