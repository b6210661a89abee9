// Charts as SVG, to the measures of specrecord/publish/figures/still.py.

import { h } from "../../../player/dom/dom.js";

const [WIDE, TALL, LEFT, RIGHT, TOP, BOTTOM] = [640, 300, 46, 16, 14, 40];
const [COLUMN, GAP, MOST_TICKS, ACROSS, APART] = [0.34, 0.04, 6, 32, 20];
const [BOTTOM_NAME, WIDEST_NAME] = [TALL - BOTTOM - 6, 110];
export const HEADROOM = 1.08;

/** @typedef {{ label: string, low: number, high: number, ticks: number[], log?: boolean }} Axis */
/** @typedef {[number, number]} Point */
/** @typedef {{ name: string, points: Point[], kind: string }} Series a line bears its name */

const fixed = (/** @type {number} */ value) => value.toFixed(1);
const plain = (/** @type {number} */ value) => String(Number(value.toPrecision(6)));

/** @type {(kind: string, x: number, y: number, content: string) => SVGElement} */
export const text = (kind, x, y, content) => h("text", { class: kind, x, y }, content);
/** @type {(kind: string, d: string) => SVGElement} */
export const path = (kind, d) => h("path", { class: kind, d });
/** @type {(kind: string, cx: number, cy: number, r: number) => SVGElement} */
const circle = (kind, cx, cy, r) => h("circle", { class: kind, cx, cy, r });

/** @type {(kind: string, x: number, y: number, width: number, height: number) => SVGElement} */
export const rect = (kind, x, y, width, height) =>
  h("rect", { class: kind, x: fixed(x), y: fixed(y), width: fixed(width), height: fixed(height) });

/** @param {{ x: Axis, y: Axis, series: Series[], words: string }} chart */
export function lines({ x, y, series, words }) {
  const within = (/** @type {number} */ value) => Math.max(y.low, Math.min(value, y.high));
  const shown = series.map(({ name, points, kind }) => {
    const places = points.map(([at, value]) => [across(x, at), up(y, within(value))]);
    if (!kind.startsWith("recorded"))
      return path(kind, `M${places.map((place) => place.map(fixed)).join("L")}`);
    const marks = places.map(([cx, cy]) => h("circle", { cx, cy, r: 5 }, h("title", name)));
    return h("g", { class: kind }, ...marks);
  });
  return chart(
    words,
    TALL,
    ...grid(y),
    ...x.ticks.map((at) => text("tick-x", across(x, at), TALL - 22, plain(at))),
    text("axis-x", WIDE - RIGHT, TALL - 5, x.label),
    ...lineNames(
      series.flatMap(({ name, points, kind }) => {
        const [at, value] = points[points.length - 1];
        const bears = name && !kind.startsWith("recorded");
        return bears ? [{ name, kind, x: across(x, at), y: up(y, within(value)) - 7 }] : [];
      }),
    ),
    ...shown,
  );
}

/**
 * The lines' names at their ends, apart where lines end together.
 * @param {{ name: string, kind: string, x: number, y: number }[]} names
 */
function lineNames(names) {
  let free = BOTTOM_NAME;
  return [...names]
    .sort((a, b) => b.y - a.y)
    .map(({ name, kind, x, y }) => {
      const place = Math.min(y, free);
      free = place - APART;
      return text(`name ${kind}`, Math.max(x, LEFT + WIDEST_NAME), place, name);
    });
}

/**
 * Two distributions side by side. `shares`, if given, are marked over the target's columns.
 * @param {string[]} tokens
 * @param {Float64Array} p
 * @param {Float64Array} q
 * @param {string} words
 * @param {Float64Array | null} [shares]
 */
export function columns(tokens, p, q, words, shares = null) {
  const high = Math.max(0.1, ...p, ...q, ...(shares ?? [])) * HEADROOM;
  const axis = { label: "probability", low: 0, high, ticks: ticksTo(high) };
  const place = (WIDE - LEFT - RIGHT) / p.length;
  const width = place * COLUMN;
  /** @type {(kind: string, x: number, high: number, low: number) => SVGElement} */
  const bar = (kind, x, high, low) => {
    const [y, bottom] = [up(axis, high), up(axis, low)];
    return h("rect", { class: kind, x, y, width, height: Math.max(0, bottom - y) });
  };
  const bars = tokens.flatMap((token, index) => {
    const shared = Math.min(p[index], q[index]);
    const middle = LEFT + place * (index + 0.5);
    const [left, right] = [middle - (place * GAP) / 2 - width, middle + (place * GAP) / 2];
    return [
      bar("surplus", left, q[index], shared),
      bar("shared", left, shared, 0),
      bar("owed", right, p[index], shared),
      bar("shared", right, shared, 0),
      text("outcome", middle, TALL - 22, token),
      text("side", left + width / 2, TALL - 6, "q"),
      text("side", right + width / 2, TALL - 6, "p"),
      ...(shares ? [path("share", `M${right - 3} ${up(axis, shares[index])}h${width + 6}`)] : []),
    ];
  });
  return chart(words, TALL, ...grid(axis), ...bars);
}

