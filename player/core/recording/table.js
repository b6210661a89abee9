// A table of typed columns that grows at its end, and bisection over a sorted column.

/**
 * A column's type: `number` (nil is NaN), `int`, `code` (an interned word), `bytes` (two columns:
 * Offset, Length).
 * @typedef {"number" | "int" | "code" | "bytes"} ColumnType
 */
/** @typedef {readonly (readonly [string, ColumnType, ...unknown[]])[]} Fields */
/** @typedef {Float64Array | Int32Array} Column */

/**
 * A table whose columns are properties, each by its field's name.
 * @template {Fields} F
 * @typedef {Table & {
 *   readonly [E in F[number] as E[1] extends "bytes" ? never : E[0]]:
 *     E[1] extends "number" ? Float64Array : Int32Array
 * } & {
 *   readonly [E in F[number] as E[1] extends "bytes" ? `${E[0]}Offset` : never]: Float64Array
 * } & {
 *   readonly [E in F[number] as E[1] extends "bytes" ? `${E[0]}Length` : never]: Int32Array
 * }} TableOf
 */

const FIRST_CAPACITY = 64;

/**
 * An empty table.
 * @template {Fields} const F
 * @param {F} fields
 */
export const createTable = (fields) => /** @type {TableOf<F>} */ (new Table(fields));

/** Columns of equal length, by name. Rows are only ever appended. */
class Table {
  /** @param {Fields} fields */
  constructor(fields) {
    this.length = 0;
    this.capacity = FIRST_CAPACITY;
    this.names = fields.flatMap(([name, type]) =>
      type === "bytes" ? [`${name}Offset`, `${name}Length`] : [name],
    );
    /** @type {Column[]} */
    this.columns = fields.flatMap(([, type]) => {
      if (type === "number") return [new Float64Array(FIRST_CAPACITY)];
      if (type === "bytes")
        return [new Float64Array(FIRST_CAPACITY), new Int32Array(FIRST_CAPACITY)];
      return [new Int32Array(FIRST_CAPACITY)];
    });
    this.publish();
  }

  /** Room for one more row at index `length`; the row counts once `length` is raised. */
  reserve() {
    if (this.length < this.capacity) return;
    this.capacity *= 4; // memory that is not written to costs nothing, copying does
    this.columns = this.columns.map((column) => {
      const Kind = column instanceof Float64Array ? Float64Array : Int32Array;
      const longer = new Kind(this.capacity);
      longer.set(column);
      return longer;
    });
    this.publish();
  }

  /** Appends one row of plain numbers, in the order of the columns. @param {...number} values */
  push(...values) {
    this.reserve();
    for (let index = 0; index < values.length; index++)
      this.columns[index][this.length] = values[index];
    return this.length++;
  }

  publish() {
    Object.assign(
      this,
      Object.fromEntries(this.names.map((name, index) => [name, this.columns[index]])),
    );
  }
}

/**
 * How many of the first `length` values of a sorted column are at most `value`.
 * @param {ArrayLike<number>} column
 * @param {number} length
 * @param {number} value
 */
export function countUpTo(column, length, value) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How many rows of a table happened by a time.
 * @param {{ time: Float64Array, length: number }} table
 * @param {number} time
 */
export const rowsUpTo = (table, time) => countUpTo(table.time, table.length, time);
