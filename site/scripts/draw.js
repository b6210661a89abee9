// Charts as SVG, to the measures of specrecord/publish/figures/draw.py.

const [WIDE, TALL, LEFT, RIGHT, TOP, BOTTOM] = [640, 300, 46, 16, 14, 40];
const [COLUMN, GAP, MOST_TICKS] = [0.34, 0.04, 6];
export const HEADROOM = 1.08;

/** @typedef {{ label: string, low: number, high: number, ticks: number[] }} Axis */
/** @typedef {{ name: string, points: [number, number][], kind: string }} Series */

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
export function svg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** A level line. @param {number} x @param {number} y @param {number} width */
const rule = (x, y, width) => `M${fixed(x)} ${fixed(y)}h${fixed(width)}`;
const fixed = (/** @type {number} */ value) => value.toFixed(1);
const plain = (/** @type {number} */ value) => String(Number(value.toPrecision(6)));

/** @param {{ x: Axis, y: Axis, series: Series[], words: string }} chart */
export function lines({ x, y, series, words }) {
  const drawn = series.map((one) => {
    const points = one.points.map(([at, value]) => [across(x, at), up(y, Math.min(value, y.high))]);
    if (one.kind.startsWith("recorded"))
      return svg(
        "g",
        { class: one.kind },
        ...points.map(([cx, cy]) =>
          svg("circle", { cx: fixed(cx), cy: fixed(cy), r: 5 }, svg("title", {}, one.name)),
        ),
      );
    return svg("path", {
      class: one.kind,
      d: `M${points.map(([px, py]) => `${fixed(px)} ${fixed(py)}`).join("L")}`,
    });
  });
  const ticks = x.ticks.map((at) =>
    svg("text", { class: "tick-x", x: fixed(across(x, at)), y: TALL - 22 }, plain(at)),
  );
  return frame(
    words,
    ...grid(y),
    ...ticks,
    svg("text", { class: "axis-x", x: WIDE - RIGHT, y: TALL - 5 }, x.label),
    ...drawn,
  );
}

/**
 * Two distributions side by side. `shares`, if given, are marked over the target's columns.
 * @param {string[]} tokens
 * @param {number[]} p
 * @param {number[]} q
 * @param {string} words
 * @param {number[] | null} [shares]
 */
export function columns(tokens, p, q, words, shares = null) {
  const high = Math.max(0.1, ...p, ...q, ...(shares ?? [])) * HEADROOM;
  const axis = { label: "probability", low: 0, high, ticks: ticksTo(high) };
  const place = (WIDE - LEFT - RIGHT) / p.length;
  const bars = p.flatMap((target, index) => {
    const shared = Math.min(target, q[index]);
    const left = LEFT + place * (index + 0.5 - COLUMN - GAP / 2);
    const right = LEFT + place * (index + 0.5 + GAP / 2);
    const middle = LEFT + place * (index + 0.5);
    return [
      bar(left, place * COLUMN, up(axis, q[index]), up(axis, shared), "surplus"),
      bar(left, place * COLUMN, up(axis, shared), up(axis, 0), "shared"),
      bar(right, place * COLUMN, up(axis, target), up(axis, shared), "owed"),
      bar(right, place * COLUMN, up(axis, shared), up(axis, 0), "shared"),
      svg("text", { class: "outcome", x: fixed(middle), y: TALL - 22 }, tokens[index]),
      svg("text", { class: "side", x: fixed(left + (place * COLUMN) / 2), y: TALL - 6 }, "q"),
      svg("text", { class: "side", x: fixed(right + (place * COLUMN) / 2), y: TALL - 6 }, "p"),
      ...(shares
        ? [
            svg("path", {
              class: "share",
              d: rule(right - 3, up(axis, shares[index]), place * COLUMN + 6),
            }),
          ]
        : []),
    ];
  });
  return frame(words, ...grid(axis), ...bars);
}

/**
 * Where a pointer stands in a chart of distributions: outcome, side and probability.
 * @param {SVGElement} chart
 * @param {PointerEvent} event
 * @param {number} outcomes
 * @param {number} high
 */
export function probAt(chart, event, outcomes, high) {
  const box = chart.getBoundingClientRect();
  const [x, y] = [
    ((event.clientX - box.left) / box.width) * WIDE,
    ((event.clientY - box.top) / box.height) * TALL,
  ];
  const place = ((x - LEFT) / (WIDE - LEFT - RIGHT)) * outcomes;
  const share = (TALL - BOTTOM - y) / (TALL - TOP - BOTTOM);
  return {
    index: Math.min(outcomes - 1, Math.max(0, Math.floor(place))),
    side: place % 1 < 0.5 ? "q" : "p",
    value: Math.min(1, Math.max(0, share * high)),
  };
}

/** @param {number} high */
function ticksTo(high) {
  const steps = Array.from({ length: 12 }, (_, power) =>
    [1, 2, 5].map((factor) => factor * 10 ** (power - 3)),
  ).flat();
  const step = steps.find((one) => high / one <= MOST_TICKS) ?? high;
  return Array.from({ length: Math.floor(high / step) + 1 }, (_, index) =>
    Number((step * index).toFixed(4)),
  );
}

/** @param {string} label @param {number} high @returns {Axis} */
export function niceAxis(label, high) {
  const ticks = ticksTo(high);
  return { label, low: 0, high: Math.max(high, ticks[ticks.length - 1]), ticks };
}

/** @param {string} words @param {Node[]} children */
const frame = (words, ...children) =>
  svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": words },
    ...children,
  );

/** @param {Axis} axis */
const grid = (axis) => [
  ...axis.ticks.flatMap((at) => [
    svg("path", { class: "grid", d: `M${LEFT} ${fixed(up(axis, at))}H${WIDE - RIGHT}` }),
    svg("text", { class: "tick-y", x: LEFT - 7, y: fixed(up(axis, at) + 4) }, plain(at)),
  ]),
  svg("text", { class: "axis-y", x: LEFT, y: TOP - 2 }, axis.label),
];

/**
 * @param {number} x
 * @param {number} width
 * @param {number} top
 * @param {number} bottom
 * @param {string} kind
 */
const bar = (x, width, top, bottom, kind) =>
  svg("rect", {
    class: kind,
    x: fixed(x),
    y: fixed(top),
    width: fixed(width),
    height: fixed(Math.max(0, bottom - top)),
  });

/** @param {Axis} axis @param {number} at */
const across = (axis, at) =>
  LEFT + ((at - axis.low) / (axis.high - axis.low)) * (WIDE - LEFT - RIGHT);
/** @param {Axis} axis @param {number} at */
const up = (axis, at) =>
  TALL - BOTTOM - ((at - axis.low) / (axis.high - axis.low)) * (TALL - TOP - BOTTOM);
