// Bytes that come in pieces, gzip-compressed or not: unpacked as they come, and held as one stretch
// that grows.

const PIECE = 1 << 16;
const MOST = 100; // times the size of a gzip stream, or
const ALWAYS = 1 << 24; // bytes, that it may unpack to
const DAMAGED = "a damaged gzip stream; take a copy that is whole";
const LARGE = `unpacks to more than ${MOST} times its size; unpack it with gunzip`;

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
 * Hands on what the pieces hold, unpacked where it is packed. A packed stream that is cut gives
 * what comes out of it; of one that is damaged, or unpacks to far more than it is, the line to show
 * is returned, since what came out of it may be anything. What `take` throws ends it all.
 * @param {AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>} pieces
 * @param {(part: Uint8Array<ArrayBuffer>) => void} take
 * @returns {Promise<string | undefined>}
 */
export async function unpacked(pieces, take) {
  let unpack = null;
  let first = true;
  for await (const piece of pieces) {
    if (!piece.length) continue;
    // No msgpack map begins like that.
    if (first && piece[0] === 0x1f && (piece[1] ?? 0x8b) === 0x8b) unpack = unpacker(take);
    first = false;
    if (!unpack) take(piece);
    else
      for (let at = 0; at < piece.length; at += PIECE)
        if (!(await unpack.write(piece.subarray(at, at + PIECE)))) return unpack.damage();
  }
  return unpack?.end();
}

/**
 * A gzip stream. It is closed only when its output has been read: an error at its end throws away
 * what it had ready.
 * @param {(part: Uint8Array<ArrayBuffer>) => void} take
 */
function unpacker(take) {
  if (!globalThis.DecompressionStream)
    throw new Error(
      "this browser is too old for it (no DecompressionStream); open the page in a newer one",
    );
  const stream = new DecompressionStream("gzip");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let size = 0;
  let given = 0;
  let last = new Uint8Array(); // four bytes: the size that the stream says that it unpacks to
  let large = false;
  /** @type {unknown[]} */
  const refused = []; // what `take` threw: said only of a stream that is not damaged
  const reading = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > Math.max(ALWAYS, MOST * given)) large = true;
      try {
        if (!refused.length && !large) take(part.value);
      } catch (error) {
        refused.push(error);
      }
    }
  })();
  reading.catch(() => {}); // seen below
  /** Whether it went well; nothing more comes where it did not. @param {Promise<unknown>} step */
  const well = (step) =>
    Promise.race([step, reading.then(() => step)]).then(
      () => true,
      () => false,
    );
  const toldSize = () =>
    last.length < 4 ? -1 : new DataView(last.buffer, last.byteOffset, 4).getUint32(0, true);
  const damage = () => (large ? LARGE : DAMAGED);
  return {
    damage,
    /** @param {Uint8Array<ArrayBuffer>} piece */
    async write(piece) {
      given += piece.length;
      last = Uint8Array.from([...last, ...piece.subarray(-4)]).slice(-4);
      return (await well(writer.write(piece))) && !large;
    },
    async end() {
      for (let still = 0, before = size; still < 2 && size >>> 0 !== toldSize(); before = size) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        still = size === before ? still + 1 : 0;
      }
      // Node says here what browsers say when it is written, and reads on behind a stream's end,
      // which is then not as long as it says that it is.
      const error = await writer
        .close()
        .then(
          () => reading.then(() => null),
          (/** @type {any} */ reason) => reason,
        )
        .catch((reason) => reason);
      const cut = error && (typeof error.code !== "string" || error.code === "Z_BUF_ERROR");
      if (large || (error && !cut) || (!error && size >>> 0 !== toldSize())) return damage();
      if (refused.length) throw refused[0];
    },
  };
}
