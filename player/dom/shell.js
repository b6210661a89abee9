// What every element here is at its base: a shadow root with the styles, what is shown, a line for
// what went wrong, and its events. The text of the style sheets is built into the shipped scripts;
// unbuilt, they are player.css and later.css themselves.

import { h } from "./dom.js";

/** Why this browser cannot show anything here, null where it can. */
export const outdated =
  "adoptedStyleSheets" in Document.prototype
    ? null
    : "this browser is too old for it (it has no adoptedStyleSheets); open the page in a newer one";

/** @type {Map<Document, CSSStyleSheet>} one sheet for every element of a page */
const sheets = new Map();
let later = "";

/** Adds to the styles of every element, there or to come. @param {string} css */
export function addLater(css) {
  later = css;
  for (const sheet of sheets.values()) sheet.replaceSync(PLAYER_CSS + later);
}

/**
 * Gives a shadow root its styles.
 * @param {ShadowRoot} root
 */
function addStyles(root) {
  const page = root.ownerDocument;
  if (outdated || root.querySelector("link")) return;
  if (typeof PLAYER_CSS === "undefined") {
    for (const name of ["player", "later"]) {
      const href = new URL(`../${name}.css`, import.meta.url).href;
      root.append(h("link", { rel: "stylesheet", href }));
    }
  } else {
    const sheet = sheets.get(page) ?? new (page.defaultView ?? window).CSSStyleSheet();
    if (!sheets.has(page)) sheet.replaceSync(PLAYER_CSS + later);
    sheets.set(page, sheet);
    root.adoptedStyleSheets = [sheet];
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

  /** Another document takes no sheet of the one before. */
  adoptedCallback() {
    if (this.shadowRoot) addStyles(this.shadowRoot);
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
