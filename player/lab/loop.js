// The loop: draft, verify, test, emit, as a generator of events in the order of
// specrecord/decoding. The baseline is the same loop without a draft. Spans are stamped around the
// models' own work; evidence is worked out between them.

import { entropy, overlap, rawLogprob, sampledProbs, softmax, topList } from "./distributions.js";
import { children, ROOT, RULES } from "./rules.js";

const TOP = 10; // alternatives that are recorded of a distribution

/** @typedef {import("./model/llama.js").Llama} Llama */
/** @typedef {import("./distributions.js").Probs} Probs */
/** @typedef {import("./rules.js").DraftTree} DraftTree */
/**
 * @typedef {object} Settings
 * @property {number[]} widths children at each depth
 * @property {string} rule
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 * @property {number} max_tokens
 * @property {number} endId
 */
/**
 * One track's run.
 * @typedef {object} Run
 * @property {string} track
 * @property {Llama | null} draft
 * @property {Llama} target
 * @property {number[]} prompt
 * @property {Settings} settings
 * @property {(token: number) => number} sizeOf bytes of a token
 * @property {() => number} now µs
 * @property {import("./rng.js").Rng} rng
 * @property {number} trip ms of a pretended round trip, which is waited for in each verification
 * @property {() => boolean} stopped
 */
/**
 * An event by the names of docs/format.md. `ids` are those that `top` mentions.
 * @typedef {{ kind: keyof typeof import("../core/recording/schema.json").events, time: number,
 *   ids?: number[], [field: string]: any }} Event
 */

/**
 * The events of one track.
 * @param {Run} run
 * @returns {Generator<Event>}
 */
export function* decode(run) {
  const { draft, target, settings, now } = run;
  const context = [...run.prompt];
  let [emitted, size, index, reason] = [0, 0, 0, ""];
  yield { kind: "lane", time: now(), name: run.track };
  const room = () => {
    const left = settings.max_tokens - emitted - 1;
    const places = Math.min(target.context, (draft?.context ?? -1) + 1) - context.length;
    return Math.max(0, Math.min(settings.widths.length, left, places));
  };
  const sides = draft && room() ? { draft, target } : { target };
  for (const [side, model] of Object.entries(sides)) {
    const start = now();
    model.read(context.slice(0, -1)); // the first round reads the last one
    const time = now();
    const tokens = context.length;
    yield { kind: "prefill", time, duration: time - start, side, tokens, reused: 0 };
  }
  while (!reason) {
    if (context.length > target.context) reason = "context";
    else if (run.stopped()) reason = "interrupted";
    if (reason) break;
    const k = room();
    yield { kind: "round", time: now(), index: index++, position: emitted, k };
    const { tree, events, read } = grow(run, context, emitted, k);
    yield* events;
    const start = now();
    const logits = target.verify(context, tree.tokens, tree.parents);
    const sent = now();
    while (run.trip && now() - sent < run.trip * 1000);
    const time = now();
    const network = run.trip ? time - sent : null;
    yield { kind: "verify", time, duration: time - start, tokens: tree.tokens.length + 1, network };
    const probs = logits.map((row) => sampledProbs(row, settings));
    const result = RULES[settings.rule].verify(tree, probs, run.rng);
    yield* verdicts(tree, result, logits, probs, settings, now());
    target.keep(result.path);
    draft?.keep(result.path.map((node) => read.indexOf(node)).filter((row) => row >= 0));
    const tokens = result.path.map((node) => tree.tokens[node]);
    if (result.last) tokens.push(result.last.token);
    for (const token of tokens) {
      context.push(token);
      emitted++;
      size += run.sizeOf(token);
      if (token === settings.endId) reason = "eos";
      else if (emitted >= settings.max_tokens) reason ||= "length";
    }
  }
  yield { kind: "finish", time: now(), reason, tokens: emitted, size };
}

