// Products of matrices of float32, several rows or outputs at a time so that each weight is read
// once.

/**
 * rows (count, width) times the transpose of weights (outputs, width), into out (count, outputs),
 * or added to it. Four rows, or four outputs of one row, share each number that is loaded.
 * @param {Float32Array} rows
 * @param {Float32Array} weights
 * @param {Float32Array} out
 * @param {number} count
 * @param {number} width
 * @param {boolean} [add]
 */
export function multiply(rows, weights, out, count, width, add = false) {
  const outputs = weights.length / width;
  if (!add) out.fill(0, 0, count * outputs);
  let row = 0;
  for (; row + 4 <= count; row += 4) fourRows(rows, weights, out, row, width, outputs);
  for (; row < count; row++) fourOutputs(rows, weights, out, row, width, outputs);
}

/**
 * Two outputs at a time.
 * @param {Float32Array} rows
 * @param {Float32Array} weights
 * @param {Float32Array} out
 * @param {number} row
 * @param {number} width
 * @param {number} outputs
 */
function fourRows(rows, weights, out, row, width, outputs) {
  const r0 = row * width,
    r1 = r0 + width,
    r2 = r1 + width,
    r3 = r2 + width;
  for (let output = 0; output < outputs; output += 2) {
    const start = output * width;
    let a = 0,
      b = 0,
      c = 0,
      d = 0,
      e = 0,
      f = 0,
      g = 0,
      h = 0;
    for (let at = 0; at < width; at++) {
      const v = weights[start + at],
        w = weights[start + width + at];
      const x0 = rows[r0 + at],
        x1 = rows[r1 + at],
        x2 = rows[r2 + at],
        x3 = rows[r3 + at];
      a += x0 * v;
      b += x1 * v;
      c += x2 * v;
      d += x3 * v;
      e += x0 * w;
      f += x1 * w;
      g += x2 * w;
      h += x3 * w;
    }
    const t0 = row * outputs + output,
      t1 = t0 + outputs,
      t2 = t1 + outputs,
      t3 = t2 + outputs;
    out[t0] += a;
    out[t1] += b;
    out[t2] += c;
    out[t3] += d;
    out[t0 + 1] += e;
    out[t1 + 1] += f;
    out[t2 + 1] += g;
    out[t3 + 1] += h;
  }
}

/**
 * Outputs come in multiples of four in every matrix of a Llama.
 * @param {Float32Array} rows
 * @param {Float32Array} weights
 * @param {Float32Array} out
 * @param {number} row
 * @param {number} width
 * @param {number} outputs
 */
function fourOutputs(rows, weights, out, row, width, outputs) {
  const from = row * width;
  for (let output = 0; output < outputs; output += 4) {
    const w0 = output * width,
      w1 = w0 + width,
      w2 = w1 + width,
      w3 = w2 + width;
    let a = 0,
      b = 0,
      c = 0,
      d = 0;
    for (let at = 0; at < width; at++) {
      const value = rows[from + at];
      a += value * weights[w0 + at];
      b += value * weights[w1 + at];
      c += value * weights[w2 + at];
      d += value * weights[w3 + at];
    }
    const to = row * outputs + output;
    out[to] += a;
    out[to + 1] += b;
    out[to + 2] += c;
    out[to + 3] += d;
  }
}
