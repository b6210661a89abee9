// msgpack, read only: a cursor over bytes that yields whole values, or numbers and strings without
// allocating. Every step consumes at least one byte and nothing is reserved on a length's word, so
// hostile bytes end in an error and never in a hang.

const DEEPEST = 64;
const SAFE = Number.MAX_SAFE_INTEGER;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a value is, as its first byte says. */
/**
 * @typedef {"int" | "float" | "text" | "bytes" | "bool" | "nil" | "list" | "map" | "extension"
 *   | ""} Form
 */

/** The bytes end inside a value. */
export class CutError extends Error {}

/** The bytes are not msgpack, or not what was asked for. */
export class MalformedError extends Error {}

const foreign = () => new MalformedError("no plain msgpack value stands here");

/** @type {readonly (readonly [number, Form])[]} the first byte from which on a form begins */
const FORMS = [
  [0x00, "int"],
  [0x80, "map"],
  [0x90, "list"],
  [0xa0, "text"],
  [0xc0, "nil"],
  [0xc1, ""],
  [0xc2, "bool"],
  [0xc4, "bytes"],
  [0xc7, "extension"],
  [0xca, "float"],
  [0xcc, "int"],
  [0xd4, "extension"],
  [0xd9, "text"],
  [0xdc, "list"],
  [0xde, "map"],
  [0xe0, "int"],
];
/** @type {Form[]} */
const FORM_OF = Array(256);
for (const [first, form] of FORMS) FORM_OF.fill(form, first);

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

  /** What the next value is. @returns {Form} */
  form() {
    if (this.position >= this.bytes.length) throw new CutError("the bytes end before a value");
    return FORM_OF[this.bytes[this.position]];
  }

  /** A whole number of 1, 2 or 4 bytes. @param {number} size */
  unsigned(size) {
    const start = this.take(size);
    if (size === 1) return this.bytes[start];
    return size === 2 ? this.view.getUint16(start) : this.view.getUint32(start);
  }

  /** A number of at most 32 bits, or a float. @returns {number} */
  number() {
    const first = this.bytes[this.take(1)];
    if (first < 0x80) return first;
    if (first >= 0xe0) return first - 0x100;
    switch (first) {
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.unsigned(1 << (first - 0xcc));
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      default:
        throw foreign();
    }
  }

  /** A 64-bit integer: a number where that is exact, else a BigInt. @param {number} first */
  wide(first) {
    const start = this.take(8);
    const whole = first === 0xcf ? this.view.getBigUint64(start) : this.view.getBigInt64(start);
    const near = Number(whole);
    return Math.abs(near) <= SAFE ? near : whole;
  }

  /** The length of the array that starts here; -1 where none does. @returns {number} */
  arrayLength() {
    const first = this.bytes[this.position];
    if (first >= 0x90 && first <= 0x9f) return this.bytes[this.position++] & 0x0f;
    if (this.form() !== "list") return -1;
    this.position++;
    return this.unsigned(2 << (first - 0xdc));
  }

  /** The number of entries of the map that starts here. @returns {number} */
  mapLength() {
    const first = this.bytes[this.take(1)];
    return first >= 0xde ? this.unsigned(2 << (first - 0xde)) : first & 0x0f;
  }

  /** A map's next key. @returns {string} */
  key() {
    if (this.form() !== "text") throw new MalformedError("a map with a key that is not text");
    return this.text();
  }

  /** Claims the bytes of a text or of bytes and returns their length; they end at `position`. */
  span() {
    const first = this.bytes[this.take(1)];
    let length;
    if (first >= 0xa0 && first <= 0xbf) length = first & 0x1f;
    else if (first >= 0xd9 && first <= 0xdb) length = this.unsigned(1 << (first - 0xd9));
    else if (first >= 0xc4 && first <= 0xc6) length = this.unsigned(1 << (first - 0xc4));
    else throw foreign();
    this.take(length);
    return length;
  }

  bin() {
    const length = this.span();
    return this.bytes.subarray(this.position - length, this.position);
  }

  text() {
    const bytes = this.bin();
    try {
      return decoder.decode(bytes);
    } catch {
      throw foreign(); // it is not UTF-8
    }
  }

  /**
   * Any value: null, boolean, number, BigInt, string, Uint8Array, array or Map-like object.
   * @returns {any}
   */
  value() {
    switch (this.form()) {
      case "map":
        return this.map();
      case "list":
        return this.list();
      case "text":
        return this.text();
      case "bytes":
        return this.bin();
      case "nil":
        this.take(1);
        return null;
      case "bool":
        return this.bytes[this.take(1)] === 0xc3;
      case "extension":
        throw new MalformedError("a value of an extension type");
      case "":
        throw foreign();
    }
    const first = this.bytes[this.position];
    return first === 0xcf || first === 0xd3 ? this.wide(this.bytes[this.take(1)]) : this.number();
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
    /** @type {Record<string, any>} */
    const result = Object.create(null);
    for (let left = this.mapLength(); left > 0; left--) {
      const key = this.key();
      result[key] = this.value();
    }
    this.depth--;
    return result;
  }

  descend() {
    if (++this.depth > DEEPEST) throw new MalformedError(`values that nest deeper than ${DEEPEST}`);
  }
}
