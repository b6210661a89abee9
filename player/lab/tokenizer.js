// The embedded pair's tokenizer: byte-level BPE with single digits, read from tokenizer.json.

// GPT-2's pieces.
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export class Tokenizer {
  /** @param {Record<string, any>} content tokenizer.json */
  constructor(content) {
    const kinds = (content.pre_tokenizer?.pretokenizers ?? []).map(
      (/** @type {any} */ one) => one.type,
    );
    if (content.model?.type !== "BPE" || kinds.join() !== "Digits,ByteLevel")
      throw new Error("this tokenizer is not the embedded pair's");
    /** @type {Map<string, number>} */
    this.ids = new Map(Object.entries(content.model.vocab));
    this.ranks = new Map(
      content.model.merges.map((/** @type {any} */ pair, /** @type {number} */ rank) => [
        Array.isArray(pair) ? pair.join(" ") : pair,
        rank,
      ]),
    );
    this.special = new Set(
      content.added_tokens
        .filter((/** @type {any} */ one) => one.special)
        .map((/** @type {any} */ one) => one.id),
    );
    const [letters, bytes] = alphabet();
    this.letters = letters;
    /** @type {Uint8Array<ArrayBuffer>[]} */
    this.spelling = [];
    for (const [piece, id] of this.ids) {
      this.spelling[id] = this.special.has(id)
        ? new Uint8Array(0)
        : Uint8Array.from(piece, (letter) => /** @type {number} */ (bytes.get(letter)));
    }
  }

  /** Ids of a text, with nothing added. @param {string} text @returns {number[]} */
  encode(text) {
    const pieces = text
      .split(/(\p{N})/u)
      .filter(Boolean)
      .flatMap((part) => part.match(WORDS) ?? []);
    return pieces.flatMap((piece) =>
      this.merge([...new TextEncoder().encode(piece)].map((byte) => this.letters[byte])),
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
      const pair = parts[at] + parts[at + 1];
      /** @type {string[]} */
      const next = [];
      for (let index = 0; index < parts.length; index++) {
        if (
          index + 1 < parts.length &&
          parts[index] + parts[index + 1] === pair &&
          this.ranks.get(`${parts[index]} ${parts[index + 1]}`) === best
        ) {
          next.push(pair);
          index++;
        } else next.push(parts[index]);
      }
      parts = next;
    }
  }

  /**
   * What identifies a vocabulary, as in specrecord/models/tokenization/tokenizer.py: SHA-256 over every id, kind
   * and spelling.
   */
  async fingerprint() {
    const encoder = new TextEncoder();
    const parts = [...this.ids]
      .sort(([, a], [, b]) => a - b)
      .flatMap(([piece, id]) => {
        const special = this.special.has(id);
        const raw = special ? encoder.encode(piece) : this.spelling[id];
        return [encoder.encode(`${id} ${special ? 1 : 0} ${raw.length} `), raw];
      });
    return hex(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
  }
}

/** @param {ArrayBuffer} buffer */
export const hex = (buffer) =>
  [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The letters that byte-level vocabularies write for bytes, and back: printable Latin-1 for itself,
 * the rest from U+0100 on.
 * @returns {[string[], Map<string, number>]}
 */
function alphabet() {
  const plain = (/** @type {number} */ byte) =>
    (byte >= 0x21 && byte < 0x7f) || (byte >= 0xa1 && byte < 0xad) || byte >= 0xae;
  let next = 0x100;
  const letters = Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(plain(byte) ? byte : next++),
  );
  return [letters, new Map(letters.map((letter, byte) => [letter, byte]))];
}
