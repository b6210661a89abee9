// A table of typed columns that grows at its end, and bisection over a sorted column.

/**
 * A column's type: `number` (nil is NaN), `int`, `code` (an interned word), `bytes` (two columns:
 * Offset, Length).
 */
/** @typedef {"number" | "int" | "code" | "bytes"} ColumnType */

const FIRST_CAPACITY = 64;

/** Columns of equal length, by name. Rows are only ever appended. */
export class Table {
  /** @param {[string, ColumnType][]} fields */
  constructor(fields) {
    this.length = 0;
    this.capacity = FIRST_CAPACITY;
    this.names = fields.flatMap(([name, type]) =>
      type === "bytes" ? [`${name}Offset`, `${name}Length`] : [name],
    );
    /** @type {any[]} */
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
      const longer = new column.constructor(this.capacity);
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
    this.names.forEach((name, index) => {
      /** @type {any} */ (this)[name] = this.columns[index];
    });
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
