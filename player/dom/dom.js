// Small helpers that make elements. Text goes in as text nodes only, so no token can become markup.

const HTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
const MATH = "http://www.w3.org/1998/Math/MathML";
const HOLE = "\0"; // where a value stands in markup
const LINE_ENDS = /^\s*\n\s*|\s*\n\s*$|(?<=\0)\s*\n\s*(?=\0)/g;
const SHAPE = /^(svg|g|path|rect|line|circle|text|tspan|title)$/;
const FORMULA = /^m(ath|row|.|text|frac|sub)$/;

/** @typedef {Record<string, any>} Properties attributes, and listeners as `onclick` */
/**
 * The elements that are used here, by their tags.
 * @typedef {HTMLElementTagNameMap
 *   & Pick<SVGElementTagNameMap, "svg" | "g" | "path" | "rect" | "line" | "circle" | "text"
 *     | "tspan">} Elements
 */
/** @typedef {Plan | Node | string} Part */
/** @typedef {Part | null | undefined | false} Child */
/**
 * The tag in front of a selector's classes.
 * @template {string} S
 * @typedef {S extends `${infer Tag}.${string}` ? Tag : S} TagOf
 */
/**
 * The element that a selector makes.
 * @template {string} S
 * @typedef {TagOf<S> extends keyof Elements ? Elements[TagOf<S>] : HTMLElement} ElementOf
 */

/** What an element shall be. */
export class Plan {
  /** @param {string} tag @param {Properties} properties @param {Part[]} children */
  constructor(tag, properties, children) {
    this.tag = tag;
    this.properties = properties;
    this.children = children;
  }
}

/**
 * A plan of an element, HTML, SVG or MathML by its tag.
 * @param {string} selector the tag and its classes: `p.quiet`
 * @param {...(Properties | Child)} rest properties, where there are any, and children
 */
export function plan(selector, ...rest) {
  const [tag, ...classes] = selector.split(".");
  const given = rest[0]?.constructor === Object ? rest.shift() : {};
  const properties = {
    ...(tag === "button" && { type: "button" }),
    ...(classes.length && { class: classes.join(" ") }),
    .../** @type {Properties} */ (given),
  };
  return new Plan(tag, properties, /** @type {Part[]} */ (rest.filter(isPart)));
}

/** @param {unknown} child */
const isPart = (child) => typeof child === "string" || Boolean(child);

/**
 * @typedef {{ tag?: string, closes: boolean, given: [string, string[]][], texts: string[] }} Piece
 */
/** @type {WeakMap<TemplateStringsArray, Piece[]>} markup as it was read the first time */
const read = new WeakMap();

/**
 * A tag, or what stands between two, split where values stand.
 * @param {string} piece
 * @returns {Piece}
 */
function pieceOf(piece) {
  const [, tag] = /^<(\w+)/.exec(piece) ?? [];
  const given = tag ? [...piece.matchAll(/([\w-]+)="([^"]*)"/g)] : [];
  return {
    tag,
    closes: piece.startsWith("</"),
    given: given.map(([, name, text]) => [name, text.split(HOLE)]),
    texts: piece.replace(LINE_ENDS, "").replace(/\s+/g, " ").split(HOLE),
  };
}

/**
 * Plans of what markup says. A value stands for a child, a list of them or an attribute: it never
 * becomes markup itself. A line end beside a tag, or between two values, counts for nothing.
 * @param {TemplateStringsArray} strings
 * @param {...any} values
 * @returns {Part[]}
 */
export function markup(strings, ...values) {
  /** @type {{ tag: string, properties: Properties, children: Part[] }[]} the innermost last */
  const open = [{ tag: "", properties: {}, children: [] }];
  const pieces =
    read.get(strings) ??
    strings
      .join(HOLE)
      .split(/(<[^>]*>)/)
      .map(pieceOf);
  read.set(strings, pieces);
  let next = 0;
  for (const { tag, closes, given, texts } of pieces) {
    const inner = open[open.length - 1];
    if (closes) {
      open.pop();
      open[open.length - 1].children.push(plan(inner.tag, inner.properties, ...inner.children));
    } else if (tag) {
      /** @type {Properties} */
      const properties = {};
      for (const [name, parts] of given)
        properties[name] =
          parts.length === 2 && parts.join("") === ""
            ? values[next++]
            : parts.reduce((text, part) => text + values[next++] + part);
      open.push({ tag, properties, children: [] });
    } else
      texts.forEach((text, at) => {
        const parts = at ? [values[next++], text] : [text];
        for (const part of parts.flat()) if (part || part === 0) inner.children.push(partOf(part));
      });
  }
  return open[0].children;
}

/** @param {any} value @returns {Part} */
const partOf = (value) => (typeof value === "number" ? String(value) : value);

