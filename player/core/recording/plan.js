// How the events of each kind are read into columns, each value held to its type on the way.

import { read, readNumber, refusal, typeOf } from "./check.js";
import { ROWS, WORDS } from "./fields.js";
import { MalformedError } from "./msgpack.js";
import schema from "./schema.json" with { type: "json" };

/** @typedef {import("./msgpack.js").Reader} Reader */
/** @typedef {import("./check.js").Type} Type */
/** @typedef {Type & { name: string, column: string, codes: number[] }} Field */
/**
 * A field that another one bounds, and where both are among a row's columns.
 * @typedef {{ name: string, below: boolean, other: string, from: number, to: number }} Bound
 */
/**
 * @typedef {{ kind: string, isRow: boolean, need: number, fields: Field[], order: Bound[] }} Plan
 */

const WORD_BYTES = WORDS.map((word) => new TextEncoder().encode(word));

/** By kind. @type {Map<string, Plan>} */
export const PLANS = new Map(
  Object.entries(schema.events).map(([kind, of]) => [kind, planned(kind, of)]),
);

/**
 * @param {string} kind
 * @param {typeof schema.events[keyof typeof schema.events]} declared
 * @returns {Plan}
 */
function planned(kind, { need, order, fields }) {
  const found = fields.map(([name, column, typeName]) => {
    const type = typeOf(typeName, `${kind}.${name}`);
    return { ...type, name, column, codes: type.words.map((word) => WORDS.indexOf(word)) };
  });
  const columns = found.flatMap((one) => (one.column === "bytes" ? ["", ""] : [one.name]));
  const bounds = order.map(([name, sign, other]) => {
    const [from, to] = [columns.indexOf(name), columns.indexOf(other)];
    return { name, below: sign === "<", other, from, to };
  });
  const isRow = ROWS.some((row) => row === kind);
  return { kind, isRow, need, fields: found, order: bounds };
}

/**
 * Reads `size` values into a row of columns. The commonest forms are read here, in place: a short
 * recording is read before any of this code is compiled, and then a call for every value would be
 * what takes longest.
 * @param {Reader} reader
 * @param {Plan} plan
 * @param {number} size
 * @param {import("./table.js").Column[]} columns
 * @param {number} row
 */
export function fill(reader, plan, size, columns, row) {
  const { bytes, view } = reader;
  const { fields } = plan;
  const given = Math.min(size, fields.length);
  const safe = bytes.length - 9; // from here the longest number is whole
  let at = reader.position;
  let column = 0;
  for (let index = 0; index < given; index++) {
    const field = fields[index];
    const first = bytes[at];
    let value = NaN;
    if (first === 0xcb && field.kind === "float" && at <= safe) {
      value = view.getFloat64(at + 1);
      at += 9;
    } else if (first < 0x80 && field.numeric) value = bytes[at++];
    else if (first === 0xc0 && field.nullable && field.numeric) {
      columns[column++][row] = NaN;
      at++;
      continue;
    } else {
      reader.position = at;
      if (field.column === "bytes") {
        const length = span(reader, field);
        columns[column++][row] = reader.position - Math.max(0, length);
        columns[column++][row] = length;
      } else
        columns[column++][row] =
          field.column === "code" ? word(reader, field) : readNumber(reader, field);
      at = reader.position;
      continue;
    }
    if (!(value >= field.least && value <= field.most)) throw refusal(field, "float", value);
    columns[column++][row] = value;
  }
  reader.position = at;
  if (size < plan.need) throw lacking(plan, size);
  for (let index = given; index < fields.length; index++) {
    const form = fields[index].column;
    if (form === "bytes") columns[column++][row] = at;
    columns[column++][row] = form === "bytes" ? -1 : form === "number" ? NaN : 0;
  }
  for (const bound of plan.order) {
    const [value, most] = [columns[bound.from][row], columns[bound.to][row]];
    if (bound.below ? value >= most : value > most) throw unordered(plan, bound, value, most);
  }
}

/** @param {Plan} plan @param {number} size */
export const lacking = (plan, size) =>
  new MalformedError(`${plan.kind} lacks ${plan.fields[size].name}`);

/** @param {Plan} plan @param {Bound} bound @param {number} value @param {number} most */
const unordered = ({ kind }, { name, below, other }, value, most) =>
  new MalformedError(
    `${kind}.${name} is ${value}, it must be ${below ? "below" : "at most"} its ${other} ${most}`,
  );

/**
 * The length of bytes that end at the reader's position; -1 for a nil that may be.
 * @param {Reader} reader
 * @param {Field} field
 */
function span(reader, field) {
  const first = reader.bytes[reader.position];
  if (first !== 0xc4 && first !== 0xc5) return read(reader, field)?.length ?? -1;
  const start = reader.position;
  const length = reader.span();
  if (length >= field.least && length <= field.most && length % field.entry === 0) return length;
  reader.position = start;
  return read(reader, field).length;
}

/**
 * A word's code. Those that may stand here are compared with the bytes: no string is made.
 * @param {Reader} reader
 * @param {Field} field
 */
function word(reader, field) {
  const { bytes, position } = reader;
  const length = bytes[position] - 0xa0;
  for (const code of field.codes) {
    const wanted = WORD_BYTES[code];
    if (wanted.length !== length) continue;
    let same = 0;
    while (same < length && wanted[same] === bytes[position + 1 + same]) same++;
    if (same < length) continue;
    reader.position = position + 1 + length;
    return code;
  }
  return WORDS.indexOf(read(reader, field));
}
