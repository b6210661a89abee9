// The laboratory's kernels: WebAssembly and plain JavaScript against the sums written out.
import assert from "node:assert/strict";
import test from "node:test";
import { Products } from "../../player/lab/model/products.js";

/** @param {number} length @param {number} salt */
const noise = (length, salt) =>
  Float32Array.from({ length }, (_, at) => Math.sin(at * 12.9898 + salt) * 3);
/** @param {Products} products @param {Float32Array} values */
function placed(products, values) {
  const at = products.room(values.length);
  products.memory.set(values, at);
  return at;
}
/** @param {number} found @param {number} wanted */
const near = (found, wanted) =>
  assert.ok(Math.abs(found - wanted) < 2e-5 * (1 + Math.abs(wanted)), `${found}, not ${wanted}`);

for (const simd of [true, false]) {
  const kind = simd ? "WebAssembly" : "plain JavaScript";

  test(`${kind}: products of any number of rows are added to what is there`, () => {
    const products = new Products(1 << 16, simd);
    for (const [width, outputs] of [
      [24, 8],
      [32, 16],
      [12, 24],
      [96, 192],
    ]) {
      const [x, w] = [noise(13 * width, 1), noise(outputs * width, 2)];
      const half = (outputs / 2) * width;
      const blocks = products.pack(width, w.subarray(0, half), w.subarray(half));
      for (const count of [1, 2, 3, 4, 5, 6, 7, 13]) {
        const before = noise(count * (outputs + 4), 3);
        const out = { at: placed(products, before), stride: outputs + 4 };
        products.multiply({ at: placed(products, x), stride: width }, blocks, out, count);
        before.forEach((value, at) => {
          const [row, output] = [Math.floor(at / out.stride), at % out.stride];
          let sum = value;
          for (let i = 0; output < outputs && i < width; i++)
            sum += x[row * width + i] * w[output * width + i];
          near(products.memory[out.at + at], sum);
        });
        products.used = blocks.at + outputs * width;
      }
      products.used = 0;
    }
  });

  test(`${kind}: softmax gives nothing to what is masked`, () => {
    const products = new Products(1 << 10, simd);
    const scores = noise(64, 4).map((value, at) => (at % 5 ? 20 * value : -Infinity));
    const at = placed(products, scores);
    products.kernels.softmax(4 * at, scores.length);
    const most = Math.max(...scores);
    const mass = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
    scores.forEach((score, index) => {
      const found = products.memory[at + index];
      if (score === -Infinity) assert.equal(found, 0);
      near(found, Math.exp(score - most) / mass);
    });
  });

  test(`${kind}: a gate is its number times its sigmoid, however large`, () => {
    const products = new Products(1 << 10, simd);
    const both = noise(48, 5).map((value, at) => (at % 3 ? value : 60 * value));
    const [from, to] = [placed(products, both), products.room(24)];
    products.kernels.gated(4 * from, 4 * to, 24);
    for (let at = 0; at < 24; at++)
      near(products.memory[to + at], (both[at] / (1 + Math.exp(-both[at]))) * both[24 + at]);
  });
}
