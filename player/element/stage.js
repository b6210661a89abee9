// What is drawn of a player, and when: its views, one picture at a time. What is out of sight, or
// slow while the reader drags, waits for a later picture.

import { h, write } from "../dom/dom.js";
import { colourProbe, isStretched, palette } from "../dom/paint.js";
import { spoken } from "../parts/spoken.js";
import { shows } from "./screen.js";
import { createTurns } from "./turns.js";
import { controlsView, tabsView } from "../views/controls.js";
import { gaugeView } from "../views/gauge.js";
import { markView } from "../views/mark.js";
import { roundView } from "../views/round.js";
import { textView } from "../views/text.js";
import { timelineView } from "../views/timeline.js";
import { treeView } from "../views/tree.js";

/** @typedef {import("./screen.js").Screen} Screen */
/** @typedef {import("./screen.js").View} View */

const REST = 60; // ms without a move after which a drag rests
const PATIENCE = 40; // pictures of a drag that a slow view may miss
const AWAKE = 2500; // ms for which a talk shows its controls
const TYPE = 13; // pixels of the smallest type
const LEGIBLE = 0.034; // of the height, in a talk
const SCENE = 698; // pixels of that type's screen that a scene is wide at least
const LARGE = [1920, 1080]; // a window beyond this has larger type

/** The views of a player, and who draws in which picture. */
export class Stage {
  body = h("div.body");
  probe = colourProbe();
  announced = h("p.live", { "aria-live": "polite" });
  takeTurns = createTurns();
  /** @type {View[]} those that are always there, in the order in which they draw */
  views = [];
  /** @type {Record<string, View[]>} those that were asked for, by the part that brought them */
  asked = {};
  /** @type {Set<Element>} panels that are scrolled out of sight */
  away = new Set();
  sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting) this.away.delete(target);
      else this.away.add(target);
    this.schedule();
  });
  dragged = false;
  /** Whether what comes first is drawn first, and the rest in the picture after it. */
  opening = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  restTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  wakeTimer;
  ink = "";
  /** @type {import("../dom/paint.js").Palette} */
  colours = {};

  /** @param {(late?: boolean) => void} schedule asks for the next picture */
  constructor(schedule) {
    this.schedule = schedule;
  }

  /**
   * @param {import("./actions.js").Actions} acts
   * @param {View} gain  the header's part that follows from the whole run
   */
  makeViews(acts, gain) {
    if (this.views.length) return;
    const [mark, text, round] = [markView(), textView(acts), roundView(acts)];
    const [timeline, controls, tabs] = [timelineView(acts), controlsView(acts), tabsView(acts)];
    const [tree, gauge] = [treeView(acts), gaugeView()];
    const details = [text.beneath, tree.beneath];
    const all = [mark, tabs, text, round, tree, gauge, timeline, controls];
    this.body.append(...all.map((view) => view.element));
    gauge.element.tabIndex = 0; // it scrolls
    for (const { element } of [text, round, tree, gauge]) this.sight.observe(element);
    // What the others write may give a canvas another size after it was drawn.
    const sizes = new ResizeObserver((entries) => {
      const canvases = entries.map(({ target }) => /** @type {HTMLCanvasElement} */ (target));
      if (canvases.some(isStretched)) this.refresh();
    });
    for (const canvas of this.body.querySelectorAll("canvas")) sizes.observe(canvas);
    // Canvases measure before the others write: one layout a change.
    this.views = [timeline, tree, controls, tabs, round, gauge, text, ...details, mark];
    this.views.push(gain);
  }

  /**
   * Puts the views that were asked for in place of those before.
   * @param {string} part @param {View[]} views
   */
  add(part, views) {
    for (const view of this.asked[part] ?? []) view.element.remove();
    for (const { element } of views.filter((view) => view.element.dataset.view)) {
      element.tabIndex = 0; // it scrolls
      this.sight.observe(element);
    }
    this.body.querySelector(".timeline")?.before(...views.map((view) => view.element));
    this.asked[part] = views;
  }

  get later() {
    return Object.values(this.asked).flat();
  }

  /**
   * Draws a picture.
   * @param {Screen} screen
   * @param {boolean} late only what is out of sight
   */
  draw(screen, late) {
    const { view: chosen, tab, live, playing, hovered } = screen.state;
    Object.assign(this.body.dataset, { show: chosen, tab });
    this.readColours();
    // What there is to read and to take hold of is in the first picture, the rest and what is out
    // of sight in the next.
    const { opening } = this;
    this.opening = false;
    const all = [...this.views, ...this.later];
    const views = all.filter((view) => shows(view, chosen));
    for (const view of all)
      if (view.element.dataset.view) view.element.hidden = !views.includes(view);
    // What is folded away is not drawn at all; it comes into sight before it is.
    const shown = views.filter(
      (view) =>
        late === (!view.brisk && (opening || this.away.has(view.element))) &&
        (!late || view.element.checkVisibility()),
    );
    const following = live === "following";
    const must = shown.filter((view, at) => (this.dragged ? !at : view.brisk || !following));
    const others = shown.filter((view) => !must.includes(view));
    const patience = this.dragged ? PATIENCE : 0;
    const behind = this.takeTurns(must, others, patience, screen, this.colours);
    for (const { element } of shown) element.dataset.drawn = ""; // before that it would only move
    if (this.dragged) this.rest();
    else if (opening || behind) this.schedule();
    else if (!late && shown.length < views.length) this.schedule(true);
    else if (!following && !playing && !hovered) write(this.announced, spoken(screen));
  }

  readColours() {
    const ink = getComputedStyle(this.probe).color;
    if (ink !== this.ink) this.colours = palette(this.probe);
    this.ink = ink;
  }

  /**
   * The reader drags: a picture draws as much as it has time for, and all of it once the pointer
   * rests.
   */
  drag() {
    this.dragged = true;
  }

  rest() {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.dragged = false;
      this.schedule();
    }, REST);
  }

  /** The pointer moved in a talk: what it could press is shown for a while. */
  wake() {
    clearTimeout(this.wakeTimer);
    this.body.dataset.awake = "";
    this.wakeTimer = setTimeout(() => delete this.body.dataset.awake, AWAKE);
  }

  /**
   * Sets the type for the room there is: a talk's smallest can be read from the last row.
   * @param {HTMLElement} host
   * @param {boolean} present
   */
  fit({ clientWidth: width, clientHeight: height }, present) {
    const talk = Math.min((height * LEGIBLE) / TYPE, width / SCENE);
    const scale = present ? talk : Math.min(width / LARGE[0], height / LARGE[1]);
    const frame = this.body.parentElement;
    if (frame) frame.style.zoom = String(Math.max(1, scale));
    this.refresh();
  }

  /** Theme or size may have changed. */
  refresh() {
    this.ink = "";
    this.schedule();
  }
}
