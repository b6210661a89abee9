// The events' fields, in their order: docs/format.md's table.

/** @typedef {import("./table.js").Fields} Fields */

/**
 * Kinds that are kept as columns: field, type. The first `need` must be there; later ones may be
 * missing.
 * @satisfies {Record<string, { need: number, fields: Fields }>}
 */
export const FIELDS = /** @type {const} */ ({
  prefill: {
    need: 4,
    fields: [
      ["time", "number"],
      ["duration", "number"],
      ["side", "code"],
      ["tokens", "int"],
      ["reused", "int"],
    ],
  },
  round: {
    need: 4,
    fields: [
      ["time", "number"],
      ["index", "int"],
      ["position", "int"],
      ["k", "int"],
    ],
  },
  draft: {
    need: 9,
    fields: [
      ["time", "number"],
      ["duration", "number"],
      ["node", "int"],
      ["parent", "int"],
      ["token", "int"],
      ["prob", "number"],
      ["raw_logprob", "number"],
      ["uniform", "number"],
      ["low", "number"],
      ["entropy", "number"],
      ["top", "bytes"],
    ],
  },
  verify: {
    need: 3,
    fields: [
      ["time", "number"],
      ["duration", "number"],
      ["tokens", "int"],
      ["queue", "number"],
      ["network", "number"],
      ["window", "int"],
      ["prompt", "number"],
      ["completion", "number"],
      ["sent", "number"],
    ],
  },
  verdict: {
    need: 7,
    fields: [
      ["time", "number"],
      ["node", "int"],
      ["fate", "code"],
      ["target_prob", "number"],
      ["raw_logprob", "number"],
      ["accept_prob", "number"],
      ["uniform", "number"],
      ["low", "number"],
      ["overlap", "number"],
      ["entropy", "number"],
      ["top", "bytes"],
      ["left_prob", "number"],
    ],
  },
  emit: {
    need: 10,
    fields: [
      ["time", "number"],
      ["origin", "code"],
      ["token", "int"],
      ["uniform", "number"],
      ["low", "number"],
      ["high", "number"],
      ["prob", "number"],
      ["target_prob", "number"],
      ["draft_prob", "number"],
      ["raw_logprob", "number"],
      ["entropy", "number"],
      ["top", "bytes"],
    ],
  },
  law: {
    need: 4,
    fields: [
      ["time", "number"],
      ["side", "code"],
      ["row", "int"],
      ["probs", "bytes"],
    ],
  },
});

/** @typedef {keyof typeof FIELDS} RowKind a kind of event that becomes a row of a table */

/** @param {string} kind @returns {kind is RowKind} */
export const isRow = (kind) => Object.hasOwn(FIELDS, kind);

/**
 * Kinds that are few and kept as plain objects.
 * @type {Record<string, { need: number, fields: string[] }>}
 */
export const RECORDS = {
  lane: { need: 2, fields: ["time", "name"] },
  token: { need: 3, fields: ["time", "id", "bytes"] },
  finish: { need: 4, fields: ["time", "reason", "tokens", "size"] },
  fault: { need: 3, fields: ["time", "name", "detail", "round"] },
  mark: { need: 2, fields: ["time", "title", "note"] },
  end: { need: 5, fields: ["time", "reason", "events", "checks", "digest"] },
};

/** Words that stand as small numbers in `code` columns. */
export const WORDS = ["accepted", "rejected", "untested", "resampled", "bonus", "draft", "target"];
export const [ACCEPTED, REJECTED, UNTESTED, RESAMPLED, , DRAFT_SIDE, TARGET_SIDE] = WORDS.keys();

/** The node that stands for a round's own last token, which was emitted and not drafted. */
export const EMIT = -1;