/**
 * Grows a round's draft. `read` are the nodes that the draft itself has read, in that order: all
 * but the last level.
 * @param {Run} run
 * @param {number[]} context
 * @param {number} position
 * @param {number} depth
 */
function grow({ draft, settings, rng, now }, context, position, depth) {
  /** @type {DraftTree} */
  const tree = { position, tokens: [], parents: [], probs: [], ends: [] };
  const kind = /** @type {const} */ ("draft");
  const nodes = [];
  /** @type {number[]} */
  const read = [];
  let frontier = [ROOT];
  for (let level = 0; draft && level < depth && frontier.length; level++) {
    let start = now();
    const rows = level
      ? draft.branch(
          frontier.map((node) => tree.tokens[node]),
          frontier.map((node) => read.indexOf(tree.parents[node])),
        )
      : draft.verify(context, [], []);
    if (level) read.push(...frontier);
    const next = [];
    for (const [index, parent] of frontier.entries()) {
      const [logits, seen] = [rows[index], new Set()];
      const probs = sampledProbs(logits, settings);
      const { sample } = RULES[settings.rule];
      for (const one of sample(probs, settings.widths[level], rng, position + level)) {
        const { token } = one.draw;
        const time = now();
        const ends = token === settings.endId || position + level + 1 >= settings.max_tokens;
        const node = tree.tokens.push(token) - 1;
        tree.parents.push(parent);
        tree.probs.push(one.probs);
        tree.ends.push(ends);
        const event = { kind, time, duration: time - start, node, parent, ...one.draw };
        nodes.push({ event, logits, probs });
        start = time;
        if (!seen.has(token) && !ends) next.push(node);
        seen.add(token);
      }
    }
    frontier = next;
  }
  const events = nodes.map(({ event, logits, probs }) => ({
    ...event,
    raw_logprob: rawLogprob(logits, event.token),
    ...(isFirst(tree, event.node) && evidence(logits, probs, settings)),
  }));
  return { tree, events, read };
}

/**
 * A verdict for every drafted token, and the token that follows.
 * @param {DraftTree} tree
 * @param {import("./rules.js").VerifyResult} result
 * @param {Float32Array[]} logits
 * @param {Probs[]} probs
 * @param {Settings} settings
 * @param {number} time
 * @returns {Generator<Event>}
 */
function* verdicts(tree, { path, tests, last, origin }, logits, probs, settings, time) {
  for (const [node, token] of tree.tokens.entries()) {
    const row = tree.parents[node] + 1;
    const test = tests.get(node);
    yield {
      kind: "verdict",
      time,
      node,
      fate: !test ? "untested" : path.includes(node) ? "accepted" : "rejected",
      target_prob: probs[row][token],
      raw_logprob: rawLogprob(logits[row], token),
      overlap: overlap(probs[row], tree.probs[node]),
      ...test,
      ...(isFirst(tree, node) && evidence(logits[row], probs[row], settings)),
    };
  }
  if (!last) return;
  const node = path.at(-1) ?? ROOT;
  const row = node + 1;
  yield {
    kind: "emit",
    time,
    origin,
    ...last,
    target_prob: probs[row][last.token],
    draft_prob: tree.probs[children(tree, node)[0]]?.[last.token],
    raw_logprob: rawLogprob(logits[row], last.token),
    ...(origin === "bonus" && evidence(logits[row], probs[row], settings)),
  };
}

/** Whether a node is its parent's first child. @param {DraftTree} tree @param {number} node */
const isFirst = ({ parents }, node) => parents[node] !== parents[node - 1];

/**
 * Entropy and likeliest tokens of a distribution; at temperature 0 of the model's own.
 * @param {Float32Array} logits
 * @param {Probs} probs
 * @param {Settings} settings
 */
function evidence(logits, probs, { temperature }) {
  const shown = temperature === 0 ? softmax(logits) : probs;
  return { entropy: entropy(shown), ...topList(shown, TOP) };
}
