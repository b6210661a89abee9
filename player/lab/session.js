// One run of the laboratory: a pair, a prompt and settings in, the bytes of a recording out, as
// they come.

import { Chance, seeded } from "./chance.js";
import { Llama } from "./llama.js";
import { decode } from "./loop.js";
import { hex, Tokenizer } from "./tokenizer.js";
import { Writer } from "./writer.js";

/**
 * @typedef {object} Pair
 * @property {Llama} draft
 * @property {Llama} target
 * @property {Tokenizer} tokenizer
 * @property {string} vocabulary its fingerprint
 * @property {number} endId
 * @property {string[]} revisions
 */
/**
 * @typedef {object} Request
 * @property {string} prompt
 * @property {number} k
 * @property {string} tree `chain`, or children at each depth: `2x2x1`
 * @property {string} rule
 * @property {number} temperature
 * @property {number} topK
 * @property {number} topP
 * @property {number} maxTokens
 * @property {number} seed
 * @property {number} trip ms of a pretended round trip
 * @property {boolean} baseline
 */
/**
 * What a run needs of where it runs.
 * @typedef {object} World
 * @property {() => number} clock ms
 * @property {number} resolution of the clock, µs
 * @property {(bytes: Uint8Array<ArrayBuffer>) => void} send
 * @property {() => Promise<void>} pause lets other work in
 * @property {() => boolean} stopped
 * @property {(() => number)[]} [uniforms] of each lane, in place of seeded ones
 * @property {Record<string, any>} machine
 * @property {string} start UTC
 */

/**
 * Builds the pair from the files of `draft` and `target`.
 * @param {(path: string) => Promise<ArrayBuffer>} read
 * @returns {Promise<Pair>}
 */
export async function loadPair(read) {
  const text = async (/** @type {string} */ path) =>
    JSON.parse(new TextDecoder().decode(await read(path)));
  const model = async (/** @type {string} */ side) => {
    const weights = await read(`${side}/model.safetensors`);
    const config = await text(`${side}/config.json`);
    return {
      model: new Llama(config, weights),
      endId: config.eos_token_id,
      revision: hex(await crypto.subtle.digest("SHA-256", weights)).slice(0, 12),
    };
  };
  const [draft, target] = [await model("draft"), await model("target")];
  const tokenizer = new Tokenizer(await text("target/tokenizer.json"));
  return {
    draft: draft.model,
    target: target.model,
    tokenizer,
    vocabulary: await tokenizer.fingerprint(),
    endId: target.endId,
    revisions: [draft.revision, target.revision],
  };
}

/** `2x2x1` as numbers; null for a chain. @param {string} tree */
const widthsOf = (tree) => (tree === "chain" ? null : tree.split("x").map(Number));

/**
 * Runs, handing over the bytes as they come; `pause` lets other work in between rounds. Answers
 * with the whole recording.
 * @param {Pair} pair
 * @param {Request} request
 * @param {World} world
 */
export async function record(pair, request, world) {
  const prompt = pair.tokenizer.encode(request.prompt);
  if (!prompt.length) throw new Error("the prompt is empty; write a few words");
  if (prompt.length >= pair.target.context)
    throw new Error(
      `the prompt has ${prompt.length} tokens and the target holds ${pair.target.context}; ` +
        "shorten it",
    );
  const writer = new Writer(
    await header(pair, request, prompt, world),
    (token) => pair.tokenizer.spelling[token] ?? new Uint8Array(0),
  );
  const zero = world.clock();
  const now = () => Math.round((world.clock() - zero) * 1000);
  const settings = { ...request, widths: widthsOf(request.tree), endId: pair.endId };
  const lanes = [
    ["speculative", pair.draft],
    ...(request.baseline ? [["autoregressive", null]] : []),
  ];
  writer.spellOut(prompt, now());
  warmUp(pair, request.k);
  let stopped = false;
  for (const [index, [lane, draft]] of /** @type {[string, Llama | null][]} */ (lanes).entries()) {
    pair.draft.share([]);
    pair.target.share([]);
    const next = world.uniforms?.[index] ?? seeded(request.seed + index * 0x9e3779b9);
    const run = {
      lane,
      draft,
      target: pair.target,
      prompt,
      settings,
      now,
      chance: new Chance(next, request.seed),
      wait: waiting(draft ? request.trip : 0, now),
      stopped: world.stopped,
      sizeOf: (/** @type {number} */ token) => pair.tokenizer.spelling[token]?.length ?? 0,
    };
    for (const event of decode(run)) {
      if (event[0] === "round") {
        world.send(writer.take());
        await world.pause();
      }
      writer.append(event);
    }
    stopped = world.stopped();
    if (stopped) break;
  }
  await writer.finish(now(), stopped ? "interrupted" : "complete");
  world.send(writer.take());
  return writer.bytes;
}

/**
 * Runs both models over other text, so that code is compiled before it is timed.
 * @param {Pair} pair
 * @param {number} k
 */
function warmUp({ draft, target }, k) {
  const other = Array.from({ length: k + 2 }, (_, index) => index + 1);
  for (let pass = 0; pass < 12; pass++) {
    draft.share([]);
    target.share([]);
    draft.verify(other, [], []);
    target.verify(
      other.slice(0, 1),
      other.slice(1),
      other.slice(1).map((_, index) => index - 1),
    );
  }
}

/**
 * A pretended round trip: nothing else happens for so long.
 * @param {number} milliseconds
 * @param {() => number} now
 */
function waiting(milliseconds, now) {
  return () => {
    if (!milliseconds) return null;
    const start = now();
    while (now() - start < milliseconds * 1000);
    return now() - start;
  };
}

/**
 * @param {Pair} pair
 * @param {Request} request
 * @param {number[]} ids
 * @param {World} world
 */
async function header(pair, request, ids, world) {
  const { prompt, k, tree, rule, temperature, topK, topP, maxTokens, seed, trip } = request;
  const law = [
    `softmax T=${temperature}`,
    ...(topK ? [`top-k ${topK}`] : []),
    ...(topP < 1 ? [`top-p ${topP}`] : []),
  ].join(", ");
  const sha256 = hex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(prompt)));
  const model = (
    /** @type {string} */ side,
    /** @type {Llama} */ { context, parameters },
    /** @type {string} */ revision,
  ) => ({
    name: `tiny:${side}`,
    backend: "javascript",
    model: `specrecord-tiny-${side}`,
    vocabulary: pair.vocabulary,
    context,
    parameters,
    revision,
    quantisation: null,
    details: {},
  });
  return {
    tool: "specrecord laboratory",
    start: world.start,
    title: `Laboratory: ${prompt.trim().split("\n")[0].slice(0, 40) || "a run"}`,
    command: "made in the laboratory of a site, in a browser",
    prompt: { sha256, tokens: ids.length, text: prompt, ids },
    chat: false,
    k,
    temperature,
    top_k: topK,
    top_p: topP,
    seed,
    max_tokens: maxTokens,
    stop: [],
    rule,
    tree,
    law,
    draft: model("draft", pair.draft, pair.revisions[0]),
    target: model("target", pair.target, pair.revisions[1]),
    evidence: { mode: "top", n: 10, of: temperature === 0 ? "raw" : "law" },
    clock: { name: "performance.now", resolution_us: world.resolution },
    machine: world.machine,
    round_trip_us: null,
    simulated: trip ? [`a round trip of ${trip} ms, waited for in each verification`] : [],
  };
}
