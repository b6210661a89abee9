// Events to typed columns, one pass.

import { read, readNumber, typeOf } from "./check.js";
import { ACCEPTED, EMIT } from "./fields.js";
import { FROM, rowsOf, Track } from "./track.js";
import { CutError, MalformedError, Reader } from "./msgpack.js";
import { fill, lacking, PLANS } from "./plan.js";

/** @typedef {import("./plan.js").Plan} Plan */

const FIRST_TRACK = "speculative"; // events before any `track` event, which our writer never makes
const NOT_AN_EVENT = "an event is an array that starts with its kind and its time";
const UNKNOWN = "an unknown event";
const LONGEST_KIND = 64; // bytes
const WRONG_KIND = `the kind of an event is text of 1 to ${LONGEST_KIND} bytes, none 0`;
const OWNED = /** @type {(keyof typeof FROM)[]} */ (Object.keys(FROM));
const TIME = typeOf("microseconds", `${UNKNOWN}.time`);

/**
 * Reads events off bytes. `read` may be called again with longer bytes that begin the same: a
 * growing file.
 */
export class Decoder {
  /** @param {number} position where the first event starts */
  constructor(position) {
    this.position = position;
    this.events = 0;
    this.time = 0;
    this.backwards = -1;
    /** @type {Map<string, Track>} */
    this.tracks = new Map();
    /** @type {Track | null} */
    this.track = null;
    /** @type {Map<number, Uint8Array<ArrayBuffer>>} */
    this.tokens = new Map();
    /** @type {{ time: number, title: string, note: string }[]} */
    this.marks = [];
    /** @type {{ time: number, name: string, detail: string, round: number | null }[]} */
    this.faults = [];
    /** @type {{ kind: string, time: number, values: any[] }[]} */
    this.unknown = [];
    /** @type {any} */
    this.end = null;
    this.checked = false; // whether there is anything by which to tell a torn event
    /**
     * @type {Map<number, { tail: number, plan: Plan }>} kinds met before, by their first four
     *   bytes
     */
    this.kinds = new Map();
  }

  /**
   * Reads every whole event; returns why it stopped, or null at the very end of the bytes.
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {string | null}
   */
  read(bytes) {
    const reader = new Reader(bytes, this.position);
    try {
      while (reader.position < bytes.length) {
        const end = this.end;
        this.event(reader);
        if (this.end === end) this.end = null; // one that is not the last event ends nothing
        this.position = reader.position;
        this.events++;
      }
    } catch (error) {
      if (error instanceof CutError) return `cut in the middle of event ${this.events}`;
      if (error instanceof MalformedError || error instanceof RangeError)
        return `event ${this.events} is damaged: ${error.message}`;
      throw error;
    }
    return null;
  }

  /** @param {Reader} reader */
  event(reader) {
    const size = reader.arrayLength() - 1;
    if (size < -1) reader.value(); // it may be cut, or nothing at all
    if (size < 1 || reader.form() !== "text") throw new MalformedError(NOT_AN_EVENT);
    const kind = this.kind(reader);
    if (typeof kind === "string") this.later(reader, kind, size - 1);
    else if (kind.isRow) this.row(reader, kind, size);
    else this.record(reader, kind, size);
  }

  /**
   * How the kind is read, or its name when it is not known: without making a new string for each
   * event, by its first and last four bytes, which overlap and are all of it. Only names of 5 to 7
   * letters are found that way (the first four bytes include the length).
   * @param {Reader} reader
   * @returns {Plan | string}
   */
  kind(reader) {
    const start = reader.position;
    const length = reader.span();
    const end = reader.position;
    if (length <= 0 || length > LONGEST_KIND) throw new MalformedError(WRONG_KIND);
    const head = reader.view.getUint32(end - length - 1);
    const tail = length < 3 ? -1 : reader.view.getUint32(end - 4);
    const met = this.kinds.get(head);
    if (met !== undefined && met.tail === tail) return met.plan;
    if (reader.bytes.subarray(end - length, end).includes(0)) throw new MalformedError(WRONG_KIND);
    reader.position = start;
    const name = reader.text();
    const plan = PLANS.get(name);
    if (plan && length <= 7) this.kinds.set(head, { tail, plan });
    return plan ?? name;
  }

