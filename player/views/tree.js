// The trunk is what was emitted, branches are what was drafted and lost; the x-axis is the token's
// place in the text. Size is the entropy of the distribution, opacity the acceptance probability.
// Only what is in view is drawn.

import { decisions } from "../core/decision.js";
import { EMIT } from "../core/recording/fields.js";
import { ROOT, Round } from "../core/round.js";
import { treeLayout } from "../core/tree.js";
import { h, panel, pointable, put, write } from "../dom/dom.js";
import { shape, surface } from "../dom/paint.js";
import { same } from "../element/screen.js";

const STEP = 50;
const TRUNK = 42;
const ROW = 42;
const BRANCH = TRUNK + 44; // the first row of branches
const ROWS = 9; // rows of branches that are drawn; those beyond are counted
const NAME = 7;
const FONT = "11.5px ui-monospace, monospace";
const FLOW = 14; // pixels a second that the current round's edges flow

/** @typedef {{ x: number, y: number, at: import("../core/decision.js").Reference }} Place */
/**
 * A token of the tree: where it stands, in which row, and where its edge comes from.
 * @typedef {object} Knot
 * @property {import("../core/decision.js").Decision} one
 * @property {number} x
 * @property {number} y
 * @property {number} row
 * @property {{ x: number, y: number }} from
 */

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function treeView(act) {
  const canvas = h("canvas.branches", { role: "application", tabindex: 0 });
  const { element, note } = panel("tree", "Tree", canvas);
  write(
    note,
    "trunk: emitted; branches: drafted and lost. Size is entropy, opacity the acceptance probability",
  );
  /** @type {Place[]} */
  let places = [];
  const nearest = (/** @type {MouseEvent} */ event) =>
    places.find(
      ({ x, y }) => Math.abs(x - event.offsetX) < STEP / 2 && Math.abs(y - event.offsetY) < 20,
    )?.at ?? null;
  pointable(canvas, nearest, act.light, act.select);
  return {
    element,
    update(screen, colours) {
      const { most } = treeLayout(screen.track);
      const tall = `${BRANCH + Math.min(ROWS, most) * ROW - (most > ROWS ? -6 : 10)}px`;
      if (canvas.style.height !== tall) canvas.style.height = tall;
      places = draw(surface(canvas), screen, colours);
      put(
        canvas,
        "aria-label",
        `token tree around position ${screen.current}; ` +
          "up and down step through all tokens, lost ones too",
      );
    },
  };
}

/**
 * @param {ReturnType<typeof surface>} drawing
 * @param {import("../element/screen.js").Screen} screen
 * @param {import("../dom/paint.js").Palette} colours
 * @returns {Place[]}
 */
function draw({ context, width }, screen, colours) {
  const { frame, focus, decision, state } = screen;
  const head = Math.max(screen.current, 0);
  // What was chosen comes into view.
  const chosen =
    state.selected && !state.hovered && decision ? decision.position + 1.2 - width / STEP : 0;
  const left = Math.max(
    0,
    chosen,
    Math.min(head - (width / STEP) * 0.7, frame.tokens + screen.k - width / STEP + 1),
  );
  const x = (/** @type {number} */ position) => (position - left + 0.6) * STEP;
  context.lineWidth = 2.5;
  context.strokeStyle = colours.line;
  context.beginPath();
  context.moveTo(Math.max(0, x(0)), TRUNK);
  context.lineTo(Math.max(0, x(frame.tokens - 1)), TRUNK);
  if (frame.tokens > 1) context.stroke();
  const { knots, beyond } = knotsIn(screen, left, width, x);
  for (const one of knots) if (one.row > 0) edge(context, one, colours);
  flow(context, knots, screen, colours);
  context.font = FONT;
  context.textAlign = "center";
  context.fillStyle = colours.soft;
  for (const [at, count] of beyond)
    context.fillText(`+${count}`, at, BRANCH + (ROWS - 1) * ROW + 40);
  for (const one of knots) node(context, one, colours, focus);
  return knots.map(({ one, x: across, y }) => ({ x: across, y, at: one.at }));
}

