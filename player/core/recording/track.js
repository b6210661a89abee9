// One track of a run as typed columns: the run itself, or a baseline. A round owns contiguous
// ranges of its track's tables.

import schema from "./schema.json" with { type: "json" };
import { createTable } from "./table.js";

/**
 * One track: its tables, and where it runs. `pieces` are [start, end] times: a track may be
 * interrupted and resumed. `output` lists the text's tokens in order: an accepted verdict or an
 * emit each.
 */
export class Track {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {[number, number][]} */
    this.pieces = [];
    /**
     * @type {{ time: number, reason: string, tokens: number, size: number,
     *   second_pass?: Uint8Array | null } | null}
     */
    this.finish = null;
    /** What a server told of its one request. @type {any} */
    this.prediction = undefined;
    this.prefills = createTable(schema.events.prefill.fields);
    this.rounds = createTable([
      ...schema.events.round.fields,
      ["draftFrom", "int"],
      ["verifyFrom", "int"],
      ["verdictFrom", "int"],
      ["emitFrom", "int"],
      ["outputFrom", "int"],
      ["distributionFrom", "int"],
    ]);
    this.drafts = createTable(schema.events.draft.fields);
    this.verifies = createTable(schema.events.verify.fields);
    this.verdicts = createTable(schema.events.verdict.fields);
    this.emits = createTable(schema.events.emit.fields);
    this.distributions = createTable(schema.events.law.fields);
    this.output = createTable([
      ["time", "number"],
      ["token", "int"],
      ["origin", "int"],
      ["round", "int"],
      ["node", "int"],
    ]);
    /** Those whose rows happen at a time of the track, by the kind of event. */
    const timed = {
      prefill: this.prefills,
      round: this.rounds,
      draft: this.drafts,
      verify: this.verifies,
      verdict: this.verdicts,
      emit: this.emits,
    };
    this.timed = Object.values(timed);
    this.tables = { ...timed, law: this.distributions, output: this.output };
  }

  get start() {
    return this.pieces[0]?.[0] ?? 0;
  }
  get end() {
    return this.pieces.at(-1)?.[1] ?? 0;
  }
}

/** Where a round's rows begin, by the name of a table. */
export const FROM = /** @type {const} */ ({
  draft: "draftFrom",
  verify: "verifyFrom",
  verdict: "verdictFrom",
  emit: "emitFrom",
  output: "outputFrom",
  law: "distributionFrom",
});

/**
 * The rows [from, to) that a round owns in one of its track's tables.
 * @param {Track} track
 * @param {number} round
 * @param {keyof typeof FROM} kind
 * @returns {[number, number]}
 */
export function rowsOf({ rounds, tables }, round, kind) {
  const from = rounds[FROM[kind]];
  return [from[round], round + 1 < rounds.length ? from[round + 1] : tables[kind].length];
}

/**
 * What follows from a track's rows, worked out when it is first asked for, and again when the track
 * has grown: a table only ever gets longer.
 * @template T
 * @param {(track: Track) => T} compute
 * @returns {(track: Track) => T}
 */
export function remembered(compute) {
  /** @type {WeakMap<Track, { rows: number, value: T }>} */
  const found = new WeakMap();
  return (track) => {
    const rows = track.timed.reduce((sum, table) => sum + table.length, 0);
    const before = found.get(track);
    if (before?.rows === rows) return before.value;
    const value = compute(track);
    found.set(track, { rows, value });
    return value;
  };
}
