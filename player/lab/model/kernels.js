// What the laboratory's models spend their time in, as WebAssembly with SIMD. Addresses and strides
// are in bytes. What forbids WebAssembly has plain.js, which does the same.

import * as wasm from "./assembler.js";

const { get, set, number, add, load, store } = wasm;

/**
 * out[row][4 b + lane] += sum over i of x[row][i] w[b][i][lane], for `rows` rows, and `columns`
 * blocks b at a time: each number that is loaded is used for all of them. Arguments: x, w, out, how
 * many i, how many b, and the strides of x, w and out.
 * @param {number} rows
 * @param {number} columns
 * @returns {import("./assembler.js").Kernel}
 */
function product(rows, columns) {
  const [x, w, out, width, blocks, xStride, wStride, outStride] = Array(8).keys();
  const [row, column] = [[...Array(rows).keys()], [...Array(columns).keys()]];
  const xAt = row.map((r) => 8 + r);
  const wAt = column.map((c) => 8 + rows + c);
  const left = 8 + rows + columns;
  const loaded = column.map((c) => left + 1 + c);
  const one = left + 1 + columns;
  const sum = row.map((r) => column.map((c) => one + 1 + r * columns + c));
  /** @param {number} base @param {number} index @param {number} stride */
  const at = (base, index, stride) => add(get(base), wasm.multiply(number(index), get(stride)));
  /** @param {number} local @param {number} bytes */
  const move = (local, bytes) => set(local, add(get(local), number(bytes)));
  const cells = row.flatMap((r) => column.map((c) => ({ r, c, sum: sum[r][c] })));
  return {
    ...{ name: `${rows}x${columns}`, given: 8 },
    ...{ numbers: rows + columns + 1, vectors: columns + 1 + rows * columns },
    code: wasm.countdown(
      blocks,
      columns,
      row.map((r) => set(xAt[r], at(x, r, xStride))),
      column.map((c) => set(wAt[c], at(w, c, wStride))),
      cells.map(({ r, c, sum }) => set(sum, load(at(out, r, outStride), 16 * c))),
      set(left, get(width)),
      wasm.countdown(
        left,
        1,
        column.map((c) => set(loaded[c], load(get(wAt[c])))),
        row.map((r) => [
          set(one, wasm.loadOne(get(xAt[r]))),
          column.map((c) =>
            set(sum[r][c], wasm.plus(get(sum[r][c]), wasm.times(get(one), get(loaded[c])))),
          ),
        ]),
        xAt.map((local) => move(local, 4)),
        wAt.map((local) => move(local, 16)),
      ),
      cells.map(({ r, c, sum }) => store(at(out, r, outStride), get(sum), 16 * c)),
      move(out, 16 * columns),
      set(w, at(w, columns, wStride)),
    ),
  };
}

/**
 * e to the power of the vector in a local, which is spoiled: 2 to a whole power, and a series for
 * the rest, within 2e-7 of it.
 * @param {number} local
 * @param {number} whole another local
 */
function exp(local, whole) {
  const value = wasm.times(get(local), wasm.all(Math.LOG2E));
  let series = wasm.all(1);
  for (let term = 6; term > 0; term--)
    series = wasm.plus(
      wasm.all(1),
      wasm.times(series, wasm.times(get(local), wasm.all(Math.LN2 / term))),
    );
  return [
    set(local, wasm.most(wasm.least(value, wasm.all(126)), wasm.all(-127))),
    set(whole, wasm.nearest(get(local))),
    set(local, wasm.minus(get(local), get(whole))),
    wasm.times(series, wasm.powerOfTwo(get(whole))),
  ];
}

/** Softmax of `count` numbers at an address, in place; `count` in fours. */
function softmax() {
  const [at, count, to, left, value, whole, most, sum] = Array(8).keys();
  /** @param {(a: any, b: any) => any} combine @param {number} local all lanes in each */
  const across = (combine, local) =>
    [
      [2, 3, 0, 1],
      [1, 0, 3, 2],
    ].map((order) => set(local, combine(get(local), wasm.shuffled(get(local), order))));
  /** @param {import("./assembler.js").Code[]} code */
  const each = (...code) => [
    ...[set(to, get(at)), set(left, get(count))],
    wasm.countdown(left, 4, ...code, set(to, add(get(to), number(16)))),
  ];
  return {
    ...{ name: "softmax", given: 2, numbers: 2, vectors: 4 },
    code: [
      set(most, load(get(at))),
      each(set(most, wasm.most(get(most), load(get(to))))),
      across(wasm.most, most),
      set(sum, wasm.all(0)),
      each(
        set(value, wasm.minus(load(get(to)), get(most))),
        set(value, exp(value, whole)),
        store(get(to), get(value)),
        set(sum, wasm.plus(get(sum), get(value))),
      ),
      across(wasm.plus, sum),
      each(store(get(to), wasm.over(load(get(to)), get(sum)))),
    ],
  };
}

/** out = gate / (1 + exp(-gate)) * up, for `count` numbers in fours; `up` stands behind `gate`. */
function gated() {
  const [gate, out, count, up, value, whole] = Array(6).keys();
  /** @param {number} local */
  const next = (local) => set(local, add(get(local), number(16)));
  return {
    ...{ name: "gated", given: 3, numbers: 1, vectors: 2 },
    code: [
      set(up, add(get(gate), wasm.multiply(get(count), number(4)))),
      wasm.countdown(
        count,
        4,
        set(value, wasm.minus(wasm.all(0), load(get(gate)))),
        set(value, wasm.plus(wasm.all(1), exp(value, whole))),
        store(get(out), wasm.over(wasm.times(load(get(gate)), load(get(up))), get(value))),
        [gate, out, up].map(next),
      ),
    ],
  };
}

/**
 * Compiled, over a memory: `softmax`, `gated`, and a product for each shape, `5x2`.
 * @param {WebAssembly.Memory} memory
 * @param {number[][]} shapes
 * @returns {Record<string, (...numbers: number[]) => void>}
 */
export function compiled(memory, shapes) {
  const kernels = [softmax(), gated(), ...shapes.map(([rows, columns]) => product(rows, columns))];
  const module = new WebAssembly.Module(wasm.assembled(kernels));
  return /** @type {any} */ (new WebAssembly.Instance(module, { lab: { memory } }).exports);
}