/**
 * Every token in view, with where it stands and where its edge comes from.
 * @param {import("../element/screen.js").Screen} screen
 * @param {number} left
 * @param {number} width
 * @param {(position: number) => number} x
 */
function knotsIn({ track, frame, recording, time, k }, left, width, x) {
  const layout = treeLayout(track);
  /** @type {Knot[]} */
  const knots = [];
  /** @type {Map<number, number>} how many tokens of a column have no row that is drawn */
  const beyond = new Map();
  const first = track.output.round[Math.max(0, Math.floor(left) - k - 1)] ?? 0;
  for (let row = first; row < frame.begun; row++) {
    const round = new Round(track, row);
    if (x(round.position) >= width + STEP) break;
    const stood = new Map([[ROOT, { x: x(round.position - 1), y: TRUNK }]]);
    for (const one of decisions(recording, track, row, time)) {
      const emitted = one.at.node === EMIT || one.state === "accepted";
      const high = emitted ? 0 : layout.rows[round.draft(one.at.node)] || 1;
      const at = { x: x(one.position), y: high ? BRANCH + (high - 1) * ROW : TRUNK };
      stood.set(one.at.node, at);
      if (high > ROWS) beyond.set(at.x, (beyond.get(at.x) ?? 0) + 1);
      else knots.push({ one, ...at, row: high, from: stood.get(one.parent) ?? at });
    }
  }
  return { knots, beyond };
}

/** @param {CanvasRenderingContext2D} context @param {Knot} knot */
function trace(context, { x, y, from }) {
  context.beginPath();
  context.moveTo(from.x, from.y);
  if (from.y === y) context.lineTo(x, y);
  else context.bezierCurveTo(from.x + STEP / 2, from.y, x - STEP / 2, y, x, y);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Knot} knot
 * @param {import("../dom/paint.js").Palette} colours
 */
function edge(context, knot, colours) {
  context.strokeStyle = colours.line;
  context.lineWidth = 2;
  context.setLineDash(knot.one.state === "untested" || knot.one.state === "pending" ? [3, 3] : []);
  trace(context, knot);
  context.setLineDash([]);
}

/**
 * The current round's edges, in dashes that move as the playhead does.
 * @param {CanvasRenderingContext2D} context
 * @param {Knot[]} knots
 * @param {import("../element/screen.js").Screen} screen
 * @param {import("../dom/paint.js").Palette} colours
 */
function flow(context, knots, screen, colours) {
  context.lineWidth = 2.5;
  context.setLineDash([5, 5]);
  context.lineDashOffset = -(screen.clock.toSeconds(screen.time) / screen.state.speed) * FLOW;
  for (const knot of knots) {
    if (knot.one.at.round !== screen.round || knot.one.state === "untested") continue;
    context.strokeStyle = colours[knot.one.state] ?? colours.soft;
    context.globalAlpha = 0.55;
    trace(context, knot);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Knot} knot
 * @param {import("../dom/paint.js").Palette} colours
 * @param {import("../core/decision.js").Reference | null} focus
 */
function node(context, { one, x, y, row }, colours, focus) {
  const radius = isNaN(one.entropy) ? 5.5 : 4.5 + Math.min(5, one.entropy * 1.5);
  const { state, label } = one;
  const inFocus = same(focus, one.at);
  context.fillStyle = colours.panel;
  context.beginPath();
  context.arc(x, y, radius + 1.5, 0, 7);
  context.fill();
  context.globalAlpha = isNaN(one.accept) ? 1 : 0.4 + 0.6 * one.accept;
  shape(context, one.state, x, y, radius, colours);
  context.globalAlpha = 1;
  if (inFocus) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.roundRect(x - radius - 4, y - radius - 4, 2 * radius + 8, 2 * radius + 8, 4);
    context.stroke();
  }
  context.font = inFocus ? `600 ${FONT}` : FONT;
  const { rejected, untested, ink } = colours;
  context.fillStyle =
    { rejected, untested, pending: untested }[/** @type {string} */ (state)] ?? ink;
  const short = label.length > NAME && !inFocus ? `${label.slice(0, NAME - 1)}…` : label;
  context.fillText(short, x, row ? y + 22 : TRUNK - 20);
}
