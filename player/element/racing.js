// A race that can be played: its own clock, from 0 until the last is in, whatever else is on
// screen.

import { factor, length, moment } from "../core/measures/numbers.js";
import { humaneSpeed, nextSpeed } from "../core/clock.js";
import { paceAt } from "../core/race/race.js";
import { h, put, write } from "../dom/dom.js";
import { addSheet } from "../dom/shell.js";
import { button } from "../parts/buttons.js";
import { raceView } from "../views/race.js";

const STEPS = 1000; // of the slider
const SHARE = 0.6; // of the time that a run takes on screen
const LONGEST_FRAME = 100; // milliseconds: a page that was hidden does not jump

/** @typedef {import("../core/race/race.js").Runner} Runner */

export class Racing {
  seconds = 0;
  playing = false;
  played = false;
  /** The standing of the moment: see `standing` in core/race/race.js. */
  now = /** @type {ReturnType<typeof import("../core/race/race.js").standing> | null} */ (null);

  /**
   * @param {Runner[]} runners
   * @param {() => void} [ended]
   */
  constructor(runners, ended = () => {}) {
    this.runners = runners;
    this.ended = ended;
    this.button = h("button.play", { onclick: () => this.toggle() });
    this.slider = h("input", {
      type: "range",
      min: 0,
      max: STEPS,
      "aria-label": "time of the race",
      oninput: () => this.seek((Number(this.slider.value) / STEPS) * this.length),
    });
    this.clock = h("output.clock");
    this.pace = h("span.at-speed");
    const slower = button("−", "slower", () => this.faster(-1));
    const faster = button("+", "faster", () => this.faster(1));
    const speed = h("span.group", ...slower, ...faster);
    const clock = h("span.times", this.clock, this.pace);
    const transport = h("div.race-bar", this.button, this.slider, clock, speed);
    this.view = raceView(runners, transport);
    this.element = this.view.element;
    this.speed = humaneSpeed(this.length / SHARE);
    this.seek(this.length);
  }

  /** Seconds until the last is in. */
  get length() {
    return this.view.length;
  }

  /** Gives the root in which it stands the look of a race. */
  style() {
    const root = this.element.getRootNode();
    if (typeof RACE_CSS !== "undefined" && root instanceof ShadowRoot) addSheet(root, RACE_CSS);
  }

  /** Shows the race after `seconds` of real time. @param {number} seconds */
  seek(seconds) {
    this.seconds = Math.min(this.length, Math.max(0, seconds));
    this.now = this.view.show(this.seconds);
    const passed = moment(this.seconds * 1e6, this.length * 1e6);
    this.slider.value = String((this.seconds / this.length) * STEPS);
    put(this.slider, "aria-valuetext", passed);
    write(this.clock, `${passed} of ${length(this.length * 1e6)}`);
    this.label();
  }

  label() {
    const over = this.seconds >= this.length;
    write(this.button, this.playing ? "Pause" : over && this.played ? "Race again" : "Play");
    const pace = paceAt(this.runners, this.seconds, this.speed);
    const what = pace < this.speed ? "for the first rounds" : "real time";
    write(this.pace, `${factor(Number(pace.toPrecision(2)))} ${what}`);
  }

  /** @param {1 | -1} direction */
  faster(direction) {
    this.speed = nextSpeed(this.speed, direction);
    this.label();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** From where it stands; from 0 where it is over. */
  play() {
    if (this.playing) return;
    this.playing = this.played = true;
    if (this.seconds >= this.length) this.seek(0);
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      if (!this.playing) return;
      const passed = Math.min(LONGEST_FRAME, now - before) / 1000;
      before = now;
      this.seek(this.seconds + passed * paceAt(this.runners, this.seconds, this.speed));
      if (this.seconds < this.length) requestAnimationFrame(step);
      else {
        this.pause();
        this.ended();
      }
    };
    requestAnimationFrame(step);
    this.label();
  }

  pause() {
    this.playing = false;
    this.label();
  }
}
