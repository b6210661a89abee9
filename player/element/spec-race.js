// <spec-race>: two to four recordings on one clock, or one with its recorded baselines. `src` lists
// them, with blanks between.

import { alike, runnersOf, runnersOfEach } from "../core/race/race.js";
import {
  failure,
  fetchPieces,
  openRecording,
  readRecording,
  reason,
  RecordingError,
} from "../core/recording/recording.js";
import { h } from "../dom/dom.js";
import { Shell } from "../dom/shell.js";
import { diffView } from "../views/diff.js";
import { Racing } from "./racing.js";

const MOST = 4;
const STILL = "(prefers-reduced-motion: reduce)";

/** @typedef {import("../core/recording/recording.js").Recording} Recording */

/**
 * The element. Attributes: `src`, `names` (comma between), `autoplay` (while it is in view, and
 * never where the reader asked for less motion), `theme`. Events: `ready`, `ended`, `error`.
 */
export class SpecRace extends Shell {
  /** @type {Racing | null} */
  racing = null;
  /** @type {IntersectionObserver | null} */
  sight = null;

  connectedCallback() {
    const sources = (this.getAttribute("src") ?? "").split(/\s+/).filter(Boolean).slice(0, MOST);
    this.racing?.style();
    if (this.racing) this.watch();
    else if (sources.length) this.load(sources).catch((error) => this.fail(error));
  }

  disconnectedCallback() {
    this.sight?.disconnect();
    this.pause();
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
   * @param {string[]} [files] their names
   */
  async open(data, files = []) {
    this.show(await Promise.all(data.slice(0, MOST).map(openRecording)), files);
  }

  /** @param {Recording[]} recordings @param {string[]} files */
  show(recordings, files) {
    const names = (this.getAttribute("names") ?? "").split(",").map((name) => name.trim());
    const runners =
      recordings.length === 1 ? runnersOf(recordings[0]) : runnersOfEach(recordings, names, files);
    this.racing?.pause();
    this.racing = new Racing(runners, () => this.emit("ended"));
    const simulated = [...new Set(recordings.flatMap((one) => one.simulated))].map((part) =>
      h("span.chip", `simulated: ${part}`),
    );
    // Where two texts are the same there is no difference to show.
    const pair = runners.length === 2 && alike(runners).prompt && !this.racing.view.result.same;
    this.frame.replaceChildren(
      h("p.banner", { hidden: !simulated.length }, ...simulated),
      h("div.body", this.racing.element, pair && diffView(runners[0], runners[1]).element),
    );
    this.racing.style();
    this.toggleAttribute("ready", true);
    this.emit("ready");
    this.watch();
  }

  /** Plays by itself, where it may, once it is in view; never out of it. */
  watch() {
    let begun = !this.hasAttribute("autoplay") || matchMedia(STILL).matches;
    if (!begun) this.seek(0);
    this.sight = new IntersectionObserver((entries) => {
      const seen = entries.some((entry) => entry.isIntersecting);
      if (!seen) this.pause();
      else if (!begun) this.play();
      begun ||= seen;
    });
    this.sight.observe(this);
  }

  /** Seconds until the last is in. */
  get duration() {
    return this.racing?.length ?? NaN;
  }
  get playing() {
    return this.racing?.playing ?? false;
  }
  get currentTime() {
    return this.racing?.seconds ?? 0;
  }
  set currentTime(seconds) {
    this.seek(seconds);
  }
  /**
   * The standing right now: tokens of each, which are in, who leads (-1 when level), and its lead.
   */
  get standing() {
    return this.racing?.now;
  }
  /**
   * How it ends: order of finish, ranks, winner, lead in microseconds, whether texts are the same.
   */
  get result() {
    return this.racing?.view.result;
  }

  /** Shows the race after `seconds` of real time. @param {number} seconds */
  seek(seconds) {
    this.racing?.seek(seconds);
  }
  play() {
    this.racing?.play();
  }
  pause() {
    this.racing?.pause();
  }

  /** @param {unknown} error */
  fail(error) {
    this.refuse("race", reason(error));
  }
}
