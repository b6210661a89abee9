// Playing: how far the playhead has come on the screen's clock, and where it stops.

import { markBetween } from "../core/marks.js";

/** @typedef {import("../core/clock.js").TimeMap} TimeMap */
/** @typedef {import("./screen.js").State} State */

const LONGEST_FRAME = 100; // ms: a page that was asleep does not leap

export class Playback {
  constructor() {
    this.seconds = 0;
    this.lastFrame = 0;
  }

  /** Begins at a time of the recording. @param {TimeMap} map @param {number} time */
  start(map, time) {
    this.lastFrame = 0;
    this.seconds = map.toSeconds(time);
  }

  /**
   * Goes on by a frame; true when the end is reached.
   * @param {TimeMap} map
   * @param {number} now milliseconds
   * @param {number} speed
   */
  advance(map, now, speed) {
    const passed = this.lastFrame ? Math.min(LONGEST_FRAME, now - this.lastFrame) : 0;
    this.seconds += (passed / 1000) * speed;
    this.lastFrame = now;
    return this.seconds >= map.length;
  }

  /**
   * Where playing has come to: on, back to the loop's beginning, or to a stop at a mark or at the
   * end.
   * @param {import("./screen.js").Scene} scene
   * @param {State} state
   * @param {{ pauseOnMarks: boolean, loop: boolean }} wishes
   * @returns {Partial<State>}
   */
  state({ map: mapOf, marks, track }, { clock, time: before, span }, { pauseOnMarks, loop }) {
    const map = mapOf(clock);
    const over = this.seconds >= map.length;
    const time = map.toTime(Math.min(this.seconds, map.length));
    if (span && span[1] !== null && time >= span[1]) return this.back(map, span[0]);
    const stop = pauseOnMarks ? markBetween(marks, before, time) : null;
    if (stop) return { time: stop.time, playing: false };
    if (over && loop) return this.back(map, track.start);
    return { time, playing: !over };
  }

  /** @param {TimeMap} map @param {number} time */
  back(map, time) {
    this.seconds = map.toSeconds(time);
    return { time, playing: true };
  }
}
