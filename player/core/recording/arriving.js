// Bytes that come in pieces, gzip-compressed or not: unpacked as they come, and held as one stretch
// that grows.

const PIECE = 1 << 16;

/**
 * Bytes that grow at their end, in a buffer that grows fourfold: memory that is not written to
 * costs nothing, copying does.
 */
export class Growing {
  constructor() {
    this.buffer = new Uint8Array(1 << 18);
    this.length = 0;
  }

  /** @param {Uint8Array<ArrayBuffer>} part */
  append(part) {
    let size = this.buffer.length;
    while (size < this.length + part.length) size *= 4;
    if (size > this.buffer.length) {
      const longer = new Uint8Array(size);
      longer.set(this.buffer.subarray(0, this.length));
      this.buffer = longer;
    }
    this.buffer.set(part, this.length);
    this.length += part.length;
  }

  get bytes() {
    return this.buffer.subarray(0, this.length);
  }
}

/** What a stream yields. @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream */
export async function* piecesOf(stream) {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    reader.cancel().catch(() => {}); // whoever stops early needs no more of it
  }
}

/**
 * Hands on what the pieces hold, unpacked where it is packed. A packed stream that is cut or
 * damaged gives what comes out of it. What `take` throws ends it all.
 * @param {AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>} pieces
 * @param {(part: Uint8Array<ArrayBuffer>) => void} take
 */
export async function unpacked(pieces, take) {
  let unpack = null;
  let first = true;
  for await (const piece of pieces) {
    if (!piece.length) continue;
    if (first && piece[0] === 0x1f) unpack = unpacker(take); // no msgpack map begins like that
    first = false;
    if (!unpack) take(piece);
    else
      for (let at = 0; at < piece.length; at += PIECE)
        if (!(await unpack.write(piece.subarray(at, at + PIECE)))) return;
  }
  await unpack?.end();
}

/**
 * A gzip stream. It is closed only when its output has been read: an error at its end throws away
 * what it had ready.
 * @param {(part: Uint8Array<ArrayBuffer>) => void} take
 */
function unpacker(take) {
  if (!globalThis.DecompressionStream)
    throw new Error(
      "this browser is too old to unpack it (it has no DecompressionStream); open the page in a " +
        "newer one, or publish the recording unpacked, as .specrec",
    );
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let size = 0;
  let claimed = -1; // the size that the stream's last bytes say that it unpacks to
  let refused = false; // by `take`
  const reading = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      refused = true;
      take(part.value);
      refused = false;
    }
  })();
  reading.catch(() => {}); // seen below
  /** Whether it went well; nothing more comes where it did not. @param {Promise<unknown>} step */
  const well = (step) =>
    Promise.race([step, reading.then(() => step)]).then(
      () => true,
      (error) => {
        if (refused) throw error;
        return false;
      },
    );
  return {
    /** @param {Uint8Array<ArrayBuffer>} piece */
    write(piece) {
      if (piece.length >= 4)
        claimed = new DataView(piece.buffer, piece.byteOffset + piece.length - 4, 4).getUint32(
          0,
          true,
        );
      return well(writer.write(piece));
    },
    async end() {
      for (let still = 0, before = size; still < 2 && size >>> 0 !== claimed; before = size) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        still = size === before ? still + 1 : 0;
      }
      if (await well(writer.close())) await well(reading);
    },
  };
}
