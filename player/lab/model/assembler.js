// WebAssembly, put together from its instructions: what the laboratory's kernels are written in, so
// that what runs is what is read. https://webassembly.github.io/spec/core, of SIMD
// https://github.com/WebAssembly/simd/blob/main/proposals/simd/BinarySIMD.md

/** @typedef {number | Code[]} Code nested bytes */
/**
 * A function of whole numbers: its locals are those, then `numbers` more, then `vectors`.
 * @typedef {{ name: string, given: number, numbers: number, vectors: number, code: Code }} Kernel
 */

const [I32, V128] = [0x7f, 0x7b];
const END = 0x0b;

/** LEB128; read as signed, it is the same number. @param {number} value @returns {number[]} */
const leb = (value) => (value < 64 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
/** @param {number} code @returns {number[]} */
const lanes = (code) => [0xfd, ...(code < 128 ? [code] : [(code & 127) | 128, code >> 7])];
/** @param {number[]} code @returns {(a: Code, b: Code) => Code} */
const binary = (code) => (a, b) => [a, b, code];
/** @param {number[]} code @returns {(a: Code) => Code} */
const unary = (code) => (a) => [a, code];

/** @param {number} local */
export const get = (local) => [0x20, leb(local)];
/** @param {number} local @param {Code} value */
export const set = (local, value) => [value, 0x21, leb(local)];
/** @param {number} value */
export const number = (value) => [0x41, leb(value)];
export const add = binary([0x6a]);
export const multiply = binary([0x6c]);

/** Of four float32 each. */
export const plus = binary(lanes(0xe4));
export const minus = binary(lanes(0xe5));
export const times = binary(lanes(0xe6));
export const over = binary(lanes(0xe7));
export const least = binary(lanes(0xe8));
export const most = binary(lanes(0xe9));
export const nearest = unary(lanes(0x6a));
/** @param {number} value @returns {Code} */
export const all = (value) => {
  const bytes = [...new Uint8Array(Float32Array.of(value).buffer)];
  return [lanes(0x0c), bytes, bytes, bytes, bytes];
};
/** 2 to the power of whole numbers: the exponent's bits. @param {Code} value @returns {Code} */
export const powerOfTwo = (value) => [
  [plus(value, all(127)), lanes(0xf8)],
  [number(23), lanes(0xab)],
];
/** Lanes in another order. @param {Code} value @param {number[]} order @returns {Code} */
export const shuffled = (value, order) => [
  ...[value, value, lanes(0x0d)],
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
];

/** From memory, `offset` bytes after an address. @param {Code} address @param {number} [offset] */
export const load = (address, offset = 0) => [address, lanes(0), 2, leb(offset)];
/** One number in all four lanes. @param {Code} address */
export const loadOne = (address) => [address, lanes(9), 2, 0];
/** @param {Code} address @param {Code} value @param {number} [offset] */
export const store = (address, value, offset = 0) => [address, value, lanes(0x0b), 2, leb(offset)];

/**
 * Does it all again until `left`, less `by` each time, is nothing.
 * @param {number} left
 * @param {number} by
 * @param {Code[]} code
 * @returns {Code}
 */
export const countdown = (left, by, ...code) => [
  [0x03, 0x40],
  code,
  [get(left), number(by), 0x6b, 0x22, leb(left)],
  [0x0d, 0, END],
];

/** @param {Code[]} items @returns {number[]} */
const vector = (items) => [...leb(items.length), .../** @type {any} */ (items).flat(Infinity)];
/** @param {number} id @param {Code[]} items */
const section = (id, items) => [id, ...vector(vector(items))];
/** @param {string} text */
const spelled = (text) => vector([...new TextEncoder().encode(text)]);

/** @param {Kernel} kernel */
function body({ numbers, vectors, code }) {
  const locals = vector([
    [leb(numbers), I32],
    [leb(vectors), V128],
  ]);
  return vector(/** @type {any} */ ([locals, code, END]).flat(Infinity));
}

/** A module that exports kernels, over the memory `lab.memory`. @param {Kernel[]} kernels */
export function assembled(kernels) {
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      kernels.map(({ given }) => [0x60, vector(Array(given).fill(I32)), 0]),
    ),
    ...section(2, [[spelled("lab"), spelled("memory"), 2, 0, 0]]),
    ...section(3, [...kernels.keys()]),
    ...section(
      7,
      kernels.map(({ name }, index) => [spelled(name), 0, index]),
    ),
    ...section(10, kernels.map(body)),
  ]);
}