  /**
   * An event that becomes a row of its track's table.
   * @param {Reader} reader
   * @param {Plan} plan
   * @param {number} size
   */
  row(reader, plan, size) {
    const track = this.track ?? this.enter(FIRST_TRACK, this.time);
    const kind = /** @type {import("./fields.js").RowKind} */ (plan.kind);
    const table = track.tables[kind];
    table.reserve();
    const { columns, length } = table;
    const { rounds } = track;
    fill(reader, plan, size, columns, length);
    if (size > plan.fields.length) this.skip(reader, kind, size - plan.fields.length);
    columns[0][length] = this.advance(columns[0][length]);
    // Of several answers to a round the first counts.
    if (kind !== "verify" || !(length > rounds.verifyFrom[rounds.length - 1])) table.length++;
    if (kind !== "law") track.pieces[track.pieces.length - 1][1] = this.time;
    this.link(track, kind, length);
  }

  /**
   * What the row means to its round and to the text.
   * @param {Track} track
   * @param {string} kind
   * @param {number} row
   */
  link(track, kind, row) {
    const { rounds, drafts, verdicts, emits, output, tables } = track;
    const round = rounds.length - 1;
    if (kind === "round") for (const of of OWNED) rounds[FROM[of]][row] = tables[of].length;
    else if (round < 0) return;
    else if (kind === "emit")
      output.push(emits.time[row], emits.token[row], emits.origin[row], round, EMIT);
    else if (kind === "verdict" && verdicts.fate[row] === ACCEPTED) {
      const node = verdicts.node[row];
      const [from, to] = rowsOf(track, round, "draft");
      const token = from + node < to ? drafts.token[from + node] : -1;
      output.push(verdicts.time[row], token, ACCEPTED, round, node);
    }
  }

  /**
   * An event kept as an object.
   * @param {Reader} reader
   * @param {Plan} plan
   * @param {number} size
   */
  record(reader, plan, size) {
    const { kind, fields } = plan;
    /** @type {any} */
    const event = {};
    for (let index = 0; index < size && index < fields.length; index++)
      event[fields[index].name] = read(reader, fields[index]);
    if (size < plan.need) throw lacking(plan, size);
    this.skip(reader, kind, size - fields.length);
    event.time = this.advance(event.time);
    this.place(kind, event);
  }

  /**
   * An event of a kind that this version does not know.
   * @param {Reader} reader
   * @param {string} kind
   * @param {number} size how many values follow its time
   */
  later(reader, kind, size) {
    const time = readNumber(reader, TIME);
    const values = this.skip(reader, UNKNOWN, size);
    this.checked ||= !this.events; // the first event of a file is of a kind that is known
    this.unknown.push({ kind, time: this.advance(time), values });
  }

  /**
   * Reads what a later version added.
   * @param {Reader} reader
   * @param {string} kind
   * @param {number} count
   */
  skip(reader, kind, count) {
    const values = [];
    try {
      for (let left = count; left > 0; left--) values.push(reader.value());
    } catch (error) {
      if (!(error instanceof MalformedError) || error.message.startsWith("no ")) throw error;
      throw new MalformedError(`${kind} has ${error.message}`);
    }
    return values;
  }

  /** @param {string} kind @param {any} event */
  place(kind, event) {
    const { time } = event;
    // Its own bytes: those that are read from may be outgrown.
    if (kind === "token") this.tokens.set(event.id, event.bytes.slice());
    if (kind === "lane") this.enter(event.name, time);
    if (kind === "mark") this.marks.push({ time, title: event.title, note: event.note ?? "" });
    if (kind === "fault") this.faults.push({ ...event, round: event.round ?? null });
    if (kind === "end") this.end = event;
    if (kind === "end" || kind === "check") this.checked = true;
    if (kind === "prediction" && this.track) this.track.prediction = event;
    if (kind === "finish" && this.track) {
      this.track.finish = event;
      this.track.pieces[this.track.pieces.length - 1][1] = time;
    }
  }

  /** Begins or resumes a track. @param {string} name @param {number} time */
  enter(name, time) {
    const track = this.tracks.get(name) ?? new Track(name);
    this.tracks.set(name, track);
    track.pieces.push([time, time]);
    this.track = track;
    return track;
  }

  /**
   * Times never decrease; a file that breaks this is named and shown with the time held.
   * @param {number} time
   */
  advance(time) {
    if (time < this.time && this.backwards < 0) this.backwards = this.events;
    this.time = Math.max(this.time, time);
    return this.time;
  }
}
