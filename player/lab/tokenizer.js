// The embedded pair's tokenizer: byte-level BPE with single digits, read from tokenizer.json.

// GPT-2's pieces.
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export class Tokenizer {
  /** @param {any} content tokenizer.json */
  constructor({ model, added_tokens }) {
    /** @type {Map<string, number>} */
    this.ids = new Map(Object.entries(model.vocab));
    /** @type {Map<string, number>} */
    this.ranks = new Map(
      model.merges.map((/** @type {string[]} */ pair, /** @type {number} */ rank) => [
        pair.join(" "),
        rank,
      ]),
    );
    this.special = new Set(added_tokens.map((/** @type {{ id: number }} */ { id }) => id));
    this.letters = alphabet();
    /** @type {Uint8Array<ArrayBuffer>[]} */
    this.spelling = [];
    for (const [piece, id] of this.ids)
      this.spelling[id] = Uint8Array.from(this.special.has(id) ? [] : piece, (letter) =>
        this.letters.indexOf(letter),
      );
  }

  /** Ids of a text, with nothing added. @param {string} text @returns {number[]} */
  encode(text) {
    return text
      .split(/(\p{N})/u)
      .flatMap((part) => part.match(WORDS) ?? [])
      .flatMap((piece) =>
        this.merge(Array.from(new TextEncoder().encode(piece), (byte) => this.letters[byte])),
      );
  }

  /** Joins neighbours by rank until none can be joined. @param {string[]} parts */
  merge(parts) {
    for (;;) {
      let [best, at] = [Infinity, -1];
      for (let index = 0; index + 1 < parts.length; index++) {
        const rank = this.ranks.get(`${parts[index]} ${parts[index + 1]}`) ?? Infinity;
        if (rank < best) [best, at] = [rank, index];
      }
      if (at < 0) return parts.map((part) => /** @type {number} */ (this.ids.get(part)));
      parts.splice(at, 2, parts[at] + parts[at + 1]);
    }
  }

  /**
   * What identifies a vocabulary, as in specrecord/models/tokenization/tokenizer.py: SHA-256 over
   * every id, kind and spelling.
   */
  async fingerprint() {
    const encoder = new TextEncoder();
    const parts = [...this.ids]
      .sort(([, a], [, b]) => a - b)
      .flatMap(([piece, id]) => {
        const special = this.special.has(id);
        const raw = special ? encoder.encode(piece) : this.spelling[id];
        return [`${id} ${Number(special)} ${raw.length} `, raw];
      });
    return sha256(await new Blob(parts).arrayBuffer());
  }
}

/** In hexadecimal. @param {BufferSource} bytes */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The letters that byte-level vocabularies write for bytes: printable Latin-1 for itself, the rest
 * from U+0100 on.
 */
function alphabet() {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(/[!-~\xa1-\xac\xae-\xff]/.test(String.fromCharCode(byte)) ? byte : next++),
  );
}
