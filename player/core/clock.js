// Clocks: how the recording's microseconds lie on the screen's seconds. One map per clock,
// piecewise linear, shared by playing, the scrubber and the timeline, so that they never disagree.
// Speeds are factors on top.

import { countUpTo, rowsUpTo } from "./recording/table.js";
import { Round } from "./round.js";
import { stepsOf, TICKS } from "./slow-motion.js";

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

/**
 * Of a beat, before it is scaled to what a round has: all steps of a kind together, what was before
 * left behind, and a look at the end.
 */
const SHARES = {
  ...{ draft: 30, verify: 12, bars: 6, coin: 24, settle: 6, residual: 8, draw: 8, join: 6 },
  ...{ leave: 8, look: 14 },
};
const KEPT = 100; // rounds: those that the timeline shows at once
/** Of a step: what led to it, before it is told. */
const LEAD = { draft: 0.55, verify: 0.8 };

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

/**
 * @param {Track} track
 * @param {ClockName} name
 * @param {string} [rule] by which the run's tokens were judged
 * @returns {TimeMap}
 */
export function timeMap(track, name, rule = "") {
  if (name === "beat") return new BeatMap(track, rule);
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
 * A second for each round, shared by the steps of its slow motion. Nothing is laid out before it
 * is asked for: a round is found by its place.
 */
class BeatMap extends TimeMap {
  /** @type {Map<number, { end: number, points: TimeMap }>} of the rounds asked for last */
  near = new Map();

  /** @param {Track} track @param {string} rule */
  constructor(track, rule) {
    super([], []);
    this.track = track;
    this.rule = rule;
    const { rounds } = track;
    const first = rounds.length ? rounds.time[0] : track.end;
    this.lead = track.start < first || !rounds.length ? 0.5 : 0;
  }

  get length() {
    return this.lead + this.track.rounds.length;
  }

  /** @param {number} row when the next round begins, or the track ends */
  end(row) {
    const { rounds } = this.track;
    return row + 1 < rounds.length ? rounds.time[row + 1] : this.track.end;
  }

  /** The round's own map, its seconds from its begin; before the first round that of the start. */
  map(/** @type {number} */ row) {
    const { track, near } = this;
    const [end, found] = [this.end(row), near.get(row)];
    if (found?.end === end) return found.points;
    if (near.size > KEPT) near.clear();
    const points =
      row < 0
        ? new TimeMap([track.start, end], [0, this.lead])
        : beatOf(track, row, this.rule, end);
    near.set(row, { end, points });
    return points;
  }

  /** @param {number} row */
  begin(row) {
    return row < 0 ? 0 : this.lead + row;
  }

  /** @param {number} time @returns {number} */
  toSeconds(time) {
    const { rounds } = this.track;
    const row = rowsUpTo(rounds, time) - 1;
    if (row >= 0 && time === rounds.time[row]) return this.begin(row);
    return this.begin(row) + this.map(row).toSeconds(time);
  }

  /** @param {number} seconds @returns {number} on the grid of what is told between microseconds */
  toTime(seconds) {
    const last = this.track.rounds.length - 1;
    const row = seconds < this.lead ? -1 : Math.floor(seconds - this.lead);
    if (row > last) return this.track.end;
    const { times, seconds: along } = this.map(row);
    const time = interpolate(along, times, seconds - this.begin(row));
    return Math.round(time * TICKS) / TICKS;
  }
}

/**
 * The steps of a round in the seconds of a beat.
 * @param {Track} track
 * @param {number} row
 * @param {string} rule
 * @param {number} end
 */
function beatOf(track, row, rule, end) {
  const steps = stepsOf(track, row, rule);
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { kind } of steps) counts[kind] = (counts[kind] ?? 0) + 1;
  const kinds = /** @type {(keyof typeof SHARES)[]} */ (Object.keys(counts));
  const whole = kinds.reduce((sum, kind) => sum + SHARES[kind], SHARES.leave + SHARES.look);
  const unit = 1 / whole;
  const [times, seconds] = [[track.rounds.time[row]], [0]];
  const point = (/** @type {number} */ time, /** @type {number} */ at) => {
    times.push(Math.max(times[times.length - 1], Math.min(time, end)));
    seconds.push(at);
  };
  let passed = 0;
  steps.forEach(({ kind, since, from, to }, index) => {
    const took = (SHARES[kind] * unit) / counts[kind];
    const lead = index ? 0 : SHARES.leave * unit;
    const led = from > since ? (LEAD[/** @type {"draft"} */ (kind)] ?? 0.15) * took : 0;
    if (lead + led) point(from, passed + lead + led);
    point(to, (passed += lead + took));
  });
  point(end, 1);
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
