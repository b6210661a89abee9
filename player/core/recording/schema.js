// What a recording may hold. Written by `python -m tools.schema_tables`, as the tables of
// docs/format.md are, from what Python reads by.

/**
 * Types of values by name: kind, least, most, what a value must be, and the size that the size of
 * bytes is a multiple of. The bounds are those of a number, or of the size of bytes.
 * @type {Record<string, readonly [string, number, number, string, number?]>}
 */
export const TYPES = {
  microseconds: ["int", 0, 9007199254740991, "a whole number from 0 to 9007199254740991"],
  text: ["text", -Infinity, Infinity, "text"],
  id: ["int", 0, 2147483647, "a whole number from 0 to 2147483647"],
  bytes: ["bytes", -Infinity, Infinity, "bytes"],
  count: ["int", 0, 2147483647, "a whole number from 0 to 2147483647"],
  depth: ["int", 0, 4096, "a whole number from 0 to 4096"],
  node: ["int", 0, 65535, "a whole number from 0 to 65535"],
  node_or_root: ["int", -1, 65535, "a whole number from -1 to 65535"],
  probability: ["float", 0, 1.000000001, "a number from 0 to 1.000000001"],
  logprob: ["float", -1000000000, 0.001, "a number from -1000000000 to 0.001"],
  uniform: ["float", 0, 0.9999999999999999, "a number from 0 to 0.9999999999999999"],
  entropy: ["float", 0, 32, "a number from 0 to 32"],
  top: ["bytes", -Infinity, Infinity, "a multiple of 8 bytes", 8],
  float32s: ["bytes", -Infinity, Infinity, "a multiple of 4 bytes", 4],
  checksums: ["bytes", -Infinity, Infinity, "a multiple of 4 bytes", 4],
  digest: ["bytes", 32, 32, "32 bytes"],
  version: ["int", 1, 1, "1"],
  any: ["any", -Infinity, Infinity, "any of these"],
  bool: ["bool", -Infinity, Infinity, "true or false"],
  amount: ["number", 0, 1.7976931348623157e308, "a number from 0"],
  seed: ["int", 0, Infinity, "a whole number from 0"],
  whole: ["int", 0, 9007199254740991, "a whole number from 0 to 9007199254740991"],
};

/**
 * The fields of every event in their order: name, column, type. Words stand for themselves, as in
 * `draft|target`; `?` says that it may be nil. The first `need` of them must be there.
 */
