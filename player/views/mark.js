// What a talk shows above all else: the author's mark that was passed last. Elsewhere the timeline
// names it.

import { h, write } from "../dom/dom.js";

/** @returns {import("../element/screen.js").View} */
export function markView() {
<<<<<<< HEAD
  const element = h("h3.mark-now", { hidden: true }); // until it is drawn, no gap beside it
=======
  const element = h("h3.mark-now", { hidden: true });
>>>>>>> host
  return {
    element,
    update({ mark, state }) {
      element.hidden = !state.present || !mark?.own;
      write(element, mark?.title ?? "");
    },
  };
}