/**
 * One mark a token: a disc where a proposal was right, a cross where it was wrong, a small ring
 * where there was none.
 * @param {(boolean | null)[]} proposals
 * @param {string} words
 */
export function strip(proposals, words) {
  const marks = proposals.map((right, index) => {
    const [x, y] = [(index % ACROSS) * 20 + 10, Math.floor(index / ACROSS) * 20 + 10];
    if (right === null) return circle("untested", x, y, 2.5);
    return right
      ? circle("accepted", x, y, 6)
      : path("rejected", `M${x - 5} ${y - 5}l10 10m0-10l-10 10`);
  });
  return chart(words, Math.ceil(proposals.length / ACROSS) * 20, ...marks);
}

/**
 * Where a pointer stands in a picture, in the picture's own measure.
 * @param {SVGElement} picture
 * @param {PointerEvent} event
 */
export function placeOf(picture, event) {
  const box = picture.getBoundingClientRect();
  const [wide, tall] = (picture.getAttribute("viewBox") ?? "").split(" ").slice(2).map(Number);
  return {
    x: ((event.clientX - box.left) / box.width) * wide,
    y: ((event.clientY - box.top) / box.height) * tall,
  };
}

/**
 * What stands at a place of a chart of distributions: outcome, side and probability.
 * @param {{ x: number, y: number }} place
 * @param {number} outcomes
 * @param {number} high
 */
export function probAt({ x, y }, outcomes, high) {
  const place = ((x - LEFT) / (WIDE - LEFT - RIGHT)) * outcomes;
  const share = (TALL - BOTTOM - y) / (TALL - TOP - BOTTOM);
  return {
    index: Math.min(outcomes - 1, Math.max(0, Math.floor(place))),
    side: /** @type {"p" | "q"} */ (place % 1 < 0.5 ? "q" : "p"),
    value: Math.min(1, Math.max(0, share * high)),
  };
}

/** @param {number} high */
function ticksTo(high) {
  const steps = Array.from(
    { length: 36 },
    (_, index) => [1, 2, 5][index % 3] * 10 ** (Math.floor(index / 3) - 3),
  );
  const step = steps.find((one) => high / one <= MOST_TICKS) ?? high;
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, index) =>
    Number((step * index).toFixed(4)),
  );
}

/** @param {string} label @param {number} high @returns {Axis} */
export function niceAxis(label, high) {
  const ticks = ticksTo(high);
  return { label, low: 0, high: Math.max(high, ...ticks), ticks };
}

/**
 * An axis on which each mark is ten times the one below.
 * @param {string} label @param {number} lowest @param {number} high @returns {Axis}
 */
export function logAxis(label, lowest, high) {
  const first = Math.floor(Math.log10(lowest));
  const marks = Math.floor(Math.log10(high)) - first + 1;
  const ticks = Array.from({ length: marks }, (_, index) => 10 ** (first + index));
  return { label, low: ticks[0], high, ticks, log: true };
}

/** @param {string} words @param {number} tall @param {Node[]} children */
export const chart = (words, tall, ...children) => picture(words, WIDE, tall, ...children);

/** @param {string} words @param {number} wide @param {number} tall @param {Node[]} children */
export const picture = (words, wide, tall, ...children) =>
  h("svg.chart", { viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": words }, ...children);

/** @param {Axis} axis */
const grid = (axis) => [
  ...axis.ticks.flatMap((at) => [
    path("grid", `M${LEFT} ${fixed(up(axis, at))}H${WIDE - RIGHT}`),
    text("tick-y", LEFT - 7, up(axis, at) + 4, plain(at)),
  ]),
  text("axis-y", LEFT, TOP - 2, axis.label),
];

/** Where a value stands on its axis, from 0 to 1. @param {Axis} axis @param {number} at */
const share = ({ low, high, log }, at) =>
  log ? Math.log(at / low) / Math.log(high / low) : (at - low) / (high - low);
/** What an even axis says at a place of the picture. @param {Axis} axis @param {number} x */
export const valueAt = ({ low, high }, x) =>
  low + ((x - LEFT) / (WIDE - LEFT - RIGHT)) * (high - low);
/** @param {Axis} axis @param {number} at */
const across = (axis, at) => LEFT + share(axis, at) * (WIDE - LEFT - RIGHT);
/** @param {Axis} axis @param {number} at */
const up = (axis, at) => TALL - BOTTOM - share(axis, at) * (TALL - TOP - BOTTOM);
