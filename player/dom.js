// Small helpers that make elements. Text goes in as text nodes only, so no token can become markup.

const [HTML, SVG, MATH] = ["1999/xhtml", "2000/svg", "1998/Math/MathML"].map(
  (path) => `http://www.w3.org/${path}`,
);
const SHAPE = /^(svg|path|rect|line|circle|text)$/;
const FORMULA = /^m(ath|row|.|text|frac|sub)$/;

/**
 * @typedef {{ tag: string, properties: Record<string, any>, children: any[] }} Plan what an element
 *   shall be
 */
/** @typedef {Node | Plan | string | null | undefined | false} Child */

/**
 * A plan of an element, HTML, SVG or MathML by its tag.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...Child} children
 * @returns {Plan}
 */
export const plan = (tag, properties = {}, ...children) => ({
  tag,
  properties,
  children: children.filter((child) => child || child === ""),
});

/**
 * Sets an attribute, or takes it away; properties named `onclick` and so on are listeners.
 * @param {any} element
 * @param {string} name
 * @param {any} value
 */
function put(element, name, value) {
  if (name.startsWith("on")) element[name] = value;
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** @param {any} one @returns {any} a node, or the text that becomes one */
function make(one) {
  if (!one.tag) return one;
  const { tag, properties, children } = one;
  const element = document.createElementNS(
    SHAPE.test(tag) ? SVG : FORMULA.test(tag) ? MATH : HTML,
    tag,
  );
  for (const name in properties) put(element, name, properties[name]);
  for (const child of children) element.append(make(child));
  return element;
}

/**
 * An element.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...Child} children
 * @returns {any}
 */
export const h = (tag, properties, ...children) => make(plan(tag, properties, ...children));

/**
 * Makes what stands in an element what is planned, and touches only what differs: a new element
 * costs the browser a style, a box and often a layer, one that gets another number costs next to
 * nothing.
 * @param {Node} parent
 * @param {any[]} wanted
 * @param {any[]} shown  what the children were made from
 */
function settle(parent, wanted, shown) {
  /** @type {any} */
  let node = parent.firstChild;
  wanted.forEach((one, at) => {
    const before = shown[at];
    const next = node?.nextSibling;
    if (!node)
      parent.appendChild(typeof one === "object" ? make(one) : document.createTextNode(one));
    else if (before.tag !== one.tag) node.replaceWith(make(one));
    else if (one.tag && before !== one) {
      for (const name in before.properties) if (!(name in one.properties)) put(node, name, null);
      for (const name in one.properties)
        if (before.properties[name] !== one.properties[name]) put(node, name, one.properties[name]);
      settle(node, one.children, before.children);
    } else if (before !== one) node.data = one;
    node = next;
  });
  for (let next; node; node = next) {
    next = node.nextSibling;
    node.remove();
  }
}

/**
 * Gives a function that shows plans in an element, in place.
 * @param {Element} parent
 * @returns {(wanted: any[]) => void}
 */
export function holder(parent) {
  /** @type {any[]} */
  let shown = [];
  return (wanted) => {
    settle(parent, wanted, shown);
    shown = wanted;
  };
}

/** Writes text only where it differs. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A panel with its heading; `note` stands beside the title.
 * @param {string} name
 * @param {string} title
 * @param {...Child} children
 */
export function panel(name, title, ...children) {
  const heading = h("h3", {}, title);
  const note = h("span", { class: "note" });
  const element = h(
    "section",
    { class: `panel ${name}`, "data-view": name, "aria-label": title },
    h("header", {}, heading, note),
    ...children,
  );
  return { element, heading, note };
}

/**
 * Paths of the five shapes and the hollow one, in a 12 by 12 box.
 * @type {Record<string, string>}
 */
export const SHAPES = {
  accepted: "M6 1A5 5 0 1 1 6 11A5 5 0 1 1 6 1Z",
  rejected: "M2 2 10 10M10 2 2 10",
  resampled: "M6 0 12 6 6 12 0 6Z",
  bonus:
    "M6 .3 7.7 4 11.800 4.500 8.800 7.200 9.600 11.300 6 9.200 2.400 11.300 3.200 7.200 .2 4.500 4.300 4Z",
  untested: "M6 1.500A4.500 4.500 0 1 1 6 10.500A4.500 4.500 0 1 1 6 1.500Z",
  pending: "M6 1.500A4.500 4.500 0 1 1 6 10.500A4.500 4.500 0 1 1 6 1.500Z",
};

/** @type {Record<string, Plan>} */
const glyphs = {};

/**
 * A state's sign: its shape in its colour; always the same plan, so that one that stands is not
 * looked into.
 * @param {string} state
 */
export const glyph = (state) =>
  (glyphs[state] ??= plan(
    "svg",
    { class: `glyph ${state}`, viewBox: "0 0 12 12", "aria-hidden": "true" },
    plan("path", { d: SHAPES[state] ?? SHAPES.pending }),
  ));
