// Rows for draft, network, queue and verify on one clock, and the whole run beneath as the
// scrubber. Only what is in view is drawn, on two canvases; the bars of the whole run are kept
// until size or clock change.

import { DRAFT_SIDE } from "../core/recording/fields.js";
import { count, moment } from "../core/measures/numbers.js";
import { verifiedRounds } from "../core/measures/counts.js";
import { rowsUpTo } from "../core/recording/table.js";
import { h, panel, put, write } from "../dom/dom.js";
import { box, surface } from "../dom/paint.js";

const LEFT = 62;
const TOP = 12; // pixels above the first row, for the playhead's mark
const LOOKED_AT = 64; // passes that tell which rows a run has

/** @typedef {import("../element/screen.js").Screen} Screen */
/** @typedef {import("../core/recording/track.js").Track} Track */

const DRAWN_FIRST =
  "how long network and queue took is recorded, where in the pass they lay is not: " +
  "they are drawn first";

/** What is said of each clock, given how many gaps it shortens. */
const CLOCK_NOTES = {
  real: () => "one clock for all rows",
  capped: (/** @type {number} */ gaps) => `${count(gaps, "gap")} shortened`,
  beat: () => "one beat a round",
};

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function timelineView(act) {
  /** @type {Screen | null} */
  let shown = null;
  const canvas = h("canvas.rows", {
    "aria-hidden": "true",
    onclick: (/** @type {MouseEvent} */ { offsetX }) => {
      if (!shown || offsetX < LEFT) return;
      const { from, to } = windowOf(shown, canvas.clientWidth);
      const share = (offsetX - LEFT) / (canvas.clientWidth - LEFT);
      act.seek(shown.clock.toTime(from + share * (to - from)));
    },
  });
  const whole = h("canvas", { "aria-hidden": "true" });
  const slider = h(
    "div.slider",
    { role: "slider", tabindex: "0", "aria-label": "time", "aria-valuemin": "0" },
    whole,
  );
  const { element, note } = panel("timeline", "Timeline", canvas, slider);
  const bars = h("canvas");
  let barsKey = "";

  drag(slider, (share, moving) => {
    if (shown) act[moving ? "drag" : "seek"](shown.clock.toTime(share * shown.clock.length));
  });

  return {
    element,
    brisk: true,
    update(screen, colours) {
      shown = screen;
      const { clock, track, time, frame, state } = screen;
      const { start, end } = track;
      const names = rowNames(track);
      canvas.style.setProperty("--lanes", String(names.length));
      drawRows(canvas, names, screen, colours);
      const { context, width, height } = surface(whole);
      const colour = colours.accepted;
      const key = [whole.width, height, state.clock, track.rounds.length, end, colour].join();
      if (key !== barsKey) {
        // Of a canvas without a pixel no picture can be drawn.
        Object.assign(bars, { width: whole.width || 1, height: whole.height || 1 });
        const drawing = /** @type {CanvasRenderingContext2D} */ (bars.getContext("2d"));
        drawing.setTransform(context.getTransform());
        drawing.fillStyle = colour;
        drawing.fill(barsOf(screen, width, height));
      }
      barsKey = key;
      drawMap(context, bars, width, height, screen, colours, canvas.clientWidth);
      const round =
        frame.round < 0 ? "before the first round" : `round ${track.rounds.index[frame.round]}`;
      const passed = moment(time - start, end - start);
      put(slider, "aria-valuemax", Math.round(end - start));
      put(slider, "aria-valuenow", Math.round(time - start));
      put(slider, "aria-valuetext", `${passed}, ${count(frame.tokens, "token")}, ${round}`);
      const parts = [CLOCK_NOTES[state.clock](clock.gaps.length)];
      if (names.length > 2) parts.push(DRAWN_FIRST);
      if (screen.mark) parts.push(`passed: ${screen.mark.title}`);
      write(note, parts.join(" · "));
    },
  };
}

/**
 * Press, drag and release along an element; gives the share of its width, and whether the pointer
 * is on its way.
 * @param {HTMLElement} element
 * @param {(share: number, moving: boolean) => void} move
 */
function drag(element, move) {
  const follow = (/** @type {PointerEvent} */ { type, clientX }) => {
    const { left, width } = element.getBoundingClientRect();
    move(Math.min(1, Math.max(0, (clientX - left) / width)), type === "pointermove");
  };
  element.onpointerdown = (event) => {
    element.setPointerCapture(event.pointerId);
    follow(event);
  };
  element.onpointermove = (event) => element.hasPointerCapture(event.pointerId) && follow(event);
}

/** Rows that this run has. @param {Track} track */
const rowNames = ({ verifies }) =>
  /** @type {const} */ (["draft", "network", "queue", "verify"]).filter(
    (name) =>
      (name !== "network" && name !== "queue") ||
      verifies[name].subarray(0, LOOKED_AT).some((value) => value > 0),
  );

/**
 * The stretch of screen seconds that the rows show: some rounds around the playhead.
 * @param {Screen} screen
 * @param {number} width
 */
