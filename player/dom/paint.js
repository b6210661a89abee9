// What canvas views share: sharp pixels, the theme's colours, and the states' shapes.

import { h, SHAPES } from "./dom.js";

const COLOURS = [
  "ink",
  "soft",
  "line",
  "panel",
  "accepted",
  "rejected",
  "resampled",
  "bonus",
  "untested",
  "draft",
  "network",
  "queue",
  "verify",
];

/** @typedef {Record<string, string>} Palette */

/** @type {Record<string, Path2D>} */
const paths = {};

/** An element from which the theme's colours are read, all at once. */
export const colourProbe = () =>
  h("i", { hidden: true }, ...COLOURS.map((name) => h("i", { style: `color:var(--${name})` })));

/**
 * The theme's colours as the browser resolves them.
 * @param {HTMLElement} probe
 * @returns {Palette}
 */
export const palette = (probe) =>
  Object.fromEntries(
    COLOURS.map((name, index) => [name, getComputedStyle(probe.children[index]).color]),
  );

/** A canvas's size on the page, and in pixels of the screen. @param {HTMLCanvasElement} canvas */
function sizeOf({ clientWidth: width, clientHeight: height, currentCSSZoom }) {
  const ratio = devicePixelRatio * (currentCSSZoom ?? 1);
  return {
    ratio,
    width,
    height,
    wide: Math.round(width * ratio),
    high: Math.round(height * ratio),
  };
}

/** Whether what was drawn is shown in another size now. @param {HTMLCanvasElement} canvas */
export function isStretched(canvas) {
  const { width, wide, high } = sizeOf(canvas);
  return width > 0 && (canvas.width !== wide || canvas.height !== high);
}

/** A cleared drawing surface of the canvas's size on the page. @param {HTMLCanvasElement} canvas */
export function surface(canvas) {
  const { ratio, width, height, wide, high } = sizeOf(canvas);
  if (canvas.width !== wide || canvas.height !== high)
    Object.assign(canvas, { width: wide, height: high });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/**
 * Fills a rectangle.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} [alpha]
 */
export function box(context, colour, x, y, width, height, alpha = 1) {
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
}

/**
 * Draws a state's shape around a point.
 * @param {CanvasRenderingContext2D} context
 * @param {string} state
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {Palette} colours
 */
export function shape(context, state, x, y, radius, colours) {
  paths[state] ??= new Path2D(SHAPES[state] ?? SHAPES.pending);
  context.save();
  context.translate(x - radius, y - radius);
  context.scale(radius / 6, radius / 6);
  context.fillStyle = context.strokeStyle = colours[state] ?? colours.untested;
  if (state === "rejected" || state === "untested" || state === "pending") {
    context.lineWidth = state === "rejected" ? 2.4 : 1.5;
    if (state === "untested") context.setLineDash([2, 2]);
    context.stroke(paths[state]);
  } else context.fill(paths[state]);
  context.restore();
}
