// Reasoning told apart from the answer in the text. Fetched where a recording names the tokens that
// begin and end it.

import { FINAL, outputChannels } from "../core/measures/channels.js";

/** @typedef {import("../core/recording/recording.js").Recording} Recording */
/** @typedef {Recording["main"]} Track */

/** @type {WeakMap<object, (string | null)[]>} the channel of each token of a track */
const cache = new WeakMap();

/**
 * The channel that a token of the text stands in, "" where none is named; null for what heads a
 * message.
 * @param {Recording} recording
 * @param {Track} track
 * @param {number} index
 */
export function channelAt(recording, track, index) {
  let channels = cache.get(track);
  if (channels?.length !== track.output.length) {
    channels = outputChannels(recording, track);
    cache.set(track, channels);
  }
  return channels[index];
}

/**
 * What a token is: part of the answer, "", or of something else.
 * @param {Recording} recording
 * @param {Track} track
 * @param {number} index
 */
export function partOf(recording, track, index) {
  const channel = channelAt(recording, track, index);
  if (channel === null) return "heading";
  return channel && channel !== FINAL ? "aside" : "";
}
