// Where a view tells what is known of the chosen token. What it tells is fetched for the first one.

import { h, holder } from "../dom/dom.js";

/** @typedef {import("../element/screen.js").Screen} Screen */

/** @type {typeof import("./described.js").describe | undefined} */
let describe;

/** The place, and what brings it up to a screen. */
export function detailOf() {
  const detail = h("div.detail", { hidden: true });
  const show = holder(detail);
  /** @type {Screen | undefined} */
  let latest;
  const follow = (/** @type {Screen} */ screen) => {
    latest = screen;
    const { selected, hovered } = screen.state;
    detail.hidden = !describe || (!selected && !hovered);
    detail.classList.toggle("over", !selected);
    if (describe && !detail.hidden) show(describe(screen));
    else if (!describe && (selected || hovered)) fetchWords();
  };
  const fetchWords = async () => {
    const later = await import("../element/later.js");
    later.addLook(detail);
    ({ describe } = later);
    if (latest) follow(latest);
  };
  return { detail, follow };
}
