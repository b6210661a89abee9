// A recording in memory: bytes (gzip or not) to header, tracks and a word on whether it is whole.
// Reads what docs/format.md specifies. A cut file yields every whole event and a `problem`; foreign
// bytes throw.

import { Growing, piecesOf, unpacked } from "./arriving.js";
import { checkHeader } from "./check.js";
import { Decoder } from "./decode.js";
import { CutError, MalformedError, Reader } from "./msgpack.js";
import { firstTorn, isTorn } from "./torn.js";

const FORMAT = "specrecord";
const VERSION = 1;
const MOST_BYTES = 2 ** 31 - 1; // what the offsets of packed lists can reach
const STEP = 1 << 18; // bytes that are waited for before events are read on
const DIFFERS = "this is not what was recorded, its checksum differs";
const DIGEST_BYTES = 32; // the digest is the file's last value

/** The bytes are not a recording, or of a later version. The message says what to do. */
export class RecordingError extends Error {}

/** What went wrong, in words. @param {unknown} error */
export const reason = (error) => (error instanceof Error ? error.message : String(error));

/**
 * What went wrong with a recording, by its address.
 * @param {unknown} error
 * @param {string} source
 */
export function failure(error, source) {
  const name = source.startsWith("data:") ? "the recording" : source;
  return error instanceof RecordingError
    ? `${name}: ${error.message}`
    : `${name} could not be loaded (${reason(error)})`;
}

/** One run: its header, its tracks as typed columns, its tokens' bytes. */
export class Recording {
  /** What its bytes are, and their problem, is known once they are read. */
  bytes = new Uint8Array();
  /**
   * Why the recording is not whole, or null. The digest is checked apart, by `sealProblem`.
   * @type {string | null}
   */
  problem = null;
  events = 0;

  /**
   * @param {Record<string, any>} header
   * @param {Decoder} decoder
   */
  constructor(header, decoder) {
    this.header = header;
    this.decoder = decoder;
    this.tracks = decoder.tracks;
    this.tokens = decoder.tokens;
    this.marks = decoder.marks;
    this.faults = decoder.faults;
    this.unknown = decoder.unknown;
  }

  /** The track that is the run itself. */
  get main() {
    const { tracks } = this;
    return (
      tracks.get("speculative") ?? [...tracks.values()][0] ?? this.decoder.enter("speculative", 0)
    );
  }

  /**
   * Reads on in the bytes of a file that has grown; they begin as those before.
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  grow(bytes) {
    this.bytes = bytes;
    this.problem =
      this.decoder.read(bytes) ?? orderProblem(this.decoder) ?? endProblem(this.decoder);
    this.events = this.decoder.events;
  }

  /** What was emulated, delayed or scripted; empty means all real. @returns {string[]} */
  get simulated() {
    return this.header.simulated ?? [];
  }

  /**
   * Pairs [token, probability] of a packed list, likeliest first; null where none was recorded, or
   * where there is no such row.
   * @param {{ topOffset: Float64Array, topLength: Int32Array }} table
   * @param {number} row
   * @returns {[number, number][] | null}
   */
  top(table, row) {
    const length = table.topLength[row];
    if (!(length >= 0)) return null;
    const start = this.bytes.byteOffset + table.topOffset[row];
    const view = new DataView(this.bytes.buffer, start, length);
    const count = Math.floor(length / 8);
    return Array.from({ length: count }, (_, index) => [
      view.getUint32(4 * index, true),
      view.getFloat32(4 * (count + index), true),
    ]);
  }

  /**
   * A packed list of float32, where it stands.
   * @param {number} offset
   * @param {number} length bytes
   * @returns {Float32Array}
   */
  floats(offset, length) {
    return new Float32Array(this.bytes.slice(offset, offset + length - (length % 4)).buffer);
  }
}

/**
 * Why nothing came; a browser says of all these no more than that it failed.
 * @param {string} source
 * @param {string} reason by the browser
 */
function unreachable(source, reason) {
  const { origin, href } = globalThis.location ?? { href: "about:blank" };
  const address = URL.canParse(source, href) ? new URL(source, href) : null;
  if (!address || address.origin === origin)
    return new RecordingError(`could not be fetched (${reason}); is the network there?`);
  return new RecordingError(
    `could not be fetched from ${address.host}: it is out of reach, or does not let pages of ` +
      `${origin} read it (by Access-Control-Allow-Origin), or this page's ` +
      "Content-Security-Policy forbids it (connect-src)",
  );
}

/** Asks for a recording; its pieces, as they arrive. @param {string} source relative to the page */
export async function fetchPieces(source) {
  const response = await fetch(source).catch((error) => {
    throw unreachable(source, reason(error));
  });
  if (!response.ok)
    throw new RecordingError(`could not be fetched: ${response.status} ${response.statusText}`);
  return response.body ? piecesOf(response.body) : [];
}

