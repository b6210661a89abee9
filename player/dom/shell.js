// What every element here is at its base: a shadow root with the styles, what is shown, a line for
// what went wrong, and its events. The text of the style sheet is built into the shipped scripts,
// those of what comes later apart; unbuilt, they are linked.

import { h } from "./dom.js";

/** Why this browser cannot show anything here, null where it can. */
export const outdated =
  "adoptedStyleSheets" in Document.prototype
    ? null
    : "this browser is too old for it (no adoptedStyleSheets); open the page in a newer one";

/** @type {WeakMap<Document, Map<string, CSSStyleSheet>>} sheets for every element of a page */
const sheets = new WeakMap();

/**
 * Gives a shadow root a sheet, once.
 * @param {ShadowRoot} root
 * @param {string} css
 */
export function addSheet(root, css) {
  const page = root.ownerDocument;
  const cache = sheets.get(page) ?? new Map();
  sheets.set(page, cache);
  const sheet = cache.get(css) ?? new (page.defaultView ?? window).CSSStyleSheet();
  if (!cache.has(css)) sheet.replaceSync(css);
  cache.set(css, sheet);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}

/**
 * Gives a shadow root its styles.
 * @param {ShadowRoot} root
 */
function addStyles(root) {
  if (outdated || root.querySelector("link")) return;
  if (typeof PLAYER_CSS === "undefined") {
    const sheets = ["player.css", "later.css", "styles/race.css"];
    const addresses = sheets.map((sheet) => new URL(`../${sheet}`, import.meta.url).href);
    root.append(...addresses.map((href) => h("link", { rel: "stylesheet", href })));
  } else addSheet(root, PLAYER_CSS);
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
