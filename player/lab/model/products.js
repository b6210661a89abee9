// Products of matrices of float32 over one stretch of memory. Weights lie in blocks of four
// outputs side by side, so that one load brings one input's weights of all four, and several rows
// share each weight that is loaded.

import { compiled } from "./kernels.js";
import { plain } from "./plain.js";

const MOST = 5; // rows at once: with two blocks, what a processor's 16 registers hold
const FEW = 2; // rows with which four blocks at a time are quicker
const NEAR = 16; // blocks whose weights stay in the cache while many rows pass over them
const PAGE = 65536; // bytes
const SHAPES = [...[1, 2, 3, 4, 5].map((rows) => [rows, 2]), [1, 4], [2, 4]];

/**
 * A product's operands, by their first number in memory and the numbers from one row, or block, to
 * the next.
 * @typedef {{ at: number, stride: number }} Rows
 * @typedef {{ at: number, stride: number, width: number, blocks: number }} Blocks
 */
export class Products {
  /**
   * How many numbers it holds is said at the start: views of the memory stay valid. Where a page's
   * policy or the browser forbids WebAssembly, plain JavaScript does the same.
   * @param {number} numbers
   * @param {boolean} [simd]
   */
  constructor(numbers, simd = true) {
    this.used = 0;
    try {
      if (!simd) throw new Error("not wanted");
      const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * numbers) / PAGE) });
      this.kernels = compiled(memory, SHAPES);
      this.memory = new Float32Array(memory.buffer);
    } catch {
      this.memory = new Float32Array(numbers);
      this.kernels = plain(this.memory, SHAPES);
    }
    this.shapes = SHAPES.map(([rows, columns]) => this.kernels[`${rows}x${columns}`]);
  }

  /** Where `count` numbers have room. @param {number} count */
  room(count) {
    const at = this.used;
    this.used += Math.ceil(count / 4) * 4;
    return at;
  }

  /**
   * Lays weights (outputs, width) in blocks, the parts one below the other.
   * @param {number} width
   * @param {Float32Array[]} parts
   * @returns {Blocks}
   */
  pack(width, ...parts) {
    const at = this.room(parts.reduce((sum, part) => sum + part.length, 0));
    let output = 0;
    for (const part of parts)
      for (let from = 0; from < part.length; from += width, output++) {
        const to = at + (output >> 2) * 4 * width + (output & 3);
        for (let i = 0; i < width; i++) this.memory[to + 4 * i] = part[from + i];
      }
    return { at, stride: 4 * width, width, blocks: output / 4 };
  }

  /**
   * Adds to `out` the product of `count` rows of `x` and the transpose of `w`. Widths are multiples
   * of four, blocks come in twos.
   * @param {Rows} x
   * @param {Blocks} w
   * @param {Rows} out
   * @param {number} count
   */
  multiply(x, w, out, count) {
    const group = Math.ceil(count / Math.ceil(count / MOST));
    const near = count > group ? NEAR : w.blocks;
    for (let block = 0; block < w.blocks; block += near) {
      const blocks = Math.min(near, w.blocks - block);
      for (let row = 0; row < count; row += group) {
        const rows = Math.min(group, count - row);
        const inFours = rows <= FEW && blocks % 4 === 0;
        this.shapes[inFours ? MOST + rows - 1 : rows - 1](
          4 * (x.at + row * x.stride),
          4 * (w.at + block * w.stride),
          4 * (out.at + row * out.stride + 4 * block),
          w.width,
          blocks,
          4 * x.stride,
          4 * w.stride,
          4 * out.stride,
        );
      }
    }
  }
}