/**
 * Sets an attribute, or takes it away; properties named `onclick` and so on are listeners. Styles
 * are set on the element's own declaration: a page's Content-Security-Policy may forbid the
 * attribute.
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function put(element, name, value) {
  if (name.startsWith("on")) Object.assign(element, { [name]: value });
  else if (name === "style" && value && "style" in element)
    /** @type {HTMLElement} */ (element).style.cssText = String(value);
  // By removeAttribute a style that was set as above would leave an empty attribute.
  else if (value === false || value === null || value === undefined)
    element.toggleAttribute(name, false);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {Plan} plan */
function make({ tag, properties, children }) {
  const space = SHAPE.test(tag) ? SVG : FORMULA.test(tag) ? MATH : HTML;
  const element = document.createElementNS(space, tag);
  for (const name in properties) put(element, name, properties[name]);
  for (const child of children) element.append(child instanceof Plan ? make(child) : child);
  return element;
}

/**
 * An element, as `plan` plans it.
 * @template {string} S
 * @param {S} selector
 * @param {...(Properties | Child)} rest
 */
export const h = (selector, ...rest) => /** @type {ElementOf<S>} */ (make(plan(selector, ...rest)));

/**
 * Makes what stands in an element what is planned, and touches only what differs: a new element
 * costs the browser a style, a box and often a layer, one that gets another number costs next to
 * nothing.
 * @param {Node} parent
 * @param {Part[]} wanted
 * @param {Part[]} shown  what the children were made from
 */
function settle(parent, wanted, shown) {
  let node = parent.firstChild;
  wanted.forEach((part, at) => {
    const next = node?.nextSibling ?? null;
    if (node) change(node, part, shown[at]);
    else parent.appendChild(nodeOf(part));
    node = next;
  });
  while (node) {
    const next = node.nextSibling;
    node.remove();
    node = next;
  }
}

/**
 * Changes a node, made from `before`, to what is wanted.
 * @param {ChildNode} node
 * @param {Part} wanted
 * @param {Part} before
 */
function change(node, wanted, before) {
  if (wanted === before) return;
  if (wanted instanceof Plan && before instanceof Plan && wanted.tag === before.tag) {
    const element = /** @type {Element} */ (node);
    for (const name in before.properties)
      if (!(name in wanted.properties)) put(element, name, null);
    for (const name in wanted.properties)
      if (before.properties[name] !== wanted.properties[name])
        put(element, name, wanted.properties[name]);
    settle(node, wanted.children, before.children);
  } else if (typeof wanted === "string" && typeof before === "string") node.nodeValue = wanted;
  else node.replaceWith(nodeOf(wanted));
}

/** @param {Part} part */
function nodeOf(part) {
  if (typeof part === "string") return document.createTextNode(part);
  return part instanceof Plan ? make(part) : part;
}

/**
 * Gives a function that shows plans in an element, in place.
 * @param {Element} parent
 * @returns {(wanted: Part[]) => void}
 */
export function holder(parent) {
  /** @type {Part[]} */
  let shown = [];
  return (wanted) => {
    settle(parent, wanted, shown);
    shown = wanted;
  };
}

/**
 * Lets the pointer light what lies under it, and choose it.
 * @template At
 * @param {HTMLElement} element
 * @param {(event: MouseEvent) => At | null} find
 * @param {(at: At | null) => void} light
 * @param {(at: At) => void} choose
 */
export function pointable(element, find, light, choose) {
  element.onclick = (event) => {
    const at = find(event);
    if (at !== null) choose(at);
  };
  element.onpointermove = (event) => {
    if (event.pointerType === "mouse") light(find(event));
  };
  element.onpointerleave = () => light(null);
}

/**
 * Writes the text of an element that has nothing else.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  const node = element.firstChild ?? element.appendChild(new Text());
  if (node.nodeValue !== text) node.nodeValue = text;
}

/**
 * A panel with its heading; `note` stands beside the title.
 * @param {string} name
 * @param {string} title
 * @param {...Child} children
 */
export function panel(name, title, ...children) {
  const heading = h("h3", title);
  const note = h("span.note");
  const element = h(
    `section.panel.${name}`,
    { "data-view": name, "aria-label": title },
    h("header", heading, note),
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
  bonus: "M6 .3 7.7 4 11.8 4.5 8.8 7.2 9.6 11.3 6 9.2 2.4 11.3 3.2 7.2 .2 4.5 4.3 4Z",
  untested: "M6 1.5A4.5 4.5 0 1 1 6 10.5A4.5 4.5 0 1 1 6 1.5Z",
  pending: "M6 1.5A4.5 4.5 0 1 1 6 10.5A4.5 4.5 0 1 1 6 1.5Z",
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
    `svg.glyph.${state}`,
    { viewBox: "0 0 12 12", "aria-hidden": "true" },
    plan("path", { d: SHAPES[state] ?? SHAPES.pending }),
  ));
