// Several runs on one clock: each starts at zero and keeps its own pace until the last is in. Who
// leads at any moment, who won, by how much, and how each stands to its own recorded baselines.

import { timeMap } from "../clock.js";
import { frame } from "../frame.js";
import { laneName } from "./lanes.js";
import { countTrack, trackTime } from "../measures/counts.js";
import { speedups } from "../measures/stats.js";
import { countUpTo } from "../recording/table.js";
import { Round } from "../round.js";
import { outputTexts, uncutTokens } from "../text.js";

const SLOW_ROUNDS = 4; // that are shown slowly, to be seen at all
const SLOW_SECONDS = 1.4; // that each of them takes on screen

/** @typedef {import("../recording/recording.js").Recording} Recording */
/** @typedef {import("../recording/track.js").Track} Track */
/**
 * @typedef {object} Runner
 * @property {string} name  in its lane
 * @property {string} full  in a sentence
 * @property {Recording} recording
 * @property {Track} track
 * @property {import("../clock.js").TimeMap} map  between the recording's time and the race's
 * @property {number} duration microseconds, from its start until it is in
 * @property {number} length the same in seconds
 * @property {number} tokens
 * @property {Float64Array} times seconds at which each token came
 * @property {string[]} texts of the tokens
 * @property {{ name: string, value: number }[]} against  tokens per second over each baseline that
 *   was recorded with it, by that baseline's name
 */

/**
 * A track as a runner.
 * @param {Recording} recording
 * @param {Track} track
 * @returns {Runner}
 */
function runner(recording, track) {
  const map = timeMap(track, "real");
  const { output } = track;
  const shown = uncutTokens(recording, track);
  const ratios = track === recording.main ? speedups(recording, countTrack(track)) : {};
  const duration = trackTime(track, Infinity);
  return {
    ...laneName(recording, track.name),
    recording,
    track,
    map,
    duration,
    length: duration / 1e6,
    tokens: output.length,
    texts: outputTexts(recording, track).map((text, index) => (index < shown ? text : "")),
    times: output.time.slice(0, output.length).map((time) => map.toSeconds(time)),
    against: Object.entries(ratios).flatMap(([name, value]) =>
      value === null ? [] : [{ name: laneName(recording, name).full, value }],
    ),
  };
}

/**
 * Every track of a recording, the run itself first.
 * @param {Recording} recording
 * @returns {Runner[]}
 */
export function runnersOf(recording) {
  const { main, tracks } = recording;
  return [...new Set([main, ...tracks.values()])]
    .filter((track) => track === main || track.output.length)
    .map((track) => runner(recording, track));
}

/**
 * The runs of several recordings. Where the way they draft does not tell them apart, or their
 * targets differ, they go by their titles.
 * @param {Recording[]} recordings
 * @param {string[]} [names]  what to call them instead, "" for what is found here
 * @param {string[]} [files]  what to call those that have no title
 * @returns {Runner[]}
 */
export function runnersOfEach(recordings, names = [], files = []) {
  const runners = recordings.map((recording) => runner(recording, recording.main));
  const distinct = new Set(runners.map(({ name }) => name)).size === runners.length;
  const target = (/** @type {Runner} */ { recording }) => recording.header.target?.name;
  const plain = distinct && runners.every((one) => target(one) === target(runners[0]));
  return runners.map((one, index) => {
    const title = names[index] || (!plain && (one.recording.header.title || files[index]));
    return title ? { ...one, name: title, full: title } : one;
  });
}

/** How long the race lasts: until the slowest is in. @param {Runner[]} runners */
export const raceLength = (runners) => Math.max(1e-6, ...runners.map((one) => one.length));

/**
 * How the race ends: the lanes by finish, each one's rank from 1 (equal where they came in at
 * once), the winner (-1 where several came in first at once), its lead over the next in
 * microseconds (null for a single lane), and whether all wrote the same tokens.
 * @param {Runner[]} runners
 */
export function result(runners) {
  const order = [...runners.keys()].sort((a, b) => runners[a].duration - runners[b].duration);
  const [first, next] = order.map((index) => runners[index].duration);
  return {
    order,
    ranks: runners.map(
      (one) => 1 + runners.filter((other) => other.duration < one.duration).length,
    ),
    winner: first === next ? -1 : order[0],
    lead: next === undefined ? null : next - first,
    same: runners.every(
      (one) => one.tokens === runners[0].tokens && divergence(one, runners[0]) < 0,
    ),
  };
}

/**
 * The standing after `seconds`: tokens of each, which are in, who leads (-1 when level), and by how
 * many tokens over the next. Once one is in, that is the winner.
 * @param {Runner[]} runners
 * @param {number} seconds
 * @param {number} [winner]
 */
export function standing(runners, seconds, winner = result(runners).winner) {
  const tokens = runners.map((one) => countUpTo(one.times, one.times.length, seconds));
  const done = runners.map((one) => seconds >= one.length);
  const [most, next = 0] = [...tokens].sort((a, b) => b - a);
  const ahead = most > next ? tokens.indexOf(most) : -1;
  return { tokens, done, leader: done.includes(true) ? winner : ahead, lead: most - next };
}

/**
 * What a lane is doing after `seconds`: passes of its target so far, its round, how many tokens of
 * it were drafted, how many of these were accepted (null while they are being checked), and the
 * drafted tokens that wait for their check.
 * @param {Runner} one
 * @param {number} seconds
 */
export function doing({ recording, track, map, length }, seconds) {
  const time = seconds >= length ? Infinity : map.toTime(seconds);
  const now = frame(recording, time, track);
  if (now.round < 0) return { passes: 0, round: null, drafted: 0, accepted: null, waiting: [] };
  const round = new Round(track, now.round);
  const drafted = round.list("draft", time);
  const open = !round.list("verify", time).length;
  return {
    passes: now.judged,
    round: round.index,
    drafted: drafted.length,
    accepted: open ? null : round.path.length,
    waiting: open ? drafted.map((row) => track.drafts.token[row]) : [],
  };
}

/**
 * How fast the race is shown after `seconds`, as a factor on real time: the first rounds of the
 * first lane slowly, all else at `speed`.
 * @param {Runner[]} runners
 * @param {number} seconds
 * @param {number} speed
 */
export function paceAt([{ track, map }], seconds, speed) {
  const last = Math.min(SLOW_ROUNDS, track.rounds.length) - 1;
  if (last < 0) return speed;
  const from = map.toSeconds(new Round(track, 0).start);
  const to = map.toSeconds(new Round(track, last).end);
  const slow = (to - from) / ((last + 1) * SLOW_SECONDS);
  return seconds >= from && seconds < to ? Math.min(speed, slow) : speed;
}

/**
 * Where two outputs part: the index of the first token whose bytes differ, -1 when one is the
 * other's beginning.
 * @param {Runner} one
 * @param {Runner} other
 */
export function divergence(one, other) {
  const most = Math.min(one.tokens, other.tokens);
  const bytes = (/** @type {Runner} */ runner, /** @type {number} */ index) =>
    String(runner.recording.tokens.get(runner.track.output.token[index]) ?? "?");
  for (let index = 0; index < most; index++)
    if (bytes(one, index) !== bytes(other, index)) return index;
  return -1;
}

/** Whether runs had the same prompt, and the same distribution. @param {Runner[]} runners */
export function alike(runners) {
  const headers = runners.map(({ recording }) => recording.header);
  const same = (/** @type {(header: any) => unknown} */ key) =>
    headers.every((header) => key(header) === key(headers[0]));
  return {
    prompt: same((header) => header.prompt?.sha256),
    distribution: same((header) => header.law),
  };
}
