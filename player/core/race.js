// Several runs on one clock: each starts at zero and keeps its own pace. Who is ahead, and by how
// many tokens, at any moment.

import { timeMap } from "./clock.js";
import { countUpTo } from "./recording/table.js";
import { outputTexts } from "./text.js";

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */
/**
 * @typedef {object} Runner
 * @property {string} name
 * @property {Recording} recording
 * @property {Track} track
 * @property {number} length seconds
 * @property {number} tokens
 * @property {Float64Array} times seconds at which each token came
 * @property {string[]} texts of the tokens
 */

/**
 * A track as a runner.
 * @param {string} name
 * @param {Recording} recording
 * @param {Track} track
 * @returns {Runner}
 */
export function runner(name, recording, track) {
  const map = timeMap(track, "real");
  const { output } = track;
  return {
    name,
    recording,
    track,
    length: map.length,
    tokens: output.length,
    texts: outputTexts(recording, track),
    times: output.time.slice(0, output.length).map((time) => map.toSeconds(time)),
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
    .map((track) => runner(track.name, recording, track));
}

/**
 * The standing after `seconds`: tokens of each, who leads, by how many tokens, and how long ago the
 * second was there.
 * @param {Runner[]} runners
 * @param {number} seconds
 */
export function standing(runners, seconds) {
  const tokens = runners.map((one) => countUpTo(one.times, one.times.length, seconds));
  const most = Math.max(...tokens);
  const leaders = tokens.flatMap((count, index) => (count === most ? [index] : []));
  const done = runners.map((one) => seconds >= one.length);
  const second = Math.max(0, ...tokens.filter((count) => count < most));
  return { tokens, done, leader: leaders.length === 1 ? leaders[0] : -1, lead: most - second };
}

/** How long the race lasts: until the slowest is done. @param {Runner[]} runners */
export const raceLength = (runners) => Math.max(1e-6, ...runners.map((one) => one.length));

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
