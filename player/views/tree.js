// @ts-check
// The trunk is what was emitted, branches are what was drafted and lost; the x-axis is the token's place in the text.
// Size is the entropy of the law, opacity the acceptance probability. Only what is in view is drawn.

import { decisions } from "../core/decision.js";
import { EMIT } from "../core/decode.js";
import { label } from "../core/text.js";
import { h, panel } from "../dom.js";
import { shape, surface } from "../paint.js";

const STEP = 46;
const TRUNK = 44;
const BRANCH = 82; // the first row of branches
const ROW = 40;
const ROWS = 4; // a branch shows at most this many tokens: its row is free again when as many rounds have passed
const NAME = 7;

/** @param {any} act @returns {{ element: HTMLElement, update(screen: import("../screen.js").Screen, colours: import("../paint.js").Palette): void }} */
export function treeView(act) {
  const canvas = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "branches", role: "img" }));
  const { element, note } = panel("tree", "Tree", canvas);
  note.textContent = "trunk: emitted; branches: drafted and lost. Size is entropy, opacity the acceptance probability";
  /** @type {{ x: number, y: number, at: any }[]} */
  let places = [];
  const nearest = (/** @type {MouseEvent} */ event) => places.find(({ x, y }) => Math.abs(x - event.offsetX) < STEP / 2 && Math.abs(y - event.offsetY) < 20)?.at ?? null;
  canvas.addEventListener("click", (event) => nearest(event) && act.select(nearest(event)));
  canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && act.light(nearest(event)));
  canvas.addEventListener("pointerleave", () => act.light(null));
  return {
    element,
    update(screen, colours) {
      const tall = `${BRANCH + Math.min(ROWS, Math.max(1, screen.k)) * ROW - 12}px`;
      if (canvas.style.height !== tall) canvas.style.height = tall;
      const drawing = surface(canvas);
      places = draw(drawing, screen, colours);
      canvas.setAttribute("aria-label", `token tree around position ${screen.current}; the same tokens stand in the text and the round`);
    },
  };
}

/** @param {ReturnType<typeof surface>} drawing @param {any} screen @param {import("../paint.js").Palette} colours */
function draw({ context, width }, screen, colours) {
  const { lane, frame, recording, time, focus } = screen;
  /** @type {{ x: number, y: number, at: any }[]} */
  const places = [];
  const head = Math.max(screen.current, 0);
  const left = Math.max(0, Math.min(head - (width / STEP) * 0.7, frame.tokens + screen.k - width / STEP + 1));
  const x = (/** @type {number} */ position) => (position - left + 0.6) * STEP;
  context.strokeStyle = colours.line;
  context.lineWidth = 3;
  context.beginPath();
  context.moveTo(Math.max(0, x(0)), TRUNK);
  context.lineTo(Math.max(0, x(frame.tokens - 1)), TRUNK);
  if (frame.tokens > 0) context.stroke();
  const rows = Math.min(ROWS, Math.max(1, screen.k));
  const nodes = [];
  const first = lane.output.round[Math.max(0, Math.floor(left) - screen.k - 1)] ?? 0;
  for (let round = first; round < frame.begun; round++) {
    if (x(lane.rounds.position[round]) > width + STEP) break;
    const row = BRANCH + (round % rows) * ROW;
    let gone = 0;
    let last = 0;
    for (const one of decisions(recording, lane, round, time)) {
      const lost = one.at.node !== EMIT && one.state !== "accepted";
      const at = { x: x(one.position), y: lost ? row : TRUNK, at: one.at };
      if (lost && ++gone > rows) continue;
      if (lost) edge(context, at, gone === 1, colours);
      if (lost) last = at.x;
      places.push(at);
      nodes.push({ one, at });
    }
    if (gone > rows) more(context, last, row, gone - rows, colours);
  }
  for (const { one, at } of nodes) node(context, one, at, colours, recording, focus);
  return places;
}

/** Says how many lost drafts a branch has beyond those drawn. */
/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} count @param {import("../paint.js").Palette} colours */
function more(context, x, y, count, colours) {
  context.font = "11.5px ui-monospace, Menlo, monospace";
  context.textAlign = "left";
  context.fillStyle = colours.soft;
  context.fillText(`+${count}`, x + 12, y + 4);
}

/** @param {CanvasRenderingContext2D} context @param {{ x: number, y: number }} at @param {boolean} leaves @param {import("../paint.js").Palette} colours */
function edge(context, at, leaves, colours) {
  context.strokeStyle = colours.line;
  context.lineWidth = 2;
  context.setLineDash(leaves ? [] : [3, 3]);
  context.beginPath();
  context.moveTo(at.x - STEP, leaves ? TRUNK : at.y);
  if (leaves) context.bezierCurveTo(at.x - STEP / 2, TRUNK, at.x - STEP / 2, at.y, at.x, at.y);
  else context.lineTo(at.x, at.y);
  context.stroke();
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {any} one @param {{ x: number, y: number }} at @param {import("../paint.js").Palette} colours @param {any} recording @param {any} focus */
function node(context, one, at, colours, recording, focus) {
  const radius = Number.isNaN(one.entropy) ? 6 : 4.5 + Math.min(4.5, one.entropy * 1.3);
  context.globalAlpha = Number.isNaN(one.accept) ? 1 : 0.45 + 0.55 * one.accept;
  shape(context, one.state, at.x, at.y, radius, colours);
  context.globalAlpha = 1;
  if (focus && focus.round === one.at.round && focus.node === one.at.node) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 1.5;
    context.strokeRect(at.x - radius - 4, at.y - radius - 4, 2 * radius + 8, 2 * radius + 8);
  }
  const text = label(recording.tokens.get(one.token));
  context.font = "11.5px ui-monospace, Menlo, monospace";
  context.textAlign = "center";
  context.fillStyle = one.state === "rejected" ? colours.rejected : one.state === "untested" || one.state === "pending" ? colours.soft : colours.ink;
  context.fillText(text.length > NAME ? `${text.slice(0, NAME - 1)}…` : text, at.x, at.y === TRUNK ? TRUNK - 18 : at.y + 21);
}
