// Holds what is read to what schema.json declares, and says in one line what is wrong: the same
// files are taken and refused here as in Python.

import { MalformedError, Reader } from "./msgpack.js";
import schema from "./schema.json" with { type: "json" };

/** @typedef {import("./msgpack.js").Form} Form */
/**
 * A type as schema.json declares it: the bounds are those of a number, or of the size of bytes,
 * which is a multiple of `entry`.
 * @typedef {{
 *   kind: string, least?: number, most?: number, must?: string, entry?: number,
 * }} Declared
 */
/** @typedef {{ [key: string]: string | HeaderFields }} HeaderFields the header's keys */
/**
 * A field's type, and what it is called: `least` and `most` bound a number, or the size of bytes.
 * @typedef {{
 *   place: string, kind: string, least: number, most: number, must: string, entry: number,
 *   words: string[], nullable: boolean, numeric: boolean,
 * }} Type
 */

const PLAIN_WORD = /^[A-Za-z0-9_.:-]{1,24}$/;

/** @param {string} noun @param {number} least @param {number} most */
const bounds = (noun, least, most) =>
  `${noun} from ${least}${most < Infinity ? ` to ${most}` : ""}`;

/**
 * The type that schema.json names so, of what is called `place`.
 * @param {string} name @param {string} place @returns {Type}
 */
export function typeOf(name, place) {
  const nullable = name.endsWith("?");
  const words = name.includes("|") ? name.split("|").filter(Boolean) : [];
  const {
    kind = "text",
    least = -Infinity,
    most = Infinity,
    must = words.join(" or ") ||
      bounds(kind === "int" ? "a whole number" : "a number", least, most),
    entry = 1,
  } = schema.types[nullable ? name.slice(0, -1) : name] ?? {};
  const numeric = kind === "int" || kind === "float" || kind === "number";
  return { place, kind, least, most, must, entry, words, nullable, numeric };
}

/**
 * The next value, held to its type; null for a nil that may be.
 * @param {Reader} reader
 * @param {Type} type
 * @returns {any}
 */
export function read(reader, type) {
  const form = reader.form();
  if (form === "nil" && type.nullable) return reader.value();
  const nested = form === "list" || form === "map" || form === "extension";
  if (nested && type.kind !== "any") throw refusal(type, form, null);
  const value = reader.value();
  if (!allows(type, form, value)) throw refusal(type, form, value);
  return value;
}

/**
 * A number, held to its type; NaN for a nil that may be. The commonest forms take the short way.
 * @param {Reader} reader
 * @param {Type} type
 * @returns {number}
 */
export function readNumber(reader, type) {
  const first = reader.bytes[reader.position];
  const short = first < 0x80 || first >= 0xe0 || (first >= 0xcc && first <= 0xce);
  if (!short && (first !== 0xcb || type.kind === "int")) return read(reader, type) ?? NaN;
  const value = reader.number();
  if (value >= type.least && value <= type.most) return value;
  throw refusal(type, first === 0xcb ? "float" : "int", value);
}

/** @param {Type} type @param {Form} form @param {any} value */
function allows({ kind, least, most, entry, words }, form, value) {
  switch (kind) {
    case "any":
      return true;
    case "text":
      return form === "text" && (!words.length || words.includes(value));
    case "bytes":
      return (
        form === kind && value.length >= least && value.length <= most && !(value.length % entry)
      );
    case "bool":
      return form === kind;
  }
  const number = form === "int" || (form === "float" && kind !== "int");
  return number && value >= least && value <= most;
}

/**
 * What to say of a value that cannot be.
 * @param {Pick<Type, "place" | "must">} type
 * @param {Form} form
 * @param {any} value
 */
export const refusal = ({ place, must }, form, value) =>
  new MalformedError(`${place} is ${shown(form, value)}, it must be ${must}`);

/**
 * A value for a message. Of text, only a plain word is shown.
 * @param {Form} form
 * @param {any} value
 */
function shown(form, value) {
  switch (form) {
    case "text":
      return PLAIN_WORD.test(value) ? value : form;
    case "bytes":
      return `${value.length} bytes`;
    case "list":
    case "map":
      return `a ${form}`;
    case "extension":
      return "an extension";
    case "nil":
      return form;
  }
  return Number.isNaN(value) ? "nan" : String(value).replace("Infinity", "inf");
}

/** Throws where a recording's first bytes are a header that cannot be. @param {Reader} reader */
export function checkHeader(reader) {
  checkMap(reader, schema.header, "header");
}

/**
 * @param {Reader} reader
 * @param {HeaderFields} fields
 * @param {string} place
 */
function checkMap(reader, fields, place) {
  /** @type {Map<string, number>} where each key's value is; of one that is there twice, the last */
  const values = new Map();
  for (let left = reader.mapLength(); left > 0; left--) {
    values.set(reader.key(), reader.position);
    reader.value();
  }
  for (const [key, position] of values) {
    if (!Object.hasOwn(fields, key)) continue;
    const inside = new Reader(reader.bytes, position);
    if (inside.form() !== "nil") checkKey(inside, fields[key], `${place}.${key}`);
  }
}

/**
 * @param {Reader} reader
 * @param {string | HeaderFields} held
 * @param {string} place
 */
function checkKey(reader, held, place) {
  const form = reader.form();
  const many = typeof held !== "string" ? "map" : { "[": "list", "{": "map" }[held[0]];
  if (many && form !== many) throw refusal({ place, must: `a ${many}` }, form, reader.value());
  if (typeof held !== "string") return checkMap(reader, held, place);
  const type = typeOf(many ? held.slice(1, -1) : held, place);
  if (many === "list") {
    const size = reader.arrayLength();
    for (let index = 0; index < size; index++)
      read(reader, { ...type, place: `${place}[${index}]` });
  } else if (many === "map") {
    for (let left = reader.mapLength(); left > 0; left--) {
      reader.key();
      const [is, value] = [reader.form(), reader.value()];
      if (is !== "nil" && !allows(type, is, value))
        throw new MalformedError(`an entry of ${place} is not ${type.must}`);
    }
  } else read(reader, type);
}
