// Tokens are bytes and may be half a character. Here they become text, and labels that hide
// nothing: a blank, a line end, a control or a bidi mark is shown by a visible sign, a lone byte by
// its number.

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LONGEST_LABEL = 40;
const MOST_BYTES = 4 * LONGEST_LABEL;

/** @type {Record<string, string>} */
const SIGNS = { " ": "␣", "\n": "⏎", "\t": "⇥" };

// What cannot be seen, or steers what shows it, is named by number. These are the classes of
// specrecord/text.py, and a test compares them.
const HIDDEN =
  String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e` +
  String.raw`\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb` +
  String.raw`\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}`;
const SHAPING = String.raw`\u034f\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}`;
const BLANKS = String.raw`\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000`;
const IN_TEXT = new RegExp(`[\t${HIDDEN}]`, "gu");
const IN_LABELS = new RegExp(`[ \t\n${HIDDEN}${SHAPING}${BLANKS}]`, "gu");

/** One character's visible sign. @param {string} character */
function sign(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  return SIGNS[character] ?? `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

/**
 * Text with every hidden character made visible; line ends and blanks stay.
 * @param {string} text
 */
export function harmless(text) {
  return text.replace(IN_TEXT, sign);
}

/**
 * @type {WeakMap<Uint8Array, string>} labels that were made before: a token comes again and again
 */
const labels = new WeakMap();

/**
 * A token as a short label: `␣fox`, `⏎`, `‹E2 80›` for half a character.
 * @param {Uint8Array<ArrayBuffer> | undefined} bytes
 * @returns {string}
 */
export function label(bytes) {
  if (!bytes) return "‹unknown›";
  const found = labels.get(bytes) ?? labelled(bytes);
  labels.set(bytes, found);
  return found;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function labelled(bytes) {
  if (!bytes.length) return "‹empty›";
  const head = bytes.subarray(0, MOST_BYTES);
  const cut = head.length < bytes.length;
  const text = alone(head) ?? (cut ? new TextDecoder().decode(head) : null);
  if (text === null)
    return `‹${Array.from(bytes.subarray(0, 8), hex).join(" ")}${bytes.length > 8 ? " …" : ""}›`;
  const characters = [...text];
  const shown = characters.slice(0, LONGEST_LABEL).join("").replace(IN_LABELS, sign);
  return cut || characters.length > LONGEST_LABEL ? `${shown}…` : shown;
}

/** @param {number} byte */
const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, "0");

/** @typedef {import("./recording/recording.js").Recording} Recording */
/** @typedef {import("./recording/track.js").Track} Track */

/**
 * The text of each token of a track's output. A character spread over several tokens belongs to the
 * one that completes it; the others hold "".
 * @param {Pick<Recording, "tokens">} recording
 * @param {Pick<Track, "output">} track
 * @returns {string[]}
 */
export function outputTexts(recording, track) {
  const growing = growingTexts(recording, track);
  growing.extend(true);
  return growing.texts;
}

/**
 * The same for a track that grows: `extend` adds the texts of new tokens to `texts`. A character
 * that is still in parts at the end waits for its rest, unless this is the last call.
 * @param {Pick<Recording, "tokens">} recording
 * @param {Pick<Track, "output">} track
 */
export function growingTexts(recording, track) {
  const stream = new TextDecoder("utf-8", { ignoreBOM: true });
  /**
   * @type {Map<number, string | null>} whole tokens' text; null where the bytes do not stand alone
   */
  const whole = new Map();
  /** @type {string[]} */
  const texts = [];
  let open = false; // the stream may hold part of a character
  const rest = () => {
    const part = open ? stream.decode() : "";
    open = false;
    return part;
  };
  return {
    texts,
    extend(last = false) {
      const { output } = track;
      for (let index = texts.length; index < output.length; index++) {
        const token = output.token[index];
        const bytes = recording.tokens.get(token) ?? new Uint8Array();
        if (!whole.has(token)) whole.set(token, bytes.length ? alone(bytes) : null);
        const text = whole.get(token) ?? null;
        // What stands alone ends what came before, whole or not.
        if (text !== null) texts.push(rest() + text);
        else {
          texts.push(stream.decode(bytes, { stream: true }));
          open = true;
        }
      }
      if (last && texts.length) texts[texts.length - 1] += rest();
    },
  };
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function alone(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * How many tokens of a track begin within the text: a stop string is cut away after it
 * was emitted.
 * @param {Pick<Recording, "tokens">} recording
 * @param {Pick<Track, "output" | "finish">} track
 */
export function uncutTokens(recording, { finish, output }) {
  if (!finish || typeof finish.size !== "number") return Infinity;
  let bytes = 0;
  for (let index = 0; index < output.length; index++) {
    if (bytes >= finish.size) return index;
    bytes += recording.tokens.get(output.token[index])?.length ?? 0;
  }
  return Infinity;
}
