// Clocks: how the recording's microseconds lie on the screen's seconds. One map per clock,
// piecewise linear, shared by playing, the scrubber and the timeline, so that they never disagree.
// Speeds are factors on top.

import { countUpTo } from "./recording/table.js";
import { Round } from "./round.js";

/** @typedef {import("./recording/track.js").Track} Track */
/** @typedef {"real" | "capped" | "beat"} ClockName */

/** The clocks and what they are called. @type {[ClockName, string][]} */
export const CLOCKS = [
  ["real", "real time"],
  ["capped", "gaps capped"],
  ["beat", "a beat a round"],
];

/** Speeds from a thousandth to sixteen-fold, in steps of about two. */
const SPEEDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16];

const COMFORTABLE_SECONDS = 25; // how long a run lasts on screen unless asked otherwise
// A stretch without any event is a gap when longer than this many median rounds.
const GAP_ROUNDS = 3;
// Of a beat: drafting, the target's pass, and time to look.
const BEAT_SHARES = { drafted: 0.4, verified: 0.65 };

/** Recording microseconds to screen seconds at speed 1, and back. Both columns never decrease. */
export class TimeMap {
  /**
   * @param {number[]} times microseconds
   * @param {number[]} seconds
   * @param {{ from: number, to: number }[]} [gaps]
   */
  constructor(times, seconds, gaps = []) {
    this.times = times;
    this.seconds = seconds;
    this.gaps = gaps;
  }

  get length() {
    return this.seconds.at(-1) ?? 0;
  }

  /** @param {number} time @returns {number} */
  toSeconds(time) {
    return interpolate(this.times, this.seconds, time);
  }

  /** @param {number} seconds @returns {number} whole microseconds */
  toTime(seconds) {
    return Math.round(interpolate(this.seconds, this.times, seconds));
  }
}

/** @param {number[]} from @param {number[]} to @param {number} value */
function interpolate(from, to, value) {
  const last = from.length - 1;
  const next = countUpTo(from, from.length, value);
  if (next === 0) return to[0];
  if (next > last) return to[last];
  const span = from[next] - from[next - 1];
  return to[next - 1] + (to[next] - to[next - 1]) * (span ? (value - from[next - 1]) / span : 1);
}

/** @param {Track} track @param {ClockName} name @returns {TimeMap} */
export function timeMap(track, name) {
  if (name === "beat") return beatMap(track);
  return name === "capped" ? cappedMap(track) : realMap(track);
}

/** Real time, with the time of other tracks taken out. @param {Track} track */
function realMap(track) {
  const times = [];
  const seconds = [];
  let spent = 0;
  for (const [start, end] of track.pieces) {
    times.push(start, end);
    seconds.push(spent, spent + (end - start) / 1e6);
    spent += (end - start) / 1e6;
  }
  return new TimeMap(times.length ? times : [0, 1], times.length ? seconds : [0, 1e-6]);
}

/**
 * Real time, but no stretch without an event lasts longer than a few rounds.
 * @param {Track} track
 */
function cappedMap(track) {
  const cap = GAP_ROUNDS * medianRound(track);
  const gaps = gapsOf(track, cap);
  const real = realMap(track);
  const points = [...new Set([...real.times, ...gaps.flatMap(({ from, to }) => [from, to])])].sort(
    (a, b) => a - b,
  );
  let passed = 0;
  const seconds = points.map((point, index) => {
    const before = points[Math.max(0, index - 1)];
    const inside = gaps.some(({ from, to }) => from <= before && point <= to);
    const span = real.toSeconds(point) - real.toSeconds(before);
    return (passed += inside ? Math.min(span, cap / 1e6) : span);
  });
  return new TimeMap(points, seconds, gaps);
}

/**
 * One second a round, in fixed shares: drafting, the target's pass, a look at the outcome.
 * @param {Track} track
 */
function beatMap(track) {
  const { rounds, drafts, verifies } = track;
  const times = [track.start];
  const seconds = [0];
  const lead = track.start < (rounds.length ? rounds.time[0] : track.end) ? 0.5 : 0;
  /** @param {number} time @param {number} second */
  const point = (time, second) => {
    times.push(Math.max(time, times[times.length - 1]));
    seconds.push(second);
  };
  for (let row = 0; row < rounds.length; row++) {
    const at = lead + row;
    const round = new Round(track, row);
    const [draftFrom, draftTo] = round.rows("draft");
    const [verifyFrom, verifyTo] = round.rows("verify");
    point(round.start, at);
    if (draftTo > draftFrom) point(drafts.time[draftTo - 1], at + BEAT_SHARES.drafted);
    if (verifyTo > verifyFrom) point(verifies.time[verifyTo - 1], at + BEAT_SHARES.verified);
    point(round.end, at + BEAT_SHARES.verified + 0.02);
  }
  point(track.end, lead + rounds.length);
  if (!rounds.length) seconds[seconds.length - 1] = 1;
  return new TimeMap(times, seconds);
}

/** The middle one of the rounds' lengths, in microseconds. @param {Track} track */
function medianRound(track) {
  const { rounds } = track;
  if (!rounds.length) return Math.max(1, track.end - track.start);
  const lengths = Float64Array.from({ length: rounds.length }, (_, row) => {
    const round = new Round(track, row);
    return round.end - round.start;
  }).sort();
  return Math.max(1, lengths[rounds.length >> 1]);
}

/**
 * Stretches of a track longer than `cap` in which no event falls.
 * @param {Track} track
 * @param {number} cap
 */
function gapsOf(track, cap) {
  const events = track.timed.flatMap((table) => [...table.time.subarray(0, table.length)]);
  const gaps = [];
  let before = track.start;
  for (const time of Float64Array.from([...events, track.end]).sort()) {
    if (time - before > cap) gaps.push({ from: before, to: time });
    before = time;
  }
  return gaps;
}

/** A speed at which a run of `seconds` lasts a humane time on screen. @param {number} seconds */
export function humaneSpeed(seconds) {
  const wanted = seconds / COMFORTABLE_SECONDS;
  return SPEEDS.reduce((best, speed) =>
    Math.abs(Math.log(speed / wanted)) < Math.abs(Math.log(best / wanted)) ? speed : best,
  );
}

/** The next speed up or down. @param {number} speed @param {1 | -1} direction */
export function nextSpeed(speed, direction) {
  if (direction > 0) return SPEEDS.find((step) => step > speed * 1.001) ?? speed;
  return SPEEDS.findLast((step) => step < speed * 0.999) ?? speed;
}
