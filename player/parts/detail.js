// Where a view tells what is known of the chosen token. What it tells is fetched for the first one.

import { h, holder } from "../dom/dom.js";

/** @typedef {import("../element/screen.js").Screen} Screen */

/** @type {typeof import("./described.js").describe | undefined} */
let describe;

/**
 * What a token is beside the answer, known once that is fetched.
 * @type {typeof import("./reasoning.js").partOf | undefined}
 */
export let partOf;

/**
 * The place, and what brings it up to a screen. `update` is called once what it tells is there.
 * @param {(screen: Screen) => void} [update]
 */
export function detailOf(update) {
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
    else if (!describe && (selected || hovered || screen.recording.header.markers)) fetchWords();
  };
  const fetchWords = async () => {
    const later = await import("../element/later.js");
    later.addLook(detail);
    ({ describe, partOf } = later);
    if (!latest) return;
    follow(latest);
    update?.(latest);
  };
  return { detail, follow };
}
