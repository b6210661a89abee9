// Which events become rows, and the words in them.

/** Kinds of events that become rows of a table; the others are few, and kept as objects. */
export const ROWS = /** @type {const} */ ([
  "prefill",
  "round",
  "draft",
  "verify",
  "verdict",
  "emit",
  "law",
]);

/** @typedef {typeof ROWS[number]} RowKind */

/** Words that stand as small numbers in `code` columns. */
export const WORDS = ["accepted", "rejected", "untested", "resampled", "bonus", "draft", "target"];
export const [ACCEPTED, REJECTED, UNTESTED, RESAMPLED, , DRAFT_SIDE, TARGET_SIDE] = WORDS.keys();

/** The node that stands for a round's own last token, which was emitted and not drafted. */
export const EMIT = -1;
