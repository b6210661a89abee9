// msgpack, read only: a cursor over bytes that yields whole values, or numbers and strings without
// allocating. Every step consumes at least one byte and nothing is reserved on a length's word, so
// hostile bytes end in an error and never in a hang.

const DEEPEST = 64;
const SAFE = Number.MAX_SAFE_INTEGER;
const decoder = new TextDecoder();

/** The bytes end inside a value. */
export class CutError extends Error {}

/** The bytes are not msgpack, or not what was asked for. */
export class MalformedError extends Error {}

/** A cursor over msgpack bytes. `position` stands at the next value. */
export class Reader {
  /** @param {Uint8Array<ArrayBuffer>} bytes @param {number} [position] */
  constructor(bytes, position = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
    this.depth = 0;
  }

  /** Claims `size` bytes and returns where they start. @param {number} size */
  take(size) {
    const start = this.position;
    if (start + size > this.bytes.length) throw new CutError("the bytes end inside a value");
    this.position = start + size;
    return start;
  }

  /** A number, or NaN for nil. @returns {number} */
  number() {
    const first = this.bytes[this.take(1)];
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 0x100;
    switch (first) {
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xc0:
        return NaN;
      case 0xcc:
        return this.bytes[this.take(1)];
      case 0xcd:
        return this.view.getUint16(this.take(2));
      case 0xce:
        return this.view.getUint32(this.take(4));
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      case 0xcf:
      case 0xd3:
        return safe(this.wide(first));
      default:
        throw new MalformedError(`a number was expected, found byte 0x${first.toString(16)}`);
    }
  }

  /** A 64-bit integer: a number where that is exact, else a BigInt. @param {number} first */
  wide(first) {
    const start = this.take(8);
    const whole = first === 0xcf ? this.view.getBigUint64(start) : this.view.getBigInt64(start);
    const near = Number(whole);
    return Math.abs(near) <= SAFE ? near : whole;
  }

  /** The length of the array that starts here. @returns {number} */
  arrayLength() {
    const first = this.bytes[this.take(1)];
    if (first >= 0x90 && first <= 0x9f) return first & 0x0f;
    if (first === 0xdc) return this.view.getUint16(this.take(2));
    if (first === 0xdd) return this.view.getUint32(this.take(4));
    throw new MalformedError(`an array was expected, found byte 0x${first.toString(16)}`);
  }

  /**
   * Claims the bytes of a string, a bin or nil and returns their length (-1 for nil); they end at
   * `position`.
   */
  span() {
    const first = this.bytes[this.take(1)];
    let length;
    if (first >= 0xa0 && first <= 0xbf) length = first & 0x1f;
    else if (first === 0xc0) return -1;
    else if (first === 0xd9 || first === 0xc4) length = this.bytes[this.take(1)];
    else if (first === 0xda || first === 0xc5) length = this.view.getUint16(this.take(2));
    else if (first === 0xdb || first === 0xc6) length = this.view.getUint32(this.take(4));
    else
      throw new MalformedError(`text or bytes were expected, found byte 0x${first.toString(16)}`);
    this.take(length);
    return length;
  }

  /** A string, or null for nil. Bytes that are not UTF-8 become replacement characters. */
  text() {
    const length = this.span();
    return length < 0
      ? null
      : decoder.decode(this.bytes.subarray(this.position - length, this.position));
  }

  /**
   * Any value: null, boolean, number, BigInt, string, Uint8Array, array or Map-like object.
   * @returns {any}
   */
  value() {
    const first = this.bytes[this.position];
    if (first === undefined) throw new CutError("the bytes end inside a value");
    if (first < 0x80 || first >= 0xe0) return this.number();
    if (first <= 0x8f || first === 0xde || first === 0xdf) return this.map();
    if (first <= 0x9f || first === 0xdc || first === 0xdd) return this.list();
    if (first <= 0xbf || (first >= 0xd9 && first <= 0xdb)) return this.text();
    if (first >= 0xc4 && first <= 0xc6) return this.bin();
    if (first === 0xcf || first === 0xd3) return this.wide(this.bytes[this.take(1)]);
    if (first >= 0xca && first <= 0xd2) return this.number();
    this.take(1);
    if (first === 0xc0) return null;
    if (first === 0xc2 || first === 0xc3) return first === 0xc3;
    return this.extension(first);
  }

  bin() {
    const length = this.span();
    return this.bytes.subarray(this.position - length, this.position);
  }

  list() {
    this.descend();
    const values = [];
    for (let left = this.arrayLength(); left > 0; left--) values.push(this.value());
    this.depth--;
    return values;
  }

  map() {
    this.descend();
    const first = this.bytes[this.take(1)];
    let left = first & 0x0f;
    if (first === 0xde) left = this.view.getUint16(this.take(2));
    if (first === 0xdf) left = this.view.getUint32(this.take(4));
    /** @type {Record<string, any>} */
    const result = Object.create(null);
    for (; left > 0; left--) {
      const key = String(this.value());
      result[key] = this.value();
    }
    this.depth--;
    return result;
  }

  /** Extension types mean nothing here: stepped over, null in their place. @param {number} first */
  extension(first) {
    let length;
    if (first >= 0xd4 && first <= 0xd8) length = 1 << (first - 0xd4);
    else if (first === 0xc7) length = this.bytes[this.take(1)];
    else if (first === 0xc8) length = this.view.getUint16(this.take(2));
    else if (first === 0xc9) length = this.view.getUint32(this.take(4));
    else throw new MalformedError(`byte 0x${first.toString(16)} is no msgpack value`);
    this.take(length + 1);
    return null;
  }

  descend() {
    if (++this.depth > DEEPEST) throw new MalformedError(`values nest deeper than ${DEEPEST}`);
  }
}

/** @param {number | bigint} value */
function safe(value) {
  if (typeof value === "bigint") throw new MalformedError(`an integer beyond 2^53: ${value}`);
  return value;
}
