// Writes a recording as docs/format.md specifies it: msgpack values, each token spelled before its
// first use, and a seal of counts, checksums and a digest.

import { Growing } from "../core/recording/arriving.js";
import { crc32 } from "../core/recording/torn.js";
import schema from "../core/recording/schema.json" with { type: "json" };

const DIGEST_BYTES = 32;

/**
 * A value as msgpack. Whole numbers are written as such; all others as float64.
 * @param {any} value
 * @returns {number[]}
 */
function packed(value) {
  if (value === null || value === undefined) return [0xc0];
  if (typeof value === "boolean") return [value ? 0xc3 : 0xc2];
  if (typeof value === "number") return packedNumber(value);
  if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    return [...head(bytes.length, 0xd9, 0xa0, 32), ...bytes];
  }
  if (value instanceof Uint8Array) return [...head(value.length, 0xc4), ...value];
  if (Array.isArray(value))
    return [...head(value.length, 0xdc, 0x90, 16, 2), ...value.flatMap(packed)];
  const entries = Object.entries(value);
  return [...head(entries.length, 0xde, 0x80, 16, 2), ...entries.flat().flatMap(packed)];
}

/** @param {number} value */
function packedNumber(value) {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff)
    return head(value, 0xcc, 0, 128);
  if (Number.isInteger(value) && value < 0 && value >= -32) return [value & 0xff];
  return [0xcb, ...new Uint8Array(Float64Array.of(value).buffer).reverse()];
}

/**
 * A whole number in the byte that says what follows, if it is below `limit`, or behind it, in 1, 2
 * or 4 bytes from `least` on, each with a code of its own from `code` on.
 * @param {number} count
 * @param {number} code
 * @param {number} [fixed]
 * @param {number} [limit]
 * @param {number} [least]
 */
function head(count, code, fixed = 0, limit = 0, least = 1) {
  if (count < limit) return [fixed | count];
  const size = Math.max(least, count < 256 ? 1 : count < 65536 ? 2 : 4);
  const bytes = Array.from({ length: size }, (_, at) => (count >>> (8 * at)) & 0xff);
  return [code + Math.log2(size / least), ...bytes.reverse()];
}

/** A recording in the making. */
export class Writer {
  /**
   * @param {Record<string, any>} header
   * @param {(token: number) => Uint8Array} spell a token's bytes
   */
  constructor(header, spell) {
    this.out = new Growing();
    this.spell = spell;
    this.spelled = new Set();
    /** @type {number[]} */
    this.checks = [];
    this.taken = 0;
    this.out.append(Uint8Array.from(packed({ format: "specrecord", version: 1, ...header })));
  }

  /** @param {number[]} ids @param {number} time */
  spellOut(ids, time) {
    for (const id of ids) {
      if (this.spelled.has(id)) continue;
      this.spelled.add(id);
      this.write({ kind: "token", time, id, bytes: this.spell(id) });
    }
  }

  /**
   * Adds an event, and before it the spelling of every id that it is the first to mention.
   * @param {import("./loop.js").Event} event
   */
  append(event) {
    const { ids = [], token, time } = event;
    this.spellOut(token === undefined ? ids : [...ids, token], time);
    this.write(event);
  }

  /** Its fields in the schema's order, up to the last. @param {import("./loop.js").Event} event */
  write(event) {
    const values = schema.events[event.kind].fields.map(([name]) => event[name]);
    const end = values.findLastIndex((value) => value !== undefined) + 1;
    const bytes = Uint8Array.from(packed([event.kind, ...values.slice(0, end)]));
    this.checks.push(crc32(bytes));
    this.out.append(bytes);
  }

  /** The bytes written since it was last asked. */
  take() {
    const part = this.out.bytes.slice(this.taken);
    this.taken = this.out.length;
    return part;
  }

  /** Seals the recording. @param {number} time @param {string} reason */
  async finish(time, reason) {
    const checks = new Uint8Array(Uint32Array.from(this.checks).buffer);
    const end = ["end", time, reason, this.checks.length, checks, new Uint8Array(DIGEST_BYTES)];
    this.out.append(Uint8Array.from(packed(end).slice(0, -DIGEST_BYTES)));
    const digest = await crypto.subtle.digest("SHA-256", this.out.bytes);
    this.out.append(new Uint8Array(digest));
  }
}
