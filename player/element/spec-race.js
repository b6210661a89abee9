// <spec-race>: two to four recordings on one clock, or one with its recorded baselines. `src` lists
// them, with blanks between.

import { humaneSpeed } from "../core/clock.js";
import { length } from "../core/measures/numbers.js";
import { alike, runner, runnersOf } from "../core/race.js";
import {
  failure,
  fetchPieces,
  openRecording,
  readRecording,
  reason,
  RecordingError,
} from "../core/recording/recording.js";
import { h, put, write } from "../dom/dom.js";
import { Shell } from "../dom/shell.js";
import { diffView } from "../views/diff.js";
import { raceView } from "../views/race.js";

const MOST = 4;
const STEPS = 1000; // of the slider

/**
 * The element. Attributes: `src`, `names` (comma between), `autoplay`, `theme`. Events: `ready`,
 * `ended`, `error`.
 */
export class SpecRace extends Shell {
  seconds = 0;
  playing = false;
  button = h("button.play", { onclick: () => (this.playing ? this.pause() : this.play()) }, "Play");
  slider = h("input", {
    type: "range",
    min: 0,
    max: STEPS,
    "aria-label": "time of the race",
    oninput: () => this.seek((Number(this.slider.value) / STEPS) * this.duration),
  });

  connectedCallback() {
    const sources = (this.getAttribute("src") ?? "").split(/\s+/).filter(Boolean).slice(0, MOST);
    if (sources.length && !this.runners) this.load(sources).catch((error) => this.fail(error));
  }

  disconnectedCallback() {
    this.playing = false;
  }

  /** @param {string[]} sources */
  async load(sources) {
    const read = async (/** @type {string} */ source) => {
      try {
        return await readRecording(await fetchPieces(source));
      } catch (error) {
        throw new RecordingError(failure(error, source));
      }
    };
    this.show(await Promise.all(sources.map(read)), sources);
  }

  /**
   * Shows recordings from their bytes.
   * @param {(ArrayBuffer | Uint8Array<ArrayBuffer>)[]} data
   * @param {string[]} [sources]
   */
  async open(data, sources = []) {
    this.show(await Promise.all(data.slice(0, MOST).map(openRecording)), sources);
  }

  /**
   * @param {import("../core/recording/recording.js").Recording[]} recordings
   * @param {string[]} sources
   */
  show(recordings, sources) {
    const names = (this.getAttribute("names") ?? "").split(",").map((name) => name.trim());
    const named = (
      /** @type {import("../core/recording/recording.js").Recording} */ recording,
      /** @type {number} */ index,
    ) =>
      names[index] ||
      recording.header.title ||
      (sources[index] ?? "").split("/").pop() ||
      `run ${index + 1}`;
    this.runners =
      recordings.length === 1
        ? runnersOf(recordings[0])
        : recordings.map((recording, index) =>
            runner(named(recording, index), recording, recording.main),
          );
    this.build(recordings);
    this.emit("ready");
    if (this.hasAttribute("autoplay")) this.play();
  }

  /** @param {import("../core/recording/recording.js").Recording[]} recordings */
  build(recordings) {
    const runners = this.runners ?? [];
    const race = raceView(runners);
    this.race = race;
    this.speed = humaneSpeed(race.length);
    const simulated = [...new Set(recordings.flatMap((one) => one.simulated))].map((part) =>
      h("span.chip", `simulated: ${part}`),
    );
    const pair =
      runners.length === 2 && alike(runners).prompt
        ? [diffView(runners[0], runners[1]).element]
        : [];
    this.frame.replaceChildren(
      h("p.banner", { hidden: !simulated.length }, ...simulated),
      h(
        "div.body",
        race.element,
        h(
          "div.controls",
          this.button,
          this.slider,
          h("span.quiet", `at ${this.speed} times real time`),
        ),
        ...pair,
      ),
    );
    this.toggleAttribute("ready", true);
    this.seek(race.length);
  }

  get duration() {
    return this.race?.length ?? NaN;
  }
  get currentTime() {
    return this.seconds;
  }
  set currentTime(seconds) {
    this.seek(seconds);
  }
  /** The standing right now: tokens of each, the leader's index (-1 when level), and its lead. */
  get standing() {
    return this.now;
  }

  /** Shows the race after `seconds` of real time. @param {number} seconds */
  seek(seconds) {
    if (!this.race) return;
    this.seconds = Math.min(this.race.length, Math.max(0, seconds));
    this.now = this.race.show(this.seconds);
    this.slider.value = String((this.seconds / this.race.length) * STEPS);
    put(this.slider, "aria-valuetext", length(this.seconds * 1e6));
  }

  play() {
    if (!this.race || this.playing) return;
    this.playing = true;
    if (this.seconds >= this.race.length) this.seek(0);
    let before = performance.now();
    const step = (/** @type {number} */ now) => {
      if (!this.playing || !this.race) return;
      this.seek(this.seconds + (Math.min(100, now - before) / 1000) * (this.speed ?? 1));
      before = now;
      if (this.seconds < this.race.length) requestAnimationFrame(step);
      else {
        this.pause();
        this.emit("ended");
      }
    };
    requestAnimationFrame(step);
    write(this.button, "Pause");
  }

  pause() {
    this.playing = false;
    write(this.button, "Play");
  }

  /** @param {unknown} error */
  fail(error) {
    this.refuse("race", reason(error));
  }
}
