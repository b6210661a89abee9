// The kernels of kernels.js in plain JavaScript, for where a page's policy or the browser forbids
// WebAssembly.

/**
 * @param {Float32Array} memory
 * @param {number[][]} shapes
 * @returns {Record<string, (...numbers: number[]) => void>}
 */
export function plain(memory, shapes) {
  return {
    ...Object.fromEntries(shapes.map(([rows, columns]) => [`${rows}x${columns}`, product(rows)])),
    softmax(address, count) {
      const row = memory.subarray(address / 4, address / 4 + count);
      const most = row.reduce((a, b) => Math.max(a, b));
      let sum = 0;
      row.forEach((score, at) => (sum += row[at] = Math.exp(score - most)));
      row.forEach((weight, at) => (row[at] = weight / sum));
    },
    gated(address, out, count) {
      const from = address / 4;
      for (let at = 0; at < count; at++) {
        const gate = memory[from + at];
        memory[out / 4 + at] = (gate / (1 + Math.exp(-gate))) * memory[from + count + at];
      }
    },
  };

  /** @param {number} rows @returns {(...numbers: number[]) => void} */
  function product(rows) {
    return (x, w, out, width, blocks, xStride, wStride, outStride) => {
      for (let row = 0; row < rows; row++) {
        const [from, to] = [(x + row * xStride) / 4, (out + row * outStride) / 4];
        for (let output = 0; output < 4 * blocks; output++) {
          const weights = (w + (output >> 2) * wStride) / 4 + (output & 3);
          let sum = 0;
          for (let i = 0; i < width; i++) sum += memory[from + i] * memory[weights + 4 * i];
          memory[to + output] += sum;
        }
      }
    };
  }
}
