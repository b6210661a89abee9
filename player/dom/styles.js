// The style sheet of everything here: its text is built into the shipped scripts; unbuilt, it is
// player.css itself.

import { h } from "./dom.js";

/** @type {CSSStyleSheet | null} one sheet for every element of the page */
let shared = null;

/**
 * Gives a shadow root its styles.
 * @param {ShadowRoot} root
 */
export function addStyles(root) {
  if (typeof PLAYER_CSS === "undefined") {
    const href = new URL("../player.css", import.meta.url).href;
    root.append(h("link", { rel: "stylesheet", href }));
  } else {
    if (!shared) {
      shared = new CSSStyleSheet();
      shared.replaceSync(PLAYER_CSS);
    }
    root.adoptedStyleSheets = [shared];
  }
}
