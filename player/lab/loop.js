// The loop: draft, verify, judge, emit, as a generator of events in the order of
// specrecord/decoding. The baseline is the same loop without a draft. Spans are stamped around the
// models' own work; evidence is worked out between them.

import { entropy, overlap, packedTop, rawLogprob, softmax, warped } from "./laws.js";
import { children, RULES } from "./rules.js";

const TOP = 10; // alternatives that are kept of a law

/**
 * @typedef {object} Settings
 * @property {number} k  how deep a round drafts
 * @property {number[] | null} widths  children at each depth; null for a chain
 * @property {string} rule
 * @property {number} temperature
 * @property {number} topK
 * @property {number} topP
 * @property {number} maxTokens
 * @property {number} endId
 */

/** @typedef {import("./llama.js").Llama} Llama */
/**
 * One lane's run.
 * @typedef {object} Run
 * @property {string} lane
 * @property {Llama | null} draft
 * @property {Llama} target
 * @property {number[]} prompt
 * @property {Settings} settings
 * @property {(token: number) => number} sizeOf bytes of a token
 * @property {() => number} now µs
 * @property {import("./chance.js").Chance} chance
 * @property {() => number | null} wait
 * @property {() => boolean} stopped
 */
/** @typedef {any[]} Event kind and fields, as docs/format.md lists them */

/**
 * The events of one lane. `wait` stands for the network: it is called in each verification and
 * answers with the microseconds it took, or null where there is none.
 * @param {Run} run
 * @returns {Generator<Event>}
 */
export function* decode(run) {
  const { lane, draft, target, settings, now } = run;
  const context = [...run.prompt];
  let [emitted, size, index] = [0, 0, 0];
  let reason = "";
  yield ["lane", now(), lane];
  const room = () =>
    draft
      ? Math.max(
          0,
          Math.min(
            settings.k,
            settings.maxTokens - emitted - 1,
            target.context - context.length,
            draft.context - context.length + 1,
          ),
        )
      : 0;
  const sides = /** @type {[string, import("./llama.js").Llama][]} */ ([
    ...(draft && room() > 0 ? [["draft", draft]] : []),
    ["target", target],
  ]);
  for (const [side, model] of sides) {
    const start = now();
    const reused = model.prefill(context);
    const time = now();
    yield ["prefill", time, time - start, side, context.length, reused];
  }
  while (!reason) {
    if (context.length > target.context) reason = "context";
    else if (run.stopped()) reason = "interrupted";
    if (reason) break;
    const k = room();
    yield ["round", now(), index++, emitted, k];
    const grown = drafting(run, context, emitted, k);
    yield* grown.events;
    const start = now();
    const logits = target.verify(context, grown.drafted.tokens, grown.drafted.parents);
    const waited = run.wait();
    const time = now();
    yield ["verify", time, time - start, grown.drafted.tokens.length + 1, null, waited];
    const laws = logits.map((row) => warped(row, settings));
    const outcome = RULES[settings.rule].judge(grown.drafted, laws, run.chance);
    yield* verdicts(grown.drafted, outcome, logits, laws, settings, now());
    target.keep(outcome.path);
    draft?.keep(grown.read(outcome.path));
    const tokens = [
      ...outcome.path.map((node) => grown.drafted.tokens[node]),
      ...(outcome.last ? [outcome.last.token] : []),
    ];
    for (const token of tokens) {
      context.push(token);
      emitted++;
      size += run.sizeOf(token);
      if (token === settings.endId) reason = "eos";
      else if (emitted >= settings.maxTokens) reason ||= "length";
    }
  }
  yield ["finish", now(), reason, emitted, size];
}

/**
 * Grows a round's draft.
 * @param {Run} run
 * @param {number[]} context
 * @param {number} position
 * @param {number} depth
 */
