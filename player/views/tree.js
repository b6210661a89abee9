// The tree on a canvas: the trunk is what was emitted, branches are what was drafted and lost; the
// x-axis is the token's place in the text. Size is the entropy of the distribution, opacity the
// acceptance probability. Where things stand is core/tree.js; this draws them.

import { probability } from "../core/measures/numbers.js";
import { slowMotion } from "../core/slow-motion.js";
import { treePicture } from "../core/tree.js";
import { h, panel, pointable, put, write } from "../dom/dom.js";
import { shape, surface } from "../dom/paint.js";
import { same } from "../element/screen.js";
import { detailOf } from "../parts/detail.js";

const EM = 13; // pixels of the type at least: larger in a picture for a slide
const FLOW = 28; // pixels a second of the clock that this round's edges flow
const FAINTEST = 0.3; // a token that had no chance is still seen
const NEAR = 24; // pixels around the pointer

/** @typedef {import("../element/screen.js").Screen} Screen */
/** @typedef {import("../dom/paint.js").Palette} Palette */
/** @typedef {import("../core/tree.js").Knot} Knot */
/** @typedef {ReturnType<typeof treePicture>} Picture */
/**
 * What all parts of the drawing are drawn with.
 * @typedef {{
 *   context: CanvasRenderingContext2D, height: number, em: number, colours: Palette,
 * }} Pen
 */

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View & { beneath: import("../element/screen.js").View }}
 */
export function treeView(act) {
  const canvas = h("canvas.branches", { role: "application", tabindex: 0 });
  const { detail, follow } = detailOf();
  const { element, note } = panel("tree", "Tree", canvas, detail);
  const title = "this round alone, as a picture for a slide (t)";
  const only = h("button.only", { title, onclick: act.onlyRound }, "This round only");
  note.after(only);
  write(note, "trunk: emitted, branches: lost · size: entropy, opacity: acceptance probability");
  /** @type {Knot[]} */
  let knots = [];
  const nearest = (/** @type {MouseEvent} */ { offsetX, offsetY }) => {
    const far = (/** @type {Knot} */ { x, y }) => Math.hypot(x - offsetX, y - offsetY);
    const [found] = knots.toSorted((one, other) => far(one) - far(other));
    return found && far(found) < NEAR ? found.one.at : null;
  };
  pointable(canvas, nearest, act.light, act.select);
  return {
    element,
    /** Where the text is on another tab, the chosen token is told of here. */
    beneath: { element, update: follow },
    update(screen, colours) {
      put(only, "aria-pressed", String(screen.state.only));
      knots = draw(canvas, screen, colours);
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
 * What the tree is drawn from: the round under the playhead, or in a picture of one round the one
 * that was chosen.
 * @param {Screen} screen
 * @param {boolean} only
 */
function momentOf({ recording, track, frame, slow, time, focus, round, still }, only) {
  const row = only ? round : frame.round;
  const own = row === slow.row ? slow : slowMotion(recording, track, row, time, still);
  return { recording, track, slow: own, focus };
}

/** @param {HTMLCanvasElement} canvas @param {Screen} screen @param {Palette} colours */
function draw(canvas, screen, colours) {
  const { context, width, height } = surface(canvas);
  const { present, view } = screen.state;
  const only = screen.state.only || (present && view === "tree");
  const em = only ? Math.max(EM, Math.min(height / 13, width / 40)) : EM;
  const moment = momentOf(screen, only);
  const picture = treePicture(moment, { width, height, em, only });
  const pen = { context, height, em, colours };
  head(pen, picture, moment.slow);
  const { knots, trunk } = picture;
  context.strokeStyle = colours.line;
  context.lineWidth = 2.5;
  stroke(context, [trunk.from, trunk.y, Math.max(trunk.from, trunk.to), trunk.y]);
  const { clock, time, still, state } = screen;
  context.lineDashOffset = still ? 0 : (-FLOW * clock.toSeconds(time)) / state.speed;
  for (const knot of knots) edge(pen, knot);
  context.setLineDash([]);
  for (const knot of knots) node(pen, knot, same(moment.focus, knot.one.at));
  lettering(pen, picture, only);
  context.globalAlpha = 1;
  return knots;
}

/** @param {CanvasRenderingContext2D} context @param {number[]} ends */
function stroke(context, [x, y, toX, toY]) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

/**
 * The token that is looked at; or, across all places at once, how far the target's pass has come.
 * @param {Pen} pen
 * @param {Picture} picture
 * @param {import("../core/slow-motion.js").SlowMotion} slow
 */
function head({ context, height, colours }, { head: x, first }, { step }) {
  if (isNaN(x)) return;
  const verifying = step?.kind === "verify";
  if (verifying) {
    context.fillStyle = colours.verify;
    context.globalAlpha = 0.14;
    context.fillRect(first, 0, x - first, height);
  }
  context.globalAlpha = verifying ? 0.9 : 0.5;
  context.strokeStyle = verifying ? colours.verify : colours.soft;
  context.lineWidth = verifying ? 2 : 1;
  context.setLineDash(verifying ? [] : [2, 4]);
  stroke(context, [x, 0, x, height]);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/**
 * An edge; this round's are dashes that flow as the playhead does.
 * @param {Pen} pen
 * @param {Knot} knot
 */
function edge({ context, colours }, { one, x, y, from, alpha, shown, current }) {
  const waiting = one.state === "untested" || one.state === "pending";
  const flows = current && one.state !== "untested";
  context.strokeStyle = flows ? (colours[one.state] ?? colours.untested) : colours.untested;
  context.globalAlpha = alpha * shown * (flows ? 0.8 : 0.5);
  context.lineWidth = flows ? 2.5 : 1.5;
  context.setLineDash(flows ? [6, 5] : waiting ? [3, 3] : []);
  const bend = (x - from.x) * 0.55;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.bezierCurveTo(from.x + bend, from.y, x - bend, y, x, y);
  context.stroke();
}

/** @param {Pen} pen @param {Knot} knot @param {boolean} focused */
function node({ context, colours }, { one, x, y, radius, alpha, shown }, focused) {
  const size = radius * (0.6 + 0.4 * shown);
  context.globalAlpha = 1;
  context.fillStyle = colours.panel;
  context.beginPath();
  context.arc(x, y, size + 1.5, 0, 7);
  context.fill();
  const chance = isNaN(one.accept) ? 1 : FAINTEST + (1 - FAINTEST) * one.accept;
  context.globalAlpha = alpha * shown * chance;
  shape(context, one.state, x, y, size, colours);
  if (!focused) return;
  context.globalAlpha = 1;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x - size - 4, y - size - 4, 2 * size + 8, 2 * size + 8, 4);
  context.stroke();
}

/** The tokens' names, and in a picture of one round the chance of each. */
function lettering(
  /** @type {Pen} */ pen,
  /** @type {Picture} */ { names },
  /** @type {boolean} */ only,
) {
  const { context, em, colours } = pen;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const { rejected, untested, ink } = colours;
  for (const { text, x, y, width, height, alpha, one, bold } of names) {
    context.font = `${bold ? "600 " : ""}${em}px ui-monospace, monospace`;
    context.globalAlpha = alpha;
    context.fillStyle = { rejected, untested, pending: untested }[String(one.state)] ?? ink;
    context.fillText(text, x, y, width + 2);
    if (!only || isNaN(one.accept)) continue;
    context.font = `${0.75 * em}px system-ui, sans-serif`;
    context.fillStyle = colours.soft;
    context.fillText(
      probability(one.accept),
      x,
      y + height * 0.9 * (one.state === "accepted" ? -1 : 1),
    );
  }
}
