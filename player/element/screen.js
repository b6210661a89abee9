// The screen as a function of the state: everything the views show, computed once per change.

import { timeMap } from "../core/clock.js";
import { outputIndex } from "../core/decision.js";
import { frame } from "../core/frame.js";
import { markAt, marksOf, ownMarks } from "../core/marks.js";
import { Round } from "../core/round.js";
import { countTrack } from "../core/measures/counts.js";
import { mostDrafted } from "../core/measures/history.js";
import { rates, speedups } from "../core/measures/stats.js";
import { focusOf, slowMotion } from "../core/slow-motion.js";
import { growingTexts, uncutTokens } from "../core/text.js";

/** @typedef {import("../core/recording/recording.js").Recording} Recording */
/** @typedef {import("../core/decision.js").Reference} Reference */
/** @typedef {ReturnType<typeof createScene>} Scene */
/** @typedef {ReturnType<typeof createScreen>} Screen */
/** @typedef {import("../dom/paint.js").Palette} Palette */

/**
 * A panel, or a part of one. A brisk one is in every picture, whatever else must wait;
 * one that can `toggle` plays on a clock of its own.
 * @typedef {{
 *   element: HTMLElement,
 *   update(screen: Screen, colours: Palette): void,
 *   brisk?: boolean,
 *   toggle?(): void,
 * }} View
 */

/**
 * @typedef {object} State
 * @property {number} time  microseconds of the recording's clock
 * @property {Reference | null} selected  what was chosen: tapped, stepped to or linked
 * @property {Reference | null} hovered  what the pointer or the focus rests on
 * @property {boolean} playing
 * @property {number} speed
 * @property {import("../core/clock.js").ClockName} clock
 * @property {string} view  "all" or one view's name
 * @property {string} tab  which part of the stage is shown where there is room for one
 * @property {boolean} lost  whether lost drafts stand in the text
 * @property {boolean} only  whether the tree shows its round alone, as a picture for a slide
 * @property {"off" | "following" | "behind"} live  whether the recording still grows, and the
 *   playhead with it
 * @property {"" | "more" | "help"} sheet  what lies over the stage
 * @property {boolean} present  large type, one scene at a time
 * @property {[number, number | null] | null} span  where a loop begins and ends
 */

/** The state before anything was done. @type {State} */
export const START = {
  time: 0,
  selected: null,
  hovered: null,
  playing: false,
  speed: 1,
  clock: "real",
  view: "all",
  tab: "round",
  lost: false,
  only: false,
  sheet: "",
  live: "off",
  present: false,
  span: null,
};

/** Whether the reader wants no motion: steps are whole then. */
const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

/** @typedef {ReturnType<typeof growingTexts>} Writing the texts of a track's tokens */

/**
 * What does not change while a recording is shown. One that grows gets a new scene, made from the
 * one before it.
 * @param {Recording} recording
 * @param {{ growing: boolean, before?: { track: Recording["main"], writing: Writing } }} [growth]
 */
export function createScene(recording, { growing, before } = { growing: false }) {
  const track = recording.main;
  const writing = before?.track === track ? before.writing : growingTexts(recording, track);
  const rule = String(recording.header.rule ?? "unknown");
  /** @type {Record<string, import("../core/clock.js").TimeMap>} */
  const maps = {};
  /** @type {import("../core/marks.js").Mark[] | undefined} */
  let marks;
  /** @type {ReturnType<typeof speedups> | undefined} */
  let gains;
  return {
    recording,
    track,
    // Of an engine that does not tell its K, what it drafted at most.
    k: Number(recording.header.k) || (rule === "own" ? mostDrafted(track) : 0),
    rule,
    writing,
    /** The same array for as long as the track grows. */
    get texts() {
      writing.extend(!growing);
      return writing.texts;
    },
    // What is asked for later than the first picture is counted then.
    get whole() {
      return countTrack(track);
    },
    get wholeRates() {
      return rates(this.whole);
    },
    get speedups() {
      return (gains ??= speedups(recording, this.whole));
    },
    // A recording that grows is not searched through at each picture: the marks that are found wait
    // for its end.
    get marks() {
      return (marks ??= growing ? ownMarks(recording) : marksOf(recording));
    },
    uncut: growing ? Infinity : uncutTokens(recording, track),
    /** @param {import("../core/clock.js").ClockName} name */
    map: (name) => (maps[name] ??= timeMap(track, name, rule)),
  };
}

/**
 * What is on screen at a moment, and through it everything of its scene.
 * @param {Scene} scene
 * @param {State} state
 */
export function createScreen(scene, state) {
  const { recording, track } = scene;
  const now = frame(recording, state.time, track);
  const chosen = state.hovered ?? state.selected;
  const round = chosen ? chosen.round : now.round;
  const slow = slowMotion(recording, track, round, state.time, still?.matches);
  const tokens = slow.tokens.map(({ one }) => one);
  const focus = chosen ?? focusOf(slow) ?? usual(track, round, tokens);
  const screen = {
    __proto__: scene,
    state,
    frame: now,
    time: state.time,
    clock: scene.map(state.clock),
    focus,
    round,
    /** the round as far as it is told */
    slow,
    still: Boolean(still?.matches),
    decisions: tokens,
    decision: tokens.find((one) => same(one.at, focus)) ?? null,
    /** index in the text of the token that is current, -1 before any */
    current:
      chosen && outputIndex(track, chosen) >= 0 ? outputIndex(track, chosen) : now.tokens - 1,
    /** the mark that was passed last */
    get mark() {
      return markAt(scene.marks, state.time);
    },
    /** the author's mark that was passed last */
    get own() {
      return markAt(ownMarks(recording), state.time);
    },
  };
  return /** @type {Scene & typeof screen} */ (screen);
}

/**
 * What to look at in a round when nothing was chosen: its rejection, else its latest token.
 * @param {Scene["track"]} track
 * @param {number} round
 * @param {import("../core/decision.js").Decision[]} tokens
 * @returns {Reference | null}
 */
function usual(track, round, tokens) {
  if (round < 0) return null;
  const { rejected } = new Round(track, round);
  const shown =
    tokens.find((one) => one.at.node === rejected && one.state === "rejected") ??
    tokens[tokens.length - 1];
  return shown?.at ?? { round, node: 0 };
}

/**
 * Whether two references mean the same token.
 * @param {Reference | null} one
 * @param {Reference | null} other
 */
export function same(one, other) {
  return one !== null && other !== null && one.round === other.round && one.node === other.node;
}

/**
 * Whether a view is seen when the reader has chosen `name`: the timeline always, what compares only
 * when asked for. Of the stage, a screen with little room shows a tab at a time.
 * @param {View} view
 * @param {string} name
 */
export function shows({ element }, name) {
  const { view } = element.dataset;
  if (!view || view === name || view === "timeline") return true;
  if (view === "gauge" && name === "metrics") return true;
  return name === "all" && view !== "race" && view !== "whatif";
}
