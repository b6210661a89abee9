// What the lanes of a race are called: by who writes and how, never by an identifier.
// specrecord/publish/runs/lanes.py says the same words in Python, and a test compares the two.

/** @typedef {import("../recording/recording.js").Recording} Recording */

/**
 * Models that come with the program, and drafts that are no model.
 * @type {Record<string, string>}
 */
const MODELS = {
  smollm2: "SmolLM2",
  "smollm2:draft": "a trained head",
  "tiny:target": "the embedded target",
  "tiny:draft": "the embedded draft",
  "tiny:draft-int4": "the embedded draft in 4 bits",
  "tiny:draft-qat": "the embedded draft trained in 4 bits",
  ngram: "prompt lookup",
  lookahead: "lookahead decoding",
  own: "a draft of its own",
};

/** @type {Record<string, string>} */
const BASELINES = {
  autoregressive: " alone",
  per_request: ", one request per token",
  chunked: " in chunks of K+1, without a draft",
  streaming: ", streaming",
};

/** A target in words. @param {any} target the header's */
export const targetName = (target) => {
  const name = String(target?.name ?? "the target").replace(
    /^(api|cerebras|vllm|llama-server|sglang):/,
    "",
  );
  return MODELS[name] ?? name;
};

/** A draft in words; an ensemble's members with "and". @param {any} draft the header's */
export const draftName = (draft) =>
  String(draft?.name ?? "a draft")
    .split("+")
    .map((name) => MODELS[name] ?? name.replace(/^skip:(\d+)$/, "its own first $1 layers"))
    .join(" and ");

/** How far a round drafts: `K=10`, `K up to 12`, `tree 2x2`. @param {Record<string, any>} header */
function depth({ k, tree, adaptive }) {
  if (tree && tree !== "chain") return tree === "dynamic" ? "a dynamic tree" : `tree ${tree}`;
  return adaptive ? `K up to ${k}` : `K=${k ?? "unknown"}`;
}

/**
 * What a lane is called: `name` beside others of the same target, `full` in a sentence.
 * @param {Recording} recording
 * @param {string} track
 */
export function laneName({ header, main }, track) {
  const target = targetName(header.target);
  if (track !== main.name) {
    const how = header.rule === "prediction" ? ", without a prediction" : BASELINES[track];
    const full = target + (how ?? `, ${track}`);
    return { name: full, full };
  }
  const name = `with ${draftName(header.draft)}, ${depth(header)}`;
  return { name, full: `${target} ${name}` };
}
