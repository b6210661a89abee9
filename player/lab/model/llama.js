// A Llama in plain JavaScript, float32: the embedded pair's draft or target, with a cache of keys
// and values.
//
// The cache holds the context's ids first. Drafted tokens stand behind it, each at the depth its
// path gives it and each attending to the context and to its own path alone; `keep` then moves the
// accepted path's rows into place. Keys and values lie in blocks, as weights do: of four positions
// and of four numbers.

import { Products } from "./products.js";
import { readTensors } from "./tensors.js";

/** @typedef {import("./products.js").Blocks} Blocks */
/**
 * A layer's weights, and where its cache begins.
 * @typedef {object} Layer
 * @property {Blocks} qkv
 * @property {Blocks} out
 * @property {Blocks} gateUp
 * @property {Blocks} down
 * @property {Float32Array} before the norm before attention
 * @property {Float32Array} after the norm after it
 * @property {number} keys (group, position / 4, size, 4)
 * @property {number} values (group, size / 4, position, 4)
 */
/**
 * A token that is read: it attends to the first `context` rows of the cache and to the rows `own`.
 * @typedef {{ token: number, position: number, context: number, own: number[] }} Row
 */

const ROOM = 64; // rows for drafted tokens beyond the context
const EIGHT = 8; // positions: two blocks

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
    this.norm = tensors["model.norm.weight"];
    const rows = Math.ceil((this.context + ROOM) / EIGHT) * EIGHT;
    this.cached = rows;
    const cache = rows * this.groups * this.size;
    const wide = (this.heads + 2 * this.groups) * this.size;
    const sizes = {
      ...{ hidden: this.hidden, normed: this.hidden, mixed: wide, both: 2 * this.inner },
      ...{ read: this.heads * this.size, gated: this.inner, scores: rows, logits: this.vocabulary },
    };
    const numbers =
      this.parameters +
      2 * cache * config.num_hidden_layers +
      rows * Object.values(sizes).reduce((sum, size) => sum + size);
    this.products = new Products(numbers);
    /** Rows of what is worked out on the way. */
    this.rows = /** @type {Record<keyof typeof sizes, import("./products.js").Rows>} */ (
      Object.fromEntries(
        Object.entries(sizes).map(([name, stride]) => [
          name,
          { at: this.products.room(rows * stride), stride },
        ]),
      )
    );
    this.embedding = this.products.pack(this.hidden, tensors["model.embed_tokens.weight"]);
    /** @type {Layer[]} */
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, index) => {
      const at = (/** @type {string} */ name) => tensors[`model.layers.${index}.${name}.weight`];
      const pack = (/** @type {number} */ width, /** @type {string[]} */ ...names) =>
        this.products.pack(width, ...names.map(at));
      const queries = at("self_attn.q_proj"); // scores come out scaled
      queries.forEach((weight, index) => (queries[index] = weight / Math.sqrt(this.size)));
      return {
        qkv: pack(this.hidden, "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
        out: pack(this.heads * this.size, "self_attn.o_proj"),
        gateUp: pack(this.hidden, "mlp.gate_proj", "mlp.up_proj"),
        down: pack(this.inner, "mlp.down_proj"),
        before: at("input_layernorm"),
        after: at("post_attention_layernorm"),
        keys: this.products.room(cache),
        values: this.products.room(cache),
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
   * Reads the context's ids that are not cached, the last one always among them, and drafted
   * tokens behind it; how many.
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
    const count = tokens.length + 1;
    return this.logits(this.read(context, tokens, parents) - count, count);
  }

  /**
   * Logits after each of further drafted tokens; parents count all nodes since the context.
   * @param {number[]} tokens
   * @param {number[]} parents
   */
  branch(tokens, parents) {
    const start = this.ids.length + this.nodes.length;
    return this.logits(0, this.forward(this.grow(tokens, parents), start));
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
    const first = this.ids.length;
    for (const [step, node] of path.entries()) {
      if (node !== step)
        for (const layer of this.layers) this.move(layer, first + node, first + step);
      this.ids.push(this.nodes[node].token);
    }
    this.nodes = [];
  }

  /** Of the cache's rows. @param {Layer} layer @param {number} from @param {number} to */
  move({ keys, values }, from, to) {
    const { memory } = this.products;
    const width = this.groups * this.size;
    for (let part = 0; part < width; part++) {
      memory[keys + this.keyAt(part, to)] = memory[keys + this.keyAt(part, from)];
      memory[values + this.valueAt(part, to)] = memory[values + this.valueAt(part, from)];
    }
  }

  /** @param {number} part of all groups' numbers @param {number} position */
  keyAt(part, position) {
    const { size } = this;
    const group = Math.floor(part / size) * size * this.cached;
    return group + ((position >> 2) * size + (part % size)) * 4 + (position & 3);
  }

  /** @param {number} part @param {number} position */
  valueAt(part, position) {
    return ((part >> 2) * this.cached + position) * 4 + (part & 3);
  }

  /**
   * Reads rows, which are written to the cache from row `start` on; how many there are.
   * @param {Row[]} rows
   * @param {number} start
   */
  forward(rows, start) {
    const { memory } = this.products;
    const { hidden, normed, mixed, read, both, gated } = this.rows;
    const count = rows.length;
    rows.forEach(({ token }, row) => {
      const from = this.embedding.at + (token >> 2) * this.embedding.stride + (token & 3);
      for (let at = 0; at < this.hidden; at++)
        memory[hidden.at + row * hidden.stride + at] = memory[from + 4 * at];
    });
    for (const layer of this.layers) {
      this.normalise(layer.before, count);
      this.product(normed, layer.qkv, mixed, count);
      this.attend(layer, rows, start);
      this.products.multiply(read, layer.out, hidden, count);
      this.normalise(layer.after, count);
      this.product(normed, layer.gateUp, both, count);
      for (let row = 0; row < count; row++)
        this.products.kernels.gated(
          4 * (both.at + row * both.stride),
          4 * (gated.at + row * gated.stride),
          this.inner,
        );
      this.products.multiply(gated, layer.down, hidden, count);
    }
    return count;
  }

  /**
   * @param {import("./products.js").Rows} x
   * @param {Blocks} w
   * @param {import("./products.js").Rows} out
   * @param {number} count
   */
  product(x, w, out, count) {
    this.products.memory.fill(0, out.at, out.at + count * out.stride);
    this.products.multiply(x, w, out, count);
  }

  /**
   * RMSNorm with its gain, of hidden rows.
   * @param {Float32Array} gain
   * @param {number} count
   * @param {number} [first]
   */
  normalise(gain, count, first = 0) {
    const { memory } = this.products;
    const width = this.hidden;
    for (let row = 0; row < count; row++) {
      const from = this.rows.hidden.at + (first + row) * width;
      const to = this.rows.normed.at + row * width;
      let sum = 0;
      for (let at = from; at < from + width; at++) sum += memory[at] * memory[at];
      const scale = 1 / Math.sqrt(sum / width + this.epsilon);
      for (let at = 0; at < width; at++) memory[to + at] = memory[from + at] * scale * gain[at];
    }
  }

  /**
   * @param {Layer} layer
   * @param {Row[]} rows
   * @param {number} start
   */
  attend(layer, rows, start) {
    const { heads, groups, size, cached } = this;
    const { memory } = this.products;
    const { mixed, read, scores } = this.rows;
    const [queries, width] = [heads * size, groups * size];
    rows.forEach(({ position }, row) => {
      const at = mixed.at + row * mixed.stride;
      for (let head = 0; head < heads + groups; head++) this.turn(at + head * size, position);
      for (let part = 0; part < groups * size; part++) {
        const from = at + heads * size + part;
        memory[layer.keys + this.keyAt(part, start + row)] = memory[from];
        memory[layer.values + this.valueAt(part, start + row)] = memory[from + groups * size];
      }
    });
    const count = rows.length;
    const seen = Math.ceil((start + count) / EIGHT) * EIGHT;
    const weights = { at: scores.at, stride: seen };
    memory.fill(0, read.at, read.at + count * read.stride);
    for (let head = 0; head < heads; head++) {
      const group = Math.floor((head * groups) / heads) * size * cached;
      const keys = { at: layer.keys + group, stride: 4 * size, width: size, blocks: seen / 4 };
      const values = {
        at: layer.values + group,
        stride: 4 * cached,
        width: seen,
        blocks: size / 4,
      };
      this.product({ at: mixed.at + head * size, stride: mixed.stride }, keys, weights, count);
      for (let row = 0; row < count; row++) this.soften(weights.at + row * seen, seen, rows[row]);
      const to = { at: read.at + head * size, stride: read.stride };
      this.products.multiply(weights, values, to, count);
    }
  }

  /**
   * Softmax of one token's scores over the rows that it attends to.
   * @param {number} at
   * @param {number} count
   * @param {Row} row
   */
  soften(at, count, { context, own }) {
    const scores = this.products.memory.subarray(at, at + count);
    let next = 0;
    for (let row = context; row < count; row++)
      if (row === own[next]) next++;
      else scores[row] = -Infinity;
    this.products.kernels.softmax(4 * at, count);
  }

  /**
   * Turns one head by its position: the first half's numbers pair with the second's.
   * @param {number} start
   * @param {number} position
   */
  turn(start, position) {
    const { memory } = this.products;
    const half = this.size / 2;
    for (let pair = 0; pair < half; pair++) {
      const cosine = this.cosines[position * half + pair];
      const sine = this.sines[position * half + pair];
      const [a, b] = [memory[start + pair], memory[start + half + pair]];
      memory[start + pair] = a * cosine - b * sine;
      memory[start + half + pair] = b * cosine + a * sine;
    }
  }

  /**
   * Logits after hidden rows, one array each.
   * @param {number} first
   * @param {number} count
   */
  logits(first, count) {
    const { normed, logits } = this.rows;
    this.normalise(this.norm, count, first);
    this.product(normed, this.embedding, logits, count);
    return Array.from({ length: count }, (_, row) => {
      const at = logits.at + row * logits.stride;
      return this.products.memory.slice(at, at + logits.stride);
    });
  }
}