function windowOf({ clock, time, track }, width) {
  const rounds = Math.max(4, Math.round((width - LEFT) / 56));
  const span = Math.min(clock.length, (clock.length * rounds) / Math.max(1, track.rounds.length));
  const from = Math.min(Math.max(0, clock.toSeconds(time) - span * 0.6), clock.length - span);
  return { from, to: from + span };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {string[]} names
 * @param {Screen} screen
 * @param {import("../dom/paint.js").Palette} colours
 */
function drawRows(canvas, names, screen, colours) {
  const { context, width, height } = surface(canvas);
  const { clock, track, time } = screen;
  const { from, to } = windowOf(screen, width);
  const x = (/** @type {number} */ at) =>
    LEFT + ((clock.toSeconds(at) - from) / (to - from || 1)) * (width - LEFT);
  const lane = (height - TOP) / names.length;
  context.font = "13px system-ui, sans-serif";
  names.forEach((name, index) => {
    context.fillStyle = colours.soft;
    context.fillText(name, 0, (index + 0.38) * lane + TOP + 4);
    box(context, colours.line, LEFT, (index + 0.38) * lane + TOP - 1, width - LEFT, 1);
  });
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  context.strokeStyle = colours.soft;
  context.setLineDash([2, 3]);
  for (const gap of clock.gaps)
    context.strokeRect(x(gap.from), 9, x(gap.to) - x(gap.from), height - 12);
  context.setLineDash([]);
  const span = (
    /** @type {string} */ name,
    /** @type {number} */ start,
    /** @type {number} */ end,
    tone = name,
  ) => {
    const left = x(start);
    const wide = Math.max(0.75, x(end) - left - 0.5);
    const top = names.indexOf(name) * lane + TOP;
    box(context, colours[tone], left, top, wide, lane * 0.75, end <= time ? 1 : 0.3);
  };
  const { drafts, prefills, verifies } = track;
  const [first, last] = [clock.toTime(from), clock.toTime(to)];
  each(drafts, first, last, (row, start, end) => span("draft", start, end));
  each(prefills, first, last, (row, start, end) =>
    span(prefills.side[row] === DRAFT_SIDE ? "draft" : "verify", start, end, "line"),
  );
  each(verifies, first, last, (row, start, end) => {
    const sent = start + (verifies.network[row] || 0);
    const begun = sent + (verifies.queue[row] || 0);
    if (sent > start) span("network", start, sent);
    if (begun > sent) span("queue", sent, begun);
    span("verify", begun, end);
  });
  const head = x(time);
  box(context, colours.ink, head - 0.75, 6, 1.5, height);
  context.fill(new Path2D(`M${head - 5} 0h10l-5 8Z`));
  context.restore();
}

/**
 * Every span of a table that touches [first, last].
 * @param {{ time: Float64Array, duration: Float64Array, length: number }} table
 * @param {number} first
 * @param {number} last
 * @param {(row: number, start: number, end: number) => void} draw
 */
function each(table, first, last, draw) {
  for (let row = rowsUpTo(table, first - 1); row < table.length; row++) {
    const start = table.time[row] - table.duration[row];
    if (start > last) return;
    draw(row, start, table.time[row]);
  }
}

/**
 * The whole run as bars, a round each or the mean of those that share a pixel.
 * @param {Screen} screen
 * @param {number} width
 * @param {number} height
 */
function barsOf({ track, clock, k }, width, height) {
  const bars = new Path2D();
  const shares = new Float64Array(Math.ceil(width) + 1);
  const counts = new Uint32Array(shares.length);
  const edge = (/** @type {number} */ time) => (clock.toSeconds(time) / clock.length) * width;
  const { rounds } = track;
  for (const { round, accepted } of verifiedRounds(track)) {
    const left = edge(round.start);
    const right = edge(round.row + 1 < rounds.length ? rounds.time[round.row + 1] : track.end);
    const share = ((accepted + 1) / (Math.max(1, k) + 1)) * (height - 4);
    if (right - left >= 2) bars.rect(left, height - share, right - left - 1, share);
    else {
      shares[Math.floor(left)] += share;
      counts[Math.floor(left)]++;
    }
  }
  for (let at = 0; at < shares.length; at++)
    if (counts[at]) bars.rect(at, height - shares[at] / counts[at], 1, height);
  return bars;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} bars
 * @param {number} width
 * @param {number} height
 * @param {Screen} screen
 * @param {import("../dom/paint.js").Palette} colours
 * @param {number} rowsWidth
 */
function drawMap(context, bars, width, height, screen, colours, rowsWidth) {
  const { clock, time, recording, track } = screen;
  const at = (/** @type {number} */ seconds) => (seconds / clock.length) * width;
  const x = (/** @type {number} */ moment) => at(clock.toSeconds(moment));
  const head = x(time);
  context.save();
  context.globalAlpha = 0.28;
  context.drawImage(bars, 0, 0, width, height);
  context.beginPath();
  context.rect(0, 0, head, height);
  context.clip();
  context.globalAlpha = 0.75;
  context.drawImage(bars, 0, 0, width, height);
  context.restore();
  const { from, to } = windowOf(screen, rowsWidth);
  context.strokeStyle = colours.soft;
  context.strokeRect(at(from) + 0.5, 0.5, Math.max(2, at(to) - at(from) - 1), height - 1);
  const notch = (
    /** @type {number} */ moment,
    /** @type {string} */ colour,
    /** @type {number} */ alpha,
  ) =>
    moment >= track.start &&
    moment <= track.end &&
    box(context, colour, x(moment) - 1, 0, 2, 7, alpha);
  for (const mark of screen.marks) notch(mark.time, colours.ink, mark.own ? 1 : 0.45);
  for (const fault of recording.faults) notch(fault.time, colours.rejected, 1);
  const { span } = screen.state;
  if (span) {
    const [first, last] = [span[0], span[1] ?? time].map(x);
    box(context, colours.bonus, first, 0, Math.max(2, last - first), height, 0.25);
  }
  box(context, colours.ink, head - 1, 0, 2, height);
}
