// Written by `python -m tools.docs.schema_tables`: the type of schema.json, to the letter of its
// events.
declare const schema: {
  /** The types of values by their names. A bound that is not given is none. */
  types: Record<string, import("./check.js").Declared>;
  /**
   * The fields of every event in their order: name, column, type. Words stand for themselves, as
   * in `draft|target`; `?` says that it may be nil. The first `need` of them must be there.
   */
  events: {
    "lane": {
      "need": 2,
      "order": [],
      "fields": [["time", "number", "microseconds"], ["name", "text", "text"]]
    },
    "token": {
      "need": 3,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["id", "int", "id"],
        ["bytes", "bytes", "bytes"]
      ]
    },
    "prefill": {
      "need": 4,
      "order": [["duration", "<=", "time"], ["reused", "<=", "tokens"]],
      "fields": [
        ["time", "number", "microseconds"],
        ["duration", "number", "microseconds"],
        ["side", "code", "draft|target"],
        ["tokens", "int", "count"],
        ["reused", "int", "count"]
      ]
    },
    "round": {
      "need": 4,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["index", "int", "count"],
        ["position", "int", "count"],
        ["k", "int", "depth"]
      ]
    },
    "draft": {
      "need": 9,
      "order": [["parent", "<", "node"], ["duration", "<=", "time"]],
      "fields": [
        ["time", "number", "microseconds"],
        ["duration", "number", "microseconds"],
        ["node", "int", "node"],
        ["parent", "int", "node_or_root"],
        ["token", "number", "id?"],
        ["prob", "number", "probability?"],
        ["raw_logprob", "number", "logprob?"],
        ["uniform", "number", "uniform?"],
        ["low", "number", "probability?"],
        ["entropy", "number", "entropy?"],
        ["top", "bytes", "top?"],
        ["member", "number", "node?"]
      ]
    },
    "verify": {
      "need": 3,
      "order": [["duration", "<=", "time"], ["window", "<=", "tokens"]],
      "fields": [
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
        ["connect", "number", "microseconds?"]
      ]
    },
    "verdict": {
      "need": 7,
      "order": [],
      "fields": [
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
        ["left_prob", "number", "probability?"]
      ]
    },
    "emit": {
      "need": 10,
      "order": [],
      "fields": [
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
        ["top", "bytes", "top?"]
      ]
    },
    "law": {
      "need": 4,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["side", "code", "draft|target"],
        ["row", "int", "node_or_root"],
        ["probs", "bytes", "float32s"],
        ["member", "number", "node?"]
      ]
    },
    "finish": {
      "need": 4,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["reason", "code", "context|eos|failed|interrupted|length|stop"],
        ["tokens", "int", "count"],
        ["size", "int", "count"],
        ["second_pass", "bytes", "float32s?"]
      ]
    },
    "prediction": {
      "need": 5,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["duration", "number", "microseconds"],
        ["predicted", "number", "count?"],
        ["accepted", "int", "count"],
        ["rejected", "int", "count"],
        ["tokens", "number", "count?"],
        ["reasoning", "number", "count?"],
        ["queue", "number", "microseconds?"],
        ["prompt", "number", "microseconds?"],
        ["completion", "number", "microseconds?"]
      ]
    },
    "fault": {
      "need": 3,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["name", "text", "text"],
        ["detail", "text", "text"],
        ["round", "number", "count?"]
      ]
    },
    "mark": {
      "need": 2,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["title", "text", "text"],
        ["note", "text", "text"]
      ]
    },
    "end": {
      "need": 5,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["reason", "code", "complete|failed|interrupted"],
        ["events", "int", "count"],
        ["checks", "bytes", "checksums"],
        ["digest", "bytes", "digest"]
      ]
    },
    "check": {
      "need": 3,
      "order": [],
      "fields": [
        ["time", "number", "microseconds"],
        ["checks", "bytes", "checksums"],
        ["own", "number", "crc32"]
      ]
    }
  };
  /**
   * The header's keys. Each may be missing, or nil; `[id]` is a list of that type, `{text}` a map
   * to that type.
   */
  header: import("./check.js").HeaderFields;
};
export = schema;
