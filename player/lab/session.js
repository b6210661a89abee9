// One run of the laboratory: a pair, a prompt and settings in, the bytes of a recording out, as
// they come.

import { Llama } from "./model/llama.js";
import { decode } from "./loop.js";
import { Rng, uniformsOf } from "./rng.js";
import { sha256, Tokenizer } from "./tokenizer.js";
import { Writer } from "./writer.js";

/**
 * @typedef {object} Pair
 * @property {Llama} draft
 * @property {Llama} target
 * @property {Tokenizer} tokenizer
 */
/**
 * The page's fields by their names.
 * @typedef {object} Request
 * @property {string} prompt
 * @property {number} k
 * @property {string} tree `chain`, or children at each depth: `2x2x1`
 * @property {string} rule
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 * @property {number} max_tokens
 * @property {number} seed
 * @property {number} trip ms of a pretended round trip
 * @property {boolean} baseline
 */
/**
 * What a run needs of where it runs.
 * @typedef {object} World
 * @property {number} resolution of the clock, µs
 * @property {(bytes: Uint8Array<ArrayBuffer>) => void} send
 * @property {() => Promise<void>} pause lets other work in
 * @property {() => boolean} stopped
 * @property {(() => number)[]} [uniforms] of each track, in place of seeded ones
 * @property {Record<string, any>} machine
 * @property {string} start UTC
 */

/**
 * Builds the pair from the files of `draft` and `target`.
 * @param {(path: string) => Promise<ArrayBuffer>} read
 * @returns {Promise<Pair>}
 */
export async function loadPair(read) {
  const json = async (/** @type {string} */ path) =>
    JSON.parse(new TextDecoder().decode(await read(path)));
  const model = async (/** @type {string} */ side) => {
    const weights = await read(`${side}/model.safetensors`);
    const revision = (await sha256(weights)).slice(0, 12);
    return new Llama(await json(`${side}/config.json`), weights, revision);
  };
  return {
    draft: await model("draft"),
    target: await model("target"),
    tokenizer: new Tokenizer(await json("target/tokenizer.json")),
  };
}

/**
 * Runs, sending the bytes as they come; `pause` lets other work in between rounds.
 * @param {Pair} pair
 * @param {Request} request
 * @param {World} world
 */
export async function record(pair, request, world) {
  const { draft, target, tokenizer } = pair;
  const prompt = tokenizer.encode(request.prompt);
  if (prompt.length >= target.context)
    throw new Error(
      `the prompt has ${prompt.length} tokens and the target holds ${target.context}; shorten it`,
    );
  const widths =
    request.tree === "chain" ? Array(request.k).fill(1) : request.tree.split("x").map(Number);
  const writer = new Writer(
    await header(pair, { ...request, k: widths.length }, prompt, world),
    (token) => tokenizer.spelling[token],
  );
  const zero = performance.now();
  const now = () => Math.round((performance.now() - zero) * 1000);
  writer.spellOut(prompt, now());
  warmUp(pair, widths.length);
  for (const [index, track] of ["speculative", "autoregressive"].entries()) {
    if (index && (!request.baseline || world.stopped())) break;
    draft.share([]);
    target.share([]);
    const next = world.uniforms?.[index] ?? uniformsOf(request.seed, index + 1);
    const events = decode({
      track,
      draft: index ? null : draft,
      target,
      prompt,
      settings: { ...request, widths, endId: target.endId },
      now,
      rng: new Rng(next, request.seed),
      trip: index ? 0 : request.trip,
      stopped: world.stopped,
      sizeOf: (token) => tokenizer.spelling[token].length,
    });
    for (const event of events) {
      if (event.kind === "round") {
        world.send(writer.take());
        await world.pause();
      }
      writer.append(event);
    }
  }
  await writer.finish(now(), world.stopped() ? "interrupted" : "complete");
  world.send(writer.take());
}

/**
 * Runs both models over other text, so that code is compiled before it is timed.
 * @param {Pair} pair
 * @param {number} k
 */
function warmUp({ draft, target }, k) {
  const drafted = Array.from({ length: k + 1 }, (_, index) => index + 2);
  for (let pass = 0; pass < 12; pass++) {
    draft.share([]);
    target.share([]);
    draft.verify([1, ...drafted], [], []);
    target.verify(
      [1],
      drafted,
      drafted.map((_, index) => index - 1),
    );
  }
}

/**
 * @param {Pair} pair
 * @param {Request} request
 * @param {number[]} ids
 * @param {World} world
 */
async function header({ draft, target, tokenizer }, { trip, baseline, ...request }, ids, world) {
  const { prompt, temperature, top_k, top_p } = request;
  const vocabulary = await tokenizer.fingerprint();
  const model = (
    /** @type {string} */ side,
    /** @type {Llama} */ { context, parameters, revision },
  ) => ({
    name: `tiny:${side}`,
    backend: "javascript",
    model: `specrecord-tiny-${side}`,
    ...{ vocabulary, context, parameters, revision },
  });
  return {
    ...request,
    tool: "specrecord laboratory",
    start: world.start,
    title: `Laboratory: ${prompt.trim().split("\n")[0].slice(0, 40) || "a run"}`,
    command: "made in the laboratory of a site, in a browser",
    prompt: {
      sha256: await sha256(new TextEncoder().encode(prompt)),
      tokens: ids.length,
      text: prompt,
      ids,
    },
    chat: false,
    stop: [],
    law:
      `softmax T=${temperature}` +
      (top_k ? `, top-k ${top_k}` : "") +
      (top_p < 1 ? `, top-p ${top_p}` : ""),
    draft: model("draft", draft),
    target: model("target", target),
    evidence: { mode: "top", n: 10, of: temperature === 0 ? "raw" : "law" },
    clock: { name: "performance.now", resolution_us: world.resolution },
    machine: world.machine,
    simulated: trip ? [`a round trip of ${trip} ms, waited for in each verification`] : [],
  };
}
