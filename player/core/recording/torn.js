// What a power cut leaves of a file is told from what was written: by the checksums that stand
// before events, and by the digest that is a whole file's last value.

import { Reader } from "./msgpack.js";
import { PLANS } from "./plan.js";

const OWN_BYTES = 5; // of a `check` event's last value, its own checksum

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = (byte >>> 1) ^ (byte & 1 ? 0xedb88320 : 0);
  return byte;
});

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

/**
 * The first event between two places that is not what a `check` event before it says, that none
 * speaks of, or that is an `end` whose digest is not whole: its number and where it starts; null
 * where there is none. A first event of a kind that is not known is what garbage makes of one that
 * was cut.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} from
 * @param {number} to
 */
export function firstTorn(bytes, from, to) {
  const reader = new Reader(bytes, from);
  let wanted = new DataView(new ArrayBuffer(0));
  let next = 0;
  let checked = false;
  for (let index = 0; reader.position < to; index++) {
    const start = reader.position;
    reader.depth = -1; // what nests is counted within an event
    const [kind, , checks, own] = reader.value();
    const packed = bytes.subarray(start, reader.position);
    let torn =
      next < wanted.byteLength
        ? wanted.getUint32(next, true) !== crc32(packed)
        : checked
          ? kind !== "check" && kind !== "end"
          : !index && !PLANS.has(kind);
    next += 4;
    if (kind === "check") {
      torn ||= crc32(packed.subarray(0, -OWN_BYTES)) !== own;
      wanted = new DataView(checks.buffer, checks.byteOffset, checks.byteLength);
      next = 0;
      checked = true;
    } else if (kind === "end") torn ||= isTorn(bytes, reader.position);
    if (torn) return { index, start };
  }
  return null;
}

/**
 * Whether zeros fill up a digest that ends here.
 * @param {Uint8Array} bytes
 * @param {number} end
 */
export function isTorn(bytes, end) {
  let zeros = 0;
  for (let at = end - 4; at < end + 3 && zeros < 4; at++) zeros = bytes[at] === 0 ? zeros + 1 : 0;
  return zeros >= 4;
}
