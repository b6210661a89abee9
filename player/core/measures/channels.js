// Which part of an answer a token belongs to: reasoning and answer are told apart by tokens of the
// model's own. specrecord/recording/measures/channels.py does the same, and says more.

/** @typedef {import("../recording/recording.js").Recording} Recording */

export const FINAL = "final"; // what is meant for the reader

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Follows a text token by token: the channel that each is written in, "" before any is named; null
 * for a marker and what stands in a message's heading.
 * @param {Record<string, number>} markers
 * @param {(token: number) => Uint8Array | undefined} bytesOf
 * @returns {(token: number) => string | null}
 */
function follower(markers, bytesOf) {
  const names = new Map(Object.entries(markers).map(([name, token]) => [token, name]));
  let channel = "";
  /** @type {number[] | null} */
  let heading = null;
  return (token) => {
    const name = names.get(token);
    if (name === undefined) {
      if (!heading) return channel;
      heading.push(...(bytesOf(token) ?? []));
    } else if (name === "<|message|>") {
      const text = decoder.decode(new Uint8Array(heading ?? []));
      channel = text.replace(/^ +/, "").split(" ")[0];
      heading = null;
    } else if (name === "<think>" || name === "</think>") {
      channel = name === "<think>" ? "think" : FINAL;
    } else if (name !== "<|constrain|>") heading = [];
    return null;
  };
}

/**
 * The channels of a track's output so far.
 * @param {Pick<Recording, "header" | "tokens">} recording
 * @param {Pick<import("../recording/track.js").Track, "output">} track
 */
export function outputChannels({ header, tokens }, { output }) {
  const channelOf = follower(header.markers ?? {}, (token) => tokens.get(token));
  for (const token of header.prompt?.ids ?? []) channelOf(token);
  return Array.from({ length: output.length }, (_, index) => channelOf(output.token[index]));
}
