// @ts-check
// Small helpers that make elements. Text goes in as text nodes only, so no token can become markup.

const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";

/** @typedef {Node | string | null | undefined | false} Child */

/** @param {Element} element @param {Record<string, any>} properties @param {Child[]} children */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child || child === "") element.append(child);
  return element;
}

/** An HTML element; properties named `onclick` and so on become listeners. */
/** @param {string} tag @param {Record<string, any>} [properties] @param {...Child} children @returns {HTMLElement} */
export const h = (tag, properties = {}, ...children) => /** @type {any} */ (fill(document.createElement(tag), properties, children));

/** An SVG element. @param {string} tag @param {Record<string, any>} [properties] @param {...Child} children */
export const svg = (tag, properties = {}, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

/** A MathML element. @param {string} tag @param {...Child} children */
export const math = (tag, ...children) => fill(document.createElementNS(MATH, tag), tag === "math" ? { display: "block" } : {}, children);

/** Writes text only where it differs. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @type {CSSStyleSheet | null} one sheet for every player of the page */
let shared = null;

/**
 * Gives a shadow root its styles: from text where there is some, else by a link to the file beside this module.
 * @param {ShadowRoot | null} root @param {string} styles @returns {HTMLElement[]} what has to be appended
 */
export function styleSheet(root, styles) {
  if (!root || !styles) return [h("link", { rel: "stylesheet", href: new URL("./player.css", import.meta.url).href })];
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(styles);
  }
  root.adoptedStyleSheets = [shared];
  return [];
}

/** A panel with its heading; `note` stands beside the title. @param {string} name @param {string} title @param {...Child} children */
export function panel(name, title, ...children) {
  const heading = h("h3", {}, title);
  const note = h("span", { class: "note" });
  const element = h("section", { class: `panel ${name}`, "data-view": name, "aria-label": title }, h("header", {}, heading, note), ...children);
  return { element, heading, note };
}

/** Paths of the five shapes and the hollow one, in a 12 by 12 box. @type {Record<string, string>} */
export const SHAPES = {
  accepted: "M6 1A5 5 0 1 1 6 11A5 5 0 1 1 6 1Z",
  rejected: "M2 2 10 10M10 2 2 10",
  resampled: "M6 0 12 6 6 12 0 6Z",
  bonus: "M6 .3 7.7 4 11.800 4.500 8.800 7.200 9.600 11.300 6 9.200 2.400 11.300 3.200 7.200 .2 4.500 4.300 4Z",
  untested: "M6 1.500A4.500 4.500 0 1 1 6 10.500A4.500 4.500 0 1 1 6 1.500Z",
  pending: "M6 1.500A4.500 4.500 0 1 1 6 10.500A4.500 4.500 0 1 1 6 1.500Z",
};

/** A state's sign: its shape in its colour. @param {string} state */
export function glyph(state) {
  return svg("svg", { class: `glyph ${state}`, viewBox: "0 0 12 12", "aria-hidden": "true" }, svg("path", { d: SHAPES[state] ?? SHAPES.pending }));
}
