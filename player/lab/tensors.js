// Reads a safetensors file: named float32 arrays over one buffer.
// https://github.com/huggingface/safetensors

/** @param {ArrayBuffer} buffer @returns {Map<string, Float32Array>} */
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (entry.dtype !== "F32")
      throw new Error(`${name} is ${entry.dtype}; the laboratory reads float32 only`);
    const [start, end] = entry.data_offsets;
    tensors.set(name, new Float32Array(buffer.slice(8 + length + start, 8 + length + end)));
  }
  return tensors;
}
