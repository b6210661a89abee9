// A Llama in plain JavaScript, float32: the embedded pair's draft or target, with a cache of keys
// and values.
//
// The cache holds the context's ids first. Drafted tokens stand behind it, each at the depth its
// path gives it and each attending to the context and to its own path alone; `keep` then moves the
// accepted path's rows into place.

import { joined, multiply } from "./products.js";
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

const ROOM = 64; // rows for drafted tokens beyond the context

export class Llama {
  /**
   * @param {Record<string, any>} config config.json
   * @param {ArrayBuffer} weights model.safetensors
   */
  constructor(config, weights) {
    const tensors = readTensors(weights);
    const take = (/** @type {string} */ name) => {
      const found = tensors.get(name);
      if (!found) throw new Error(`the weights have no ${name}`);
      return found;
    };
    this.hidden = config.hidden_size;
    this.heads = config.num_attention_heads;
    this.groups = config.num_key_value_heads;
    this.size = config.head_dim;
    this.inner = config.intermediate_size;
    this.vocabulary = config.vocab_size;
    this.epsilon = config.rms_norm_eps;
    this.context = config.max_position_embeddings;
    this.parameters = [...tensors.values()].reduce((sum, tensor) => sum + tensor.length, 0);
    this.embedding = take("model.embed_tokens.weight");
    this.norm = take("model.norm.weight");
    this.rows = this.context + ROOM;
    this.scores = new Float64Array(this.rows);
    const keyWidth = this.groups * this.size;
    /** @type {Layer[]} */
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, index) => {
      const at = (/** @type {string} */ name) => take(`model.layers.${index}.${name}.weight`);
      return {
        qkv: joined(at("self_attn.q_proj"), at("self_attn.k_proj"), at("self_attn.v_proj")),
        out: at("self_attn.o_proj"),
        gateUp: joined(at("mlp.gate_proj"), at("mlp.up_proj")),
        down: at("mlp.down_proj"),
        before: at("input_layernorm"),
        after: at("post_attention_layernorm"),
        keys: new Float32Array(this.rows * keyWidth),
        values: new Float32Array(this.rows * keyWidth),
      };
    });
    const half = this.size / 2;
    const speeds = Array.from(
      { length: half },
      (_, pair) => config.rope_theta ** ((-2 * pair) / this.size),
    );
    this.cosines = Float32Array.from({ length: this.rows * half }, (_, at) =>
      Math.cos(Math.floor(at / half) * speeds[at % half]),
    );
    this.sines = Float32Array.from({ length: this.rows * half }, (_, at) =>
      Math.sin(Math.floor(at / half) * speeds[at % half]),
    );
    /** @type {number[]} ids of the context that the cache has read */
    this.ids = [];
    /**
     * @type {{ token: number, parent: number, depth: number }[]} drafted tokens that stand behind
     *   them
     */
    this.nodes = [];
  }

  /**
   * Forgets what `context` does not begin with; how many ids are shared.
   * @param {number[]} context
   */
  share(context) {
    let shared = 0;
    while (
      shared < this.ids.length &&
      shared < context.length &&
      this.ids[shared] === context[shared]
    )
      shared++;
    this.ids.length = shared;
    this.nodes = [];
    return shared;
  }

  /**
   * Reads all of the context but its last id, which the next call reads. Returns how many ids were
   * cached.
   * @param {number[]} context
   */
  prefill(context) {
    const shared = this.share(context);
    if (shared < context.length - 1) this.read(context.slice(shared, -1));
    else this.ids.length = Math.min(shared, context.length - 1);
    return shared;
  }

  /** Reads ids at the context's end. @param {number[]} ids */
  read(ids) {
    const start = this.ids.length;
    this.forward(
      ids,
      ids.map((_, index) => start + index),
      ids.map((_, index) => [start + index + 1, []]),
      start,
    );
    this.ids.push(...ids);
  }

  /**
   * Logits after the context, and after each drafted token of a tree: (tokens + 1) rows, in one
   * pass. The context's last id is always read anew, so that its row is there.
   * @param {number[]} context
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  verify(context, tokens, parents) {
    const shared = Math.min(this.share(context), context.length - 1);
    const fresh = context.slice(shared);
    this.ids = [...context];
    const nodes = this.grow(tokens, parents);
    const known = fresh.map(
      (_, index) => /** @type {[number, number[]]} */ ([shared + index + 1, []]),
    );
    const positions = [...fresh.map((_, index) => shared + index), ...nodes.positions];
    const hidden = this.forward(
      [...fresh, ...tokens],
      positions,
      [...known, ...nodes.seen],
      shared,
    );
    return this.logits(hidden, fresh.length - 1, tokens.length + 1);
  }

  /**
   * Adds drafted tokens: where each stands, and what it attends to.
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  grow(tokens, parents) {
    const [first, length] = [this.nodes.length, this.ids.length];
    tokens.forEach((token, index) => {
      const parent = parents[index];
      this.nodes.push({ token, parent, depth: parent < 0 ? 0 : this.nodes[parent].depth + 1 });
    });
    const added = this.nodes.slice(first);
    const seen = added.map(
      (_, index) =>
        /** @type {[number, number[]]} */ ([
          length,
          this.path(first + index).map((node) => length + node),
        ]),
    );
    return { positions: added.map(({ depth }) => length + depth), seen, start: length + first };
  }

  /**
   * Logits after each of further drafted tokens; parents count all nodes since the context.
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  branch(tokens, parents) {
    const { positions, seen, start } = this.grow(tokens, parents);
    return this.logits(this.forward(tokens, positions, seen, start), 0, tokens.length);
  }

  /** @param {number} node */
  path(node) {
    const nodes = [];
    for (let at = node; at >= 0; at = this.nodes[at].parent) nodes.unshift(at);
    return nodes;
  }

  /**
   * Makes a path of drafted tokens part of the context; the other nodes are forgotten.
   * @param {number[]} path
   */
  keep(path) {
    const width = this.groups * this.size;
    const length = this.ids.length;
    path.forEach((node, step) => {
      if (node >= this.nodes.length) return;
      if (node !== step) {
        for (const { keys, values } of this.layers) {
          keys.copyWithin(
            (length + step) * width,
            (length + node) * width,
            (length + node + 1) * width,
          );
          values.copyWithin(
            (length + step) * width,
            (length + node) * width,
            (length + node + 1) * width,
          );
        }
      }
      this.ids.push(this.nodes[node].token);
    });
    this.nodes = [];
  }

  /**
   * Hidden rows (n, hidden) of tokens at `positions`, written to the cache from row `start` on.
   * Token i attends to the first `seen[i][0]` rows of the cache and to the rows `seen[i][1]`.
   * @param {number[]} tokens
   * @param {number[]} positions
   * @param {[number, number[]][]} seen
   * @param {number} start
   */
  forward(tokens, positions, seen, start) {
    const { hidden: width, inner } = this;
    const count = tokens.length;
    const hidden = new Float32Array(count * width);
    tokens.forEach((token, row) =>
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
      this.attend(layer, mixed, positions, seen, start, read);
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
   * @param {number[]} positions
   * @param {[number, number[]][]} seen
   * @param {number} start
   * @param {Float32Array} read
   */
  attend(layer, mixed, positions, seen, start, read) {
    const { heads, groups, size } = this;
    const [wide, width, repeats] = [(heads + 2 * groups) * size, groups * size, heads / groups];
    positions.forEach((position, row) => {
      for (let head = 0; head < heads + groups; head++)
        this.turn(mixed, row * wide + head * size, position);
      const from = row * wide + heads * size;
      layer.keys.set(mixed.subarray(from, from + width), (start + row) * width);
      layer.values.set(mixed.subarray(from + width, from + 2 * width), (start + row) * width);
    });
    seen.forEach(([context, own], row) => {
      for (let head = 0; head < heads; head++) {
        const query = row * wide + head * size;
        const group = Math.floor(head / repeats) * size;
        this.look(layer, mixed, query, group, context, own, read, row * heads * size + head * size);
      }
    });
  }

  /**
   * One head of one token: what it reads from the first `context` rows and from its `own`.
   * @param {Layer} layer
   * @param {Float32Array} mixed
   * @param {number} query
   * @param {number} group
   * @param {number} context
   * @param {number[]} own
   * @param {Float32Array} read
   * @param {number} to
   */
  look({ keys, values }, mixed, query, group, context, own, read, to) {
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
      const score = (a + b) * scale;
      scores[at] = score;
      if (score > most) most = score;
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
      const [cosine, sine] = [
        this.cosines[position * half + pair],
        this.sines[position * half + pair],
      ];
      const [a, b] = [rows[start + pair], rows[start + half + pair]];
      rows[start + pair] = a * cosine - b * sine;
      rows[start + half + pair] = b * cosine + a * sine;
    }
  }

  /**
   * Logits of `count` hidden rows, one array each.
   * @param {Float32Array} hidden
   * @param {number} first
   * @param {number} count
   */
  logits(hidden, first, count) {
    const normed = new Float32Array(count * this.hidden);
    this.normalise(
      hidden.subarray(first * this.hidden, (first + count) * this.hidden),
      this.norm,
      normed,
    );
    const out = new Float32Array(count * this.vocabulary);
    multiply(normed, this.embedding, out, count, this.hidden);
    return Array.from({ length: count }, (_, row) =>
      out.subarray(row * this.vocabulary, (row + 1) * this.vocabulary),
    );
  }
}