/**
 * Decodes a recording, gzip-compressed or not.
 * @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data
 * @returns {Promise<Recording>}
 */
export async function openRecording(data) {
  return readRecording([new Uint8Array(data)]);
}

/**
 * Decodes a recording while its bytes arrive; foreign ones are refused as soon as they are seen.
 * @param {AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>} pieces
 * @returns {Promise<Recording>}
 */
export async function readRecording(pieces) {
  const held = new Growing();
  /** @type {ReturnType<typeof readHeader>} */
  let begun = null;
  /** @type {Decoder | null} */
  let decoder = null;
  let next = 0;
  const damage = await unpacked(pieces, (part) => {
    if (held.length + part.length > MOST_BYTES) throw tooLarge();
    held.append(part);
    if (held.length < next) return;
    begun ??= readHeader(held.bytes);
    if (begun) (decoder ??= new Decoder(begun.position)).read(held.bytes);
    // One value without end is not read again and again.
    next = held.length + Math.max(STEP, held.length - (decoder?.position ?? 0));
  });
  if (damage) throw new RecordingError(damage);
  return parseRecording(held.bytes, begun, decoder);
}

/**
 * Decodes plain bytes at once.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {ReturnType<typeof readHeader>} [begun]
 * @param {Decoder | null} [decoder] what has been read before
 * @returns {Recording}
 */
export function parseRecording(bytes, begun = null, decoder = null) {
  if (bytes.length > MOST_BYTES) throw tooLarge();
  const head = begun ?? readHeader(bytes);
  if (!head) throw foreign(bytes);
  const recording = new Recording(head.header, decoder ?? new Decoder(head.position));
  recording.grow(bytes);
  const { end, checked, position } = recording.decoder;
  if (!checked || (end && !isTorn(bytes, position))) return recording;
  const torn = firstTorn(bytes, head.position, position);
  if (!torn) return recording;
  const before = new Recording(head.header, new Decoder(head.position));
  before.grow(bytes.subarray(0, torn.start));
  before.problem = `event ${torn.index} is damaged: ${DIFFERS}`;
  return before;
}

const tooLarge = () => new RecordingError("this recording is larger than 2 GiB; cut it first");
/** @param {Uint8Array<ArrayBuffer>} bytes */
function foreign(bytes) {
  const begin = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart();
  return new RecordingError(
    /^<(!doctype html|html|head|!--)/i.test(begin)
      ? "a web page came in its place; is the file there, under that name?"
      : "not a specrecord recording, or cut inside its header; give a .specrec file",
  );
}

/**
 * The header and where events begin; null where the bytes end inside it.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function readHeader(bytes) {
  const reader = new Reader(bytes);
  let header;
  try {
    header = reader.value();
  } catch (error) {
    if (error instanceof CutError) return null;
    if (error instanceof MalformedError && /^(a|values) /.test(error.message))
      throw new RecordingError(`header has ${error.message}`);
    throw foreign(bytes);
  }
  if (!header || typeof header !== "object" || header.format !== FORMAT) throw foreign(bytes);
  if (!Number.isInteger(header.version) || header.version > VERSION) {
    throw new RecordingError(
      `format version ${shownVersion(header.version)}: this player reads up to ${VERSION}; ` +
        "take a newer player",
    );
  }
  try {
    checkHeader(new Reader(bytes));
  } catch (error) {
    throw error instanceof MalformedError ? new RecordingError(error.message) : error;
  }
  return { header, position: reader.position };
}

/** @param {unknown} version */
const shownVersion = (version) => (typeof version === "object" ? "unknown" : version);

/** @param {Decoder} decoder */
function orderProblem(decoder) {
  return decoder.backwards < 0
    ? null
    : `time runs backwards at event ${decoder.backwards}; it is held still there`;
}

/** @param {Decoder} decoder */
function endProblem(decoder) {
  if (!decoder.end) return "no end event: the recorder was stopped before it could seal the file";
  const counted = decoder.end.events;
  if (counted !== decoder.events - 1)
    return `the end event counts ${counted} events, the file has ${decoder.events - 1}`;
  return null;
}

/**
 * Compares the digest in the end event with the bytes: null when the seal holds or is not there to
 * check, undefined where this browser cannot compute it.
 * @param {Recording} recording
 * @returns {Promise<string | null | undefined>}
 */
export async function sealProblem(recording) {
  const { end, position } = recording.decoder;
  if (!end || recording.problem) return null;
  if (!globalThis.crypto?.subtle || !(end.digest instanceof Uint8Array)) return undefined;
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", recording.bytes.subarray(0, position - DIGEST_BYTES)),
  );
  const holds =
    digest.length === end.digest.length &&
    digest.every((byte, index) => byte === end.digest[index]);
  return holds ? null : "the digest does not fit: something was changed after it was written";
}