export const EVENTS = /** @type {const} */ ({
  lane: {
    need: 2,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["name", "text", "text"],
    ],
  },
  token: {
    need: 3,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["id", "int", "id"],
      ["bytes", "bytes", "bytes"],
    ],
  },
  prefill: {
    need: 4,
    order: [
      ["duration", "<=", "time"],
      ["reused", "<=", "tokens"],
    ],
    fields: [
      ["time", "number", "microseconds"],
      ["duration", "number", "microseconds"],
      ["side", "code", "draft|target"],
      ["tokens", "int", "count"],
      ["reused", "int", "count"],
    ],
  },
  round: {
    need: 4,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["index", "int", "count"],
      ["position", "int", "count"],
      ["k", "int", "depth"],
    ],
  },
  draft: {
    need: 9,
    order: [
      ["parent", "<", "node"],
      ["duration", "<=", "time"],
    ],
    fields: [
      ["time", "number", "microseconds"],
      ["duration", "number", "microseconds"],
      ["node", "int", "node"],
      ["parent", "int", "node_or_root"],
      ["token", "int", "id"],
      ["prob", "number", "probability"],
      ["raw_logprob", "number", "logprob?"],
      ["uniform", "number", "uniform?"],
      ["low", "number", "probability?"],
      ["entropy", "number", "entropy?"],
      ["top", "bytes", "top?"],
      ["member", "number", "node?"],
    ],
  },
  verify: {
    need: 3,
    order: [
      ["duration", "<=", "time"],
      ["window", "<=", "tokens"],
    ],
    fields: [
      ["time", "number", "microseconds"],
      ["duration", "number", "microseconds"],
      ["tokens", "int", "count"],
      ["queue", "number", "microseconds?"],
      ["network", "number", "microseconds?"],
      ["window", "int", "count"],
      ["prompt", "number", "microseconds?"],
      ["completion", "number", "microseconds?"],
      ["sent", "number", "count?"],
      ["received", "number", "count?"],
      ["connect", "number", "microseconds?"],
    ],
  },
  verdict: {
    need: 7,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["node", "int", "node"],
      ["fate", "code", "accepted|rejected|untested"],
      ["target_prob", "number", "probability?"],
      ["raw_logprob", "number", "logprob?"],
      ["accept_prob", "number", "probability?"],
      ["uniform", "number", "uniform?"],
      ["low", "number", "probability?"],
      ["overlap", "number", "probability?"],
      ["entropy", "number", "entropy?"],
      ["top", "bytes", "top?"],
      ["left_prob", "number", "probability?"],
    ],
  },
  emit: {
    need: 10,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["origin", "code", "bonus|resampled"],
      ["token", "int", "id"],
      ["uniform", "number", "uniform?"],
      ["low", "number", "probability?"],
      ["high", "number", "probability?"],
      ["prob", "number", "probability?"],
      ["target_prob", "number", "probability?"],
      ["draft_prob", "number", "probability?"],
      ["raw_logprob", "number", "logprob?"],
      ["entropy", "number", "entropy?"],
      ["top", "bytes", "top?"],
    ],
  },
  law: {
    need: 4,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["side", "code", "draft|target"],
      ["row", "int", "node_or_root"],
      ["probs", "bytes", "float32s"],
      ["member", "number", "node?"],
    ],
  },
  finish: {
    need: 4,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["reason", "code", "context|eos|failed|interrupted|length|stop"],
      ["tokens", "int", "count"],
      ["size", "int", "count"],
    ],
  },
  fault: {
    need: 3,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["name", "text", "text"],
      ["detail", "text", "text"],
      ["round", "number", "count?"],
    ],
  },
  mark: {
    need: 2,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["title", "text", "text"],
      ["note", "text", "text"],
    ],
  },
  end: {
    need: 5,
    order: [],
    fields: [
      ["time", "number", "microseconds"],
      ["reason", "code", "complete|failed|interrupted"],
      ["events", "int", "count"],
      ["checks", "bytes", "checksums"],
      ["digest", "bytes", "digest"],
    ],
  },
});

/**
 * The header's keys. Each may be missing, or nil; `[id]` is a list of that type, `{text}` a map to
 * that type.
 * @typedef {{ [key: string]: string | HeaderFields }} HeaderFields
 * @type {HeaderFields}
 */
export const HEADER = {
  format: "specrecord|",
  version: "version",
  tool: "text",
  start: "text",
  title: "text",
  command: "text",
  request: "{any}",
  prompt: {
    sha256: "text",
    tokens: "count",
    text: "text",
    ids: "[id]",
  },
  chat: "bool",
  k: "depth",
  adaptive: "bool",
  temperature: "amount",
  top_k: "count",
  top_p: "probability",
  seed: "seed",
  max_tokens: "count",
  stop: "[text]",
  rule: "block|drawn|gumbel|match|rrs|specinfer|standard",
  tree: "text",
  law: "text",
  draft: {
    name: "text",
    backend: "text",
    model: "text",
    vocabulary: "text",
    context: "whole",
    parameters: "whole",
    revision: "text",
    quantisation: "text",
    details: "{any}",
  },
  target: {
    name: "text",
    backend: "text",
    model: "text",
    vocabulary: "text",
    context: "whole",
    parameters: "whole",
    revision: "text",
    quantisation: "text",
    details: "{any}",
  },
  evidence: {
    mode: "full|none|top",
    n: "count",
    of: "law|raw",
    step: "probability",
    least: "probability",
  },
  clock: {
    name: "text",
    resolution_us: "amount",
  },
  machine: {
    chip: "text",
    cores: "count",
    memory_gib: "amount",
    system: "text",
    python: "text",
    libraries: "{text}",
  },
  round_trip_us: "microseconds",
  simulated: "[text]",
  redacted: "[text]",
};
