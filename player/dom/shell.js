// What every element here is at its base: a shadow root with the styles, what is shown, a line for
// what went wrong, and its events. The text of the style sheet is built into the shipped scripts;
// unbuilt, it is player.css itself.

import { h } from "./dom.js";

/** @type {CSSStyleSheet | null} one sheet for every element of the page */
let shared = null;

/**
 * Gives a shadow root its styles.
 * @param {ShadowRoot} root
 */
function addStyles(root) {
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

export class Shell extends HTMLElement {
  status = h("p.status", { role: "status", hidden: true });
  frame = h("div.sp");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    addStyles(root);
    root.append(h("div.sp-status", this.status), this.frame, h("slot"));
  }

  /** @param {string} name @param {unknown} [detail] */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Says that something cannot be shown. @param {string} what @param {string} message */
  refuse(what, message) {
    this.status.hidden = false;
    this.status.textContent = `This ${what} cannot be shown: ${message}`;
    this.emit("error", message);
  }
}
