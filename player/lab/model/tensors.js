// Reads a safetensors file of float32 arrays, which the embedded pair's are, by their names.
// https://github.com/huggingface/safetensors

/** @param {ArrayBuffer} buffer @returns {Record<string, Float32Array>} */
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Record<string, Float32Array>} */
  const tensors = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [start, end] = entry.data_offsets;
    tensors[name] = new Float32Array(buffer.slice(8 + length + start, 8 + length + end));
  }
  return tensors;
}
