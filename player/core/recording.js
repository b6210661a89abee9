// @ts-check
// A recording in memory: bytes (gzip or not) to header, lanes and a word on whether it is whole.
// Reads what docs/format.md specifies. A cut file yields every whole event and a `problem`; foreign bytes throw.

import { Decoder } from "./decode.js";
import { Reader } from "./msgpack.js";

const FORMAT = "specrecord";
const VERSION = 1;
const MOST_BYTES = 2 ** 31 - 1; // what the offsets of packed lists can reach
const PIECE = 1 << 16;
const DIGEST_BYTES = 32; // the digest is the file's last value

/** The bytes are not a recording, or of a later version. The message says what to do. */
export class RecordingError extends Error {}

/** One run: its header, its lanes as typed columns, its tokens' bytes. */
export class Recording {
  /** @param {Uint8Array} bytes @param {Record<string, any>} header @param {Decoder} decoder @param {string | null} problem */
  constructor(bytes, header, decoder, problem) {
    this.bytes = bytes;
    this.header = header;
    this.decoder = decoder;
    /** Why the recording is not whole, or null. The digest is checked apart, by `sealProblem`. */
    this.problem = problem;
    this.lanes = decoder.lanes;
    this.tokens = decoder.tokens;
    this.strings = decoder.strings;
    this.marks = decoder.marks;
    this.faults = decoder.faults;
    this.unknown = decoder.unknown;
    this.events = decoder.events;
    /** The lane that is the run itself. */
    this.main = decoder.lanes.get("speculative") ?? [...decoder.lanes.values()][0] ?? decoder.enter("speculative", 0);
  }

  /** Reads on in the bytes of a file that has grown; they begin as those before. @param {Uint8Array} bytes */
  grow(bytes) {
    this.bytes = bytes;
    this.problem = this.decoder.read(bytes) ?? orderProblem(this.decoder) ?? endProblem(this.decoder);
    this.events = this.decoder.events;
  }

  /** What was emulated, delayed or scripted; empty means all real. @returns {string[]} */
  get simulated() {
    return Array.isArray(this.header.simulated) ? this.header.simulated.map(String) : [];
  }

  /** Pairs [token, probability] of a packed list, likeliest first; null when none was kept. */
  /** @param {any} table @param {number} row @returns {[number, number][] | null} */
  top(table, row) {
    const length = table.topLength[row];
    if (length < 0) return null;
    const start = this.bytes.byteOffset + table.topOffset[row];
    const view = new DataView(this.bytes.buffer, start, length);
    const count = Math.floor(length / 8);
    return Array.from({ length: count }, (_, index) => [view.getUint32(4 * index, true), view.getFloat32(4 * (count + index), true)]);
  }

  /** A packed list of float32, where it stands. @param {number} offset @param {number} length bytes @returns {Float32Array} */
  floats(offset, length) {
    return new Float32Array(this.bytes.slice(offset, offset + length - (length % 4)).buffer);
  }
}

/**
 * Decodes a recording, gzip-compressed or not.
 * @param {ArrayBuffer | Uint8Array} data @returns {Promise<Recording>}
 */
export async function openRecording(data) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return parseRecording(await inflate(bytes));
  return parseRecording(bytes);
}

/** Decodes plain bytes at once. @param {Uint8Array} bytes @returns {Recording} */
export function parseRecording(bytes) {
  if (bytes.length > MOST_BYTES) throw new RecordingError("this recording is larger than 2 GiB; cut it first");
  const { header, position } = readHeader(bytes);
  const decoder = new Decoder(position);
  const problem = decoder.read(bytes) ?? orderProblem(decoder) ?? endProblem(decoder);
  return new Recording(bytes, header, decoder, problem);
}

/** @param {Uint8Array} bytes */
function readHeader(bytes) {
  const reader = new Reader(bytes);
  let header = null;
  try {
    header = reader.value();
  } catch {
    // told below: whatever went wrong, there is no header
  }
  if (!header || typeof header !== "object" || header.format !== FORMAT) {
    throw new RecordingError("this is not a specrecord recording, or it is cut inside its header; give a .specrec file");
  }
  if (!Number.isInteger(header.version) || header.version > VERSION) {
    throw new RecordingError(`format version ${header.version}: this player reads up to ${VERSION}; take a newer player`);
  }
  return { header, position: reader.position };
}

/** @param {Decoder} decoder */
function orderProblem(decoder) {
  return decoder.backwards < 0 ? null : `time runs backwards at event ${decoder.backwards}; it is held still there`;
}

/** @param {Decoder} decoder */
function endProblem(decoder) {
  if (!decoder.end) return "no end event: the recorder was stopped before it could seal the file";
  const counted = decoder.end.events;
  if (counted !== decoder.events - 1) return `the end event counts ${counted} events, the file has ${decoder.events - 1}`;
  return null;
}

/**
 * Compares the digest in the end event with the bytes: null when the seal holds or is not there to check,
 * undefined where this browser cannot compute it.
 * @param {Recording} recording @returns {Promise<string | null | undefined>}
 */
export async function sealProblem(recording) {
  const { end, position } = recording.decoder;
  if (!end || recording.problem) return null;
  if (!globalThis.crypto?.subtle || !(end.digest instanceof Uint8Array)) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {any} */ (recording.bytes.subarray(0, position - DIGEST_BYTES))));
  const holds = digest.length === end.digest.length && digest.every((byte, index) => byte === end.digest[index]);
  return holds ? null : "the digest in the end event does not fit the bytes: something was changed after it was written";
}

/** All that a gzip stream yields, cut or not. @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
async function inflate(bytes) {
  try {
    const whole = new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(whole).arrayBuffer());
  } catch {
    return inflateWhatIsThere(bytes); // cut or damaged
  }
}

/**
 * What a broken stream yields. It is never closed before its output is read, because an error at its end would throw
 * away what it had ready.
 * @param {Uint8Array} bytes @returns {Promise<Uint8Array>}
 */
async function inflateWhatIsThere(bytes) {
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parts.push(value);
      size += value.length;
      if (size > MOST_BYTES) throw new RecordingError("this recording is larger than 2 GiB; cut it first");
    }
  })();
  let failure = null;
  reading.catch((error) => (failure = error));
  try {
    for (let start = 0; start < bytes.length; start += PIECE) {
      await writer.write(/** @type {any} */ (bytes.subarray(start, start + PIECE)));
    }
    await settle(() => size);
    await writer.close();
    await reading;
  } catch {
    // cut or damaged: what came out before stands, and the events say where they end
  }
  if (failure instanceof RecordingError) throw failure;
  return join(parts, size);
}

/** Waits until a measure stays still for a few turns. @param {() => number} measure */
async function settle(measure) {
  for (let still = 0, before = measure(); still < 2; before = measure()) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    still = measure() === before ? still + 1 : 0;
  }
}

/** @param {Uint8Array[]} parts @param {number} size */
function join(parts, size) {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
