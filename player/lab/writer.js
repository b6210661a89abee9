// Writes a recording as docs/format.md specifies it: msgpack values, each token spelled before its
// first use, and a seal of counts, checksums and a digest.

import { EVENTS } from "../core/recording/schema.js";

const FORMAT = { format: "specrecord", version: 1 };
const DIGEST_BYTES = 32;
const [DRAFT_TOKEN, DRAFT_TOP] = [placeOf("draft", "token"), placeOf("draft", "top")];
const [EMIT_TOKEN, EMIT_TOP] = [placeOf("emit", "token"), placeOf("emit", "top")];
const VERDICT_TOP = placeOf("verdict", "top");

/**
 * Where a field stands in an event's array.
 * @param {keyof typeof EVENTS} kind
 * @param {string} name
 */
function placeOf(kind, name) {
  return 1 + EVENTS[kind].fields.findIndex(([field]) => field === name);
}

/** Bytes that grow at their end. */
class Bytes {
  constructor() {
    this.buffer = new Uint8Array(1 << 16);
    this.view = new DataView(this.buffer.buffer);
    this.length = 0;
  }

  /** @param {number} count */
  room(count) {
    if (this.length + count > this.buffer.length) {
      const longer = new Uint8Array(Math.max(2 * this.buffer.length, this.length + count));
      longer.set(this.buffer.subarray(0, this.length));
      this.buffer = longer;
      this.view = new DataView(longer.buffer);
    }
    this.length += count;
    return this.length - count;
  }

  /** @param {number} value */
  byte(value) {
    const at = this.room(1); // may replace the buffer
    this.buffer[at] = value;
  }
  /**
   * A head byte and a number of `size` bytes.
   * @param {number} head
   * @param {number} value
   * @param {1 | 2 | 4} size
   */
  headed(head, value, size) {
    this.byte(head);
    const at = this.room(size);
    if (size === 1) this.view.setUint8(at, value);
    else if (size === 2) this.view.setUint16(at, value);
    else this.view.setUint32(at, value);
  }
  /** @param {Uint8Array} bytes */
  raw(bytes) {
    const at = this.room(bytes.length); // may replace the buffer
    this.buffer.set(bytes, at);
  }
}

/**
 * Packs one value as msgpack. Whole numbers are written as such; all others as float64.
 * @param {Bytes} out
 * @param {any} value
 */
function pack(out, value) {
  if (value === null || value === undefined) return out.byte(0xc0);
  if (typeof value === "boolean") return out.byte(value ? 0xc3 : 0xc2);
  if (typeof value === "number") return packNumber(out, value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    if (bytes.length < 32) out.byte(0xa0 | bytes.length);
    else sized(out, bytes.length, 0xd9, 0xda, 0xdb);
    return out.raw(bytes);
  }
  if (value instanceof Uint8Array) {
    sized(out, value.length, 0xc4, 0xc5, 0xc6);
    return out.raw(value);
  }
  const entries = Array.isArray(value) ? value : Object.entries(value);
  const [small, wide, wider] = Array.isArray(value) ? [0x90, 0xdc, 0xdd] : [0x80, 0xde, 0xdf];
  if (entries.length < 16) out.byte(small | entries.length);
  else if (entries.length < 65536) out.headed(wide, entries.length, 2);
  else out.headed(wider, entries.length, 4);
  for (const entry of entries) {
    if (Array.isArray(value)) pack(out, entry);
    else for (const part of entry) pack(out, part);
  }
}

/** @param {Bytes} out @param {number} value */
function packNumber(out, value) {
  if (!Number.isInteger(value) || value < -32 || value > 0xffffffff || Object.is(value, -0)) {
    out.byte(0xcb);
    const at = out.room(8); // may replace the view
    return out.view.setFloat64(at, value);
  }
  if (value < 128) return out.byte(value & 0xff);
  sized(out, value, 0xcc, 0xcd, 0xce);
}

/**
 * @param {Bytes} out
 * @param {number} value
 * @param {number} one
 * @param {number} two
 * @param {number} four
 */
function sized(out, value, one, two, four) {
  if (value < 256) out.headed(one, value, 1);
  else if (value < 65536) out.headed(two, value, 2);
  else out.headed(four, value, 4);
}

/** A recording in the making. `take` gives the bytes written since it was last asked. */
export class Writer {
  /**
   * @param {Record<string, any>} header
   * @param {(token: number) => Uint8Array<ArrayBuffer>} spell a token's bytes
   */
  constructor(header, spell) {
    this.out = new Bytes();
    this.spell = spell;
    this.spelled = new Set();
    this.events = 0;
    /** @type {number[]} */
    this.checks = [];
    this.taken = 0;
    pack(this.out, { ...FORMAT, ...header });
  }

  /** @param {Iterable<number>} ids @param {number} time */
  spellOut(ids, time) {
    for (const id of [...new Set(ids)].sort((a, b) => a - b)) {
      if (this.spelled.has(id)) continue;
      this.spelled.add(id);
      this.write(["token", time, id, this.spell(id)]);
    }
  }

  /**
   * Adds an event, and before it the spelling of every id that it is the first to mention.
   * @param {any[]} event its top list, if any, as `{ ids, bytes }`
   */
  append(event) {
    const [kind, time] = event;
    const place = { draft: DRAFT_TOP, verdict: VERDICT_TOP, emit: EMIT_TOP }[
      /** @type {"draft"} */ (kind)
    ];
    const top = place === undefined ? null : event[place];
    const own =
      kind === "draft" ? [event[DRAFT_TOKEN]] : kind === "emit" ? [event[EMIT_TOKEN]] : [];
    this.spellOut([...(top?.ids ?? []), ...own], time);
    this.write(top ? event.with(/** @type {number} */ (place), top.bytes) : event);
  }

  /** @param {any[]} event */
  write(event) {
    const start = this.out.length;
    pack(this.out, event);
    this.checks.push(crc32(this.out.buffer.subarray(start, this.out.length)));
    this.events++;
  }

  take() {
    const part = this.out.buffer.slice(this.taken, this.out.length);
    this.taken = this.out.length;
    return part;
  }

  /** Seals the recording. @param {number} time @param {string} reason */
  async finish(time, reason) {
    const checks = new DataView(new ArrayBuffer(4 * this.checks.length));
    this.checks.forEach((check, index) => checks.setUint32(4 * index, check, true));
    pack(this.out, [
      "end",
      time,
      reason,
      this.events,
      new Uint8Array(checks.buffer),
      new Uint8Array(DIGEST_BYTES),
    ]);
    const end = this.out.length - DIGEST_BYTES;
    const digest = await crypto.subtle.digest("SHA-256", this.out.buffer.slice(0, end));
    this.out.buffer.set(new Uint8Array(digest), end);
  }

  /** The whole recording. */
  get bytes() {
    return this.out.buffer.slice(0, this.out.length);
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array<ArrayBuffer>} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
