// A Llama in plain JavaScript, float32: the embedded pair's draft or target, with a cache of keys
// and values.
//
// The cache holds the context's ids first. Drafted tokens stand behind it, each at the depth its
// path gives it and each attending to the context and to its own path alone; `keep` then moves the
// accepted path's rows into place.

import { multiply } from "./products.js";
import { readTensors } from "./tensors.js";

/**
 * A layer's weights, and its cache.
 * @typedef {object} Layer
 * @property {Float32Array} qkv
 * @property {Float32Array} out
 * @property {Float32Array} gateUp
 * @property {Float32Array} down
 * @property {Float32Array} before the norm before attention
 * @property {Float32Array} after the norm after it
 * @property {Float32Array} keys
 * @property {Float32Array} values
 */
/**
 * A token that is read: it attends to the first `context` rows of the cache and to the rows `own`.
 * @typedef {{ token: number, position: number, context: number, own: number[] }} Row
 */

const ROOM = 64; // rows for drafted tokens beyond the context

/** @param {Float32Array[]} parts */
const joined = (...parts) => Float32Array.from(parts.flatMap((part) => Array.from(part)));

export class Llama {
  /**
   * @param {Record<string, any>} config config.json
   * @param {ArrayBuffer} weights model.safetensors
   * @param {string} revision
   */
  constructor(config, weights, revision) {
    const tensors = readTensors(weights);
    this.revision = revision;
    this.endId = config.eos_token_id;
    this.hidden = config.hidden_size;
    this.heads = config.num_attention_heads;
    this.groups = config.num_key_value_heads;
    this.size = config.head_dim;
    this.inner = config.intermediate_size;
    this.vocabulary = config.vocab_size;
    this.epsilon = config.rms_norm_eps;
    this.context = config.max_position_embeddings;
    this.parameters = Object.values(tensors).reduce((sum, tensor) => sum + tensor.length, 0);
    this.embedding = tensors["model.embed_tokens.weight"];
    this.norm = tensors["model.norm.weight"];
    this.cached = this.context + ROOM; // rows of the cache
    this.scores = new Float64Array(this.cached);
    const cache = () => new Float32Array(this.cached * this.groups * this.size);
    /** @type {Layer[]} */
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, index) => {
      const at = (/** @type {string} */ name) => tensors[`model.layers.${index}.${name}.weight`];
      return {
        qkv: joined(at("self_attn.q_proj"), at("self_attn.k_proj"), at("self_attn.v_proj")),
        out: at("self_attn.o_proj"),
        gateUp: joined(at("mlp.gate_proj"), at("mlp.up_proj")),
        down: at("mlp.down_proj"),
        before: at("input_layernorm"),
        after: at("post_attention_layernorm"),
        keys: cache(),
        values: cache(),
      };
    });
    const half = this.size / 2;
    const table = (/** @type {(angle: number) => number} */ wave) =>
      Float32Array.from({ length: this.cached * half }, (_, at) =>
        wave(Math.floor(at / half) * config.rope_theta ** ((-2 * (at % half)) / this.size)),
      );
    this.cosines = table(Math.cos);
    this.sines = table(Math.sin);
    /** @type {number[]} ids of the context that the cache has read */
    this.ids = [];
    /** @type {{ token: number, path: number[] }[]} drafted tokens that stand behind them */
    this.nodes = [];
  }

  /**
   * Forgets what `context` does not begin with; how many ids are shared.
   * @param {number[]} context
   */
  share(context) {
    const differing = this.ids.findIndex((id, index) => id !== context[index]);
    if (differing >= 0) this.ids.length = differing;
    this.nodes = [];
    return this.ids.length;
  }

  /**
   * Hidden rows of the context's ids that are not cached, the last one always among them, and of
   * drafted tokens behind it.
   * @param {number[]} context
   * @param {number[]} [tokens]
   * @param {number[]} [parents]
   */
  read(context, tokens = [], parents = []) {
    const start = Math.min(this.share(context), context.length - 1);
    this.ids = [...context];
    const fresh = context.slice(start).map((token, index) => {
      const position = start + index;
      return { token, position, context: position + 1, own: [] };
    });
    return this.forward([...fresh, ...this.grow(tokens, parents)], start);
  }

  /**
   * Logits after the context, and after each drafted token of a tree: (tokens + 1) rows, in one
   * pass.
   * @param {number[]} context
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  verify(context, tokens, parents) {
    const hidden = this.read(context, tokens, parents);
    return this.logits(hidden.subarray(-(tokens.length + 1) * this.hidden));
  }

  /**
   * Logits after each of further drafted tokens; parents count all nodes since the context.
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  branch(tokens, parents) {
    const start = this.ids.length + this.nodes.length;
    return this.logits(this.forward(this.grow(tokens, parents), start));
  }

  /**
   * Adds drafted tokens.
   * @param {number[]} tokens
   * @param {number[]} parents
   * @returns {Row[]}
   */
  grow(tokens, parents) {
    const context = this.ids.length;
    return tokens.map((token, index) => {
      const path = [...(this.nodes[parents[index]]?.path ?? []), this.nodes.length];
      this.nodes.push({ token, path });
      const own = path.map((node) => context + node);
      return { token, position: context + path.length - 1, context, own };
    });
  }

  /**
   * Makes a path of drafted tokens part of the context; the other nodes are forgotten.
   * @param {number[]} path
   */
  keep(path) {
    const width = this.groups * this.size;
    const first = this.ids.length;
    for (const [step, node] of path.entries()) {
      const [to, from] = [(first + step) * width, (first + node) * width];
      for (const { keys, values } of this.layers)
        for (const cache of [keys, values]) cache.copyWithin(to, from, from + width);
      this.ids.push(this.nodes[node].token);
    }
    this.nodes = [];
  }

  /**
   * Hidden rows (n, hidden), written to the cache from row `start` on.
   * @param {Row[]} rows
   * @param {number} start
   */
  forward(rows, start) {
    const { hidden: width, inner } = this;
    const count = rows.length;
    const hidden = new Float32Array(count * width);
    rows.forEach(({ token }, row) =>
      hidden.set(this.embedding.subarray(token * width, (token + 1) * width), row * width),
    );
    const normed = new Float32Array(count * width);
    const mixed = new Float32Array(count * (this.heads + 2 * this.groups) * this.size);
    const read = new Float32Array(count * this.heads * this.size);
    const both = new Float32Array(count * 2 * inner);
    const gated = new Float32Array(count * inner);
    for (const layer of this.layers) {
      this.normalise(hidden, layer.before, normed);
      multiply(normed, layer.qkv, mixed, count, width);
      this.attend(layer, mixed, rows, start, read);
      multiply(read, layer.out, hidden, count, this.heads * this.size, true);
      this.normalise(hidden, layer.after, normed);
      multiply(normed, layer.gateUp, both, count, width);
      for (let row = 0; row < count; row++) {
        for (let at = 0; at < inner; at++) {
          const gate = both[row * 2 * inner + at];
          gated[row * inner + at] =
            (gate / (1 + Math.exp(-gate))) * both[row * 2 * inner + inner + at];
        }
      }
      multiply(gated, layer.down, hidden, count, inner, true);
    }
    return hidden;
  }

  /**
   * RMSNorm with its gain.
   * @param {Float32Array} rows
   * @param {Float32Array} gain
   * @param {Float32Array} out
   */
  normalise(rows, gain, out) {
    const width = this.hidden;
    for (let start = 0; start < rows.length; start += width) {
      let sum = 0;
      for (let at = 0; at < width; at++) sum += rows[start + at] * rows[start + at];
      const scale = 1 / Math.sqrt(sum / width + this.epsilon);
      for (let at = 0; at < width; at++) out[start + at] = rows[start + at] * scale * gain[at];
    }
  }

  /**
   * @param {Layer} layer
   * @param {Float32Array} mixed
   * @param {Row[]} rows
   * @param {number} start
   * @param {Float32Array} read
   */
  attend(layer, mixed, rows, start, read) {
    const { heads, groups, size } = this;
    const [wide, width, repeats] = [(heads + 2 * groups) * size, groups * size, heads / groups];
    rows.forEach(({ position }, row) => {
      for (let head = 0; head < heads + groups; head++)
        this.turn(mixed, row * wide + head * size, position);
      const from = row * wide + heads * size;
      layer.keys.set(mixed.subarray(from, from + width), (start + row) * width);
      layer.values.set(mixed.subarray(from + width, from + 2 * width), (start + row) * width);
    });
    rows.forEach((one, row) => {
      for (let head = 0; head < heads; head++) {
        const query = row * wide + head * size;
        const group = Math.floor(head / repeats) * size;
        this.look(layer, mixed, query, group, one, read, (row * heads + head) * size);
      }
    });
  }

  /**
   * What one head of one token reads.
   * @param {Layer} layer
   * @param {Float32Array} mixed
   * @param {number} query
   * @param {number} group
   * @param {Row} row
   * @param {Float32Array} read
   * @param {number} to
   */
  look({ keys, values }, mixed, query, group, { context, own }, read, to) {
    const { size, scores } = this;
    const width = this.groups * size;
    const total = context + own.length;
    const scale = size ** -0.5;
    let most = -Infinity;
    for (let at = 0; at < total; at++) {
      const key = (at < context ? at : own[at - context]) * width + group;
      let a = 0,
        b = 0;
      for (let part = 0; part < size; part += 2) {
        a += mixed[query + part] * keys[key + part];
        b += mixed[query + part + 1] * keys[key + part + 1];
      }
      scores[at] = (a + b) * scale;
      if (scores[at] > most) most = scores[at];
    }
    let sum = 0;
    for (let at = 0; at < total; at++) sum += scores[at] = Math.exp(scores[at] - most);
    read.fill(0, to, to + size);
    for (let at = 0; at < total; at++) {
      const value = (at < context ? at : own[at - context]) * width + group;
      const weight = scores[at] / sum;
      for (let part = 0; part < size; part++) read[to + part] += weight * values[value + part];
    }
  }

  /**
   * Turns one head by its position: the first half's numbers pair with the second's.
   * @param {Float32Array} rows
   * @param {number} start
   * @param {number} position
   */
  turn(rows, start, position) {
    const half = this.size / 2;
    for (let pair = 0; pair < half; pair++) {
      const cosine = this.cosines[position * half + pair];
      const sine = this.sines[position * half + pair];
      const [a, b] = [rows[start + pair], rows[start + half + pair]];
      rows[start + pair] = a * cosine - b * sine;
      rows[start + half + pair] = b * cosine + a * sine;
    }
  }

  /**
   * Logits after hidden rows, one array each.
   * @param {Float32Array} hidden
   */
  logits(hidden) {
    const count = hidden.length / this.hidden;
    const normed = new Float32Array(hidden.length);
    this.normalise(hidden, this.norm, normed);
    const out = new Float32Array(count * this.vocabulary);
    multiply(normed, this.embedding, out, count, this.hidden);
    return Array.from({ length: count }, (_, row) =>
      out.subarray(row * this.vocabulary, (row + 1) * this.vocabulary),
    );
  }
}