function drafting({ draft, settings, chance, now }, context, position, depth) {
  /** @type {import("./rules.js").Drafted} */
  const drafted = { position, tokens: [], parents: [], laws: [], ends: [] };
  /** @type {{ time: number, duration: number, draw: import("./laws.js").Draw, row: number }[]} */
  const nodes = [];
  /** @type {{ logits: Float32Array, law: Float64Array }[]} */
  const rows = [];
  const widths = (settings.widths ?? Array(depth).fill(1)).slice(0, depth);
  /**
   * @type {Map<number, number>} where a drafted node stands among those that the draft itself has
   *   read
   */
  const known = new Map([[-1, -1]]);
  let frontier = [-1];
  for (let level = 0; draft && level < widths.length && frontier.length; level++) {
    let start = now();
    const asked =
      level === 0
        ? draft.verify(context, [], [])
        : draft.branch(
            frontier.map((node) => drafted.tokens[node]),
            frontier.map((node) => known.get(drafted.parents[node]) ?? -1),
          );
    if (level > 0)
      frontier.forEach((node, index) =>
        known.set(node, draft.nodes.length - frontier.length + index),
      );
    const first = rows.length;
    for (const logits of asked) rows.push({ logits, law: warped(logits, settings) });
    /** @type {number[]} */
    const next = [];
    frontier.forEach((parent, index) => {
      const seen = new Set();
      for (const { draw, law } of RULES[settings.rule].sample(
        rows[first + index].law,
        widths[level],
        chance,
        position + level,
      )) {
        const time = now();
        const node = drafted.tokens.push(draw.token) - 1;
        drafted.parents.push(parent);
        drafted.laws.push(law);
        drafted.ends.push(
          draw.token === settings.endId || position + level + 1 >= settings.maxTokens,
        );
        nodes.push({ time, duration: time - start, draw, row: first + index });
        start = time;
        if (!seen.has(draw.token) && !drafted.ends[node]) next.push(node);
        seen.add(draw.token);
      }
      start = now();
    });
    frontier = next;
  }
  /**
   * The part of a path that the draft has read, in its own numbers: it never read a last level.
   * @param {number[]} path
   */
  const read = (path) => path.map((node) => known.get(node)).filter((node) => node !== undefined);
  return { drafted, read, events: draftEvents(drafted, nodes, rows, settings) };
}

/**
 * @param {import("./rules.js").Drafted} drafted
 * @param {{ time: number, duration: number, draw: import("./laws.js").Draw, row: number }[]} nodes
 * @param {{ logits: Float32Array, law: Float64Array }[]} rows
 * @param {Settings} settings
 * @returns {Generator<Event>}
 */
function* draftEvents(drafted, nodes, rows, settings) {
  const told = new Set();
  for (const [index, { time, duration, draw, row }] of nodes.entries()) {
    const kept = told.has(row) ? [null, null] : evidence(rows[row].logits, rows[row].law, settings);
    told.add(row);
    yield [
      "draft",
      time,
      duration,
      index,
      drafted.parents[index],
      draw.token,
      draw.prob,
      rawLogprob(rows[row].logits, draw.token),
      draw.uniform,
      draw.low,
      ...kept,
    ];
  }
}

/**
 * A verdict for every drafted token, and the token that follows.
 * @param {import("./rules.js").Drafted} drafted
 * @param {import("./rules.js").Outcome} outcome
 * @param {Float32Array[]} logits
 * @param {Float64Array[]} laws
 * @param {Settings} settings
 * @param {number} time
 * @returns {Generator<Event>}
 */
function* verdicts(drafted, outcome, logits, laws, settings, time) {
  const [told, path] = [new Set(), new Set(outcome.path)];
  for (const [node, token] of drafted.tokens.entries()) {
    const row = drafted.parents[node] + 1;
    const test = outcome.trials.get(node);
    const kept = told.has(row) ? [null, null] : evidence(logits[row], laws[row], settings);
    told.add(row);
    const shared = test?.shared ?? overlap(laws[row], drafted.laws[node]);
    const fate = !test ? "untested" : path.has(node) ? "accepted" : "rejected";
    yield [
      "verdict",
      time,
      node,
      fate,
      laws[row][token],
      rawLogprob(logits[row], token),
      test?.accept ?? null,
      test?.uniform ?? null,
      test?.low ?? null,
      shared,
      ...kept,
      test?.left ?? null,
    ];
  }
  if (!outcome.last) return;
  const row = (outcome.path.length ? outcome.path[outcome.path.length - 1] : -1) + 1;
  const { token, uniform, low, high, prob } = outcome.last;
  const bonus = outcome.origin === "bonus";
  const draftProb = bonus ? null : drafted.laws[children(drafted, row - 1)[0]][token];
  const kept = bonus ? evidence(logits[row], laws[row], settings) : [null, null];
  yield [
    "emit",
    time,
    outcome.origin,
    token,
    uniform,
    low,
    high,
    prob,
    laws[row][token],
    draftProb,
    rawLogprob(logits[row], token),
    ...kept,
  ];
}

/**
 * Entropy and likeliest tokens of a law; at temperature 0 of the model's own.
 * @param {Float32Array} logits
 * @param {Float64Array} law
 * @param {Settings} settings
 */
function evidence(logits, law, settings) {
  const described = settings.temperature === 0 ? softmax(logits) : law;
  return [entropy(described), packedTop(described, TOP)];
}
