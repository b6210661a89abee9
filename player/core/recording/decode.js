// Events to typed columns, one pass.

import { ACCEPTED, EMIT, FIELDS, isRow, RECORDS, WORDS } from "./fields.js";
import { draftRow, Lane } from "./lane.js";
import { CutError, MalformedError, Reader } from "./msgpack.js";

/** @typedef {import("./table.js").Fields} Fields */

const FIRST_LANE = "speculative"; // events before any `lane` event, which our writer never makes

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
    /** @type {Map<string, Lane>} */
    this.lanes = new Map();
    /** @type {Lane | null} */
    this.lane = null;
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
    this.words = new Map(WORDS.map((word, code) => [word, code]));
    this.strings = [...WORDS];
    /** @type {Map<number, number>} codes of known words by a hash of their bytes */
    this.codes = new Map();
    /**
     * @type {Map<number, { tail: number, name: string }>} kinds met before, by their first four
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
        this.event(reader);
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
    const size = reader.arrayLength();
    if (size < 2) throw new MalformedError("an event is an array of at least a kind and a time");
    const kind = this.kind(reader);
    if (isRow(kind)) this.row(reader, kind, size - 1);
    else if (kind === "token" && size > 3) this.token(reader, size - 4);
    else this.record(reader, kind, size - 1);
  }

  /**
   * The kind's name, without making a new string for each event: its first and last four bytes,
   * which overlap, are all of it. Only names of 5 to 7 letters are known that way (the first four
   * bytes include the length).
   * @param {Reader} reader
   */
  kind(reader) {
    const length = reader.span();
    const end = reader.position;
    if (length <= 0 || length > 64) throw new MalformedError("an event starts with its kind");
    const head = reader.view.getUint32(end - length - 1);
    const tail = length < 3 ? -1 : reader.view.getUint32(end - 4);
    const known = this.kinds.get(head);
    if (known !== undefined && known.tail === tail) return known.name;
    const name = new TextDecoder().decode(reader.bytes.subarray(end - length, end));
    if (length <= 7 && (isRow(name) || Object.hasOwn(RECORDS, name)))
      this.kinds.set(head, { tail, name });
    return name;
  }

  /**
   * An event that becomes a row of its lane's table.
   * @param {Reader} reader
   * @param {import("./fields.js").RowKind} kind
   * @param {number} size
   */
  row(reader, kind, size) {
    const { need, fields } = FIELDS[kind];
    if (size < need) throw new MalformedError(`a '${kind}' event lacks fields`);
    const lane = this.lane ?? this.enter(FIRST_LANE, this.time);
    const table = lane.tables[kind];
    table.reserve();
    const { columns, length } = table;
    const given = Math.min(size, fields.length);
    let column = this.fill(reader, fields, given, columns, length);
    for (let index = given; index < fields.length; index++) {
      const type = fields[index][1];
      if (type === "bytes") columns[column++][length] = reader.position + 1;
      columns[column++][length] = type === "bytes" ? -1 : type === "number" ? NaN : 0;
    }
    for (let extra = given; extra < size; extra++) reader.value();
    columns[0][length] = this.advance(columns[0][length]);
    table.length = length + 1;
    if (kind !== "law") lane.pieces[lane.pieces.length - 1][1] = this.time;
    this.link(lane, kind, length);
  }

  /**
   * Reads values into a row of columns. The commonest forms are read here, in place: a short
   * recording is read before any of this code is compiled, and then a call for every value would be
   * what takes longest.
   * @param {Reader} reader
   * @param {Fields} fields
   * @param {number} given
   * @param {import("./table.js").Column[]} columns
   * @param {number} row
   */
  fill(reader, fields, given, columns, row) {
    const { bytes, view } = reader;
    const safe = bytes.length - 9; // from here the longest number is whole
    let at = reader.position;
    let column = 0;
    for (let index = 0; index < given; index++) {
      const type = fields[index][1];
      const number = type === "number" || type === "int";
      const first = bytes[at];
      if (number && first === 0xcb && at <= safe) {
        columns[column++][row] = view.getFloat64(at + 1);
        at += 9;
      } else if (number && first < 0x80) {
        columns[column++][row] = first;
        at++;
      } else {
        reader.position = at;
        if (type === "bytes") {
          const held = reader.span();
          columns[column++][row] = reader.position - held;
          columns[column++][row] = held;
        } else columns[column++][row] = type === "code" ? this.word(reader) : reader.number();
        at = reader.position;
      }
    }
    reader.position = at;
    return column;
  }

  /** A word's code; a new string is made only for words not met before. @param {Reader} reader */
  word(reader) {
    const length = reader.span();
    if (length < 0) return this.code("");
    const { bytes, position } = reader;
    let key = length;
    for (let index = position - length; index < position; index++)
      key = (Math.imul(key, 31) + bytes[index]) | 0;
    const known = this.codes.get(key);
    if (known !== undefined) return known;
    const text = new TextDecoder().decode(bytes.subarray(position - length, position));
    const code = this.code(text);
    if (WORDS.includes(text)) this.codes.set(key, code);
    return code;
  }

  /** @param {string} text */
  code(text) {
    let code = this.words.get(text);
    if (code === undefined) {
      code = this.strings.length;
      this.words.set(text, code);
      this.strings.push(text);
    }
    return code;
  }

  /**
   * What the row means to its round and to the text.
   * @param {Lane} lane
   * @param {string} kind
   * @param {number} row
   */
  link(lane, kind, row) {
    const { rounds, drafts, verdicts, output } = lane;
    if (kind === "round") {
      rounds.draftFrom[row] = drafts.length;
      rounds.verifyFrom[row] = lane.verifies.length;
      rounds.verdictFrom[row] = verdicts.length;
      rounds.emitFrom[row] = lane.emits.length;
      rounds.outputFrom[row] = output.length;
      rounds.lawFrom[row] = lane.laws.length;
    }
    const round = rounds.length - 1;
    if (round < 0) return;
    if (kind === "verdict" && verdicts.fate[row] === ACCEPTED) {
      const draft = draftRow(lane, round, verdicts.node[row]);
      output.push(
        verdicts.time[row],
        draft < 0 ? -1 : drafts.token[draft],
        ACCEPTED,
        round,
        verdicts.node[row],
        row,
      );
    }
    if (kind === "emit")
      output.push(
        lane.emits.time[row],
        lane.emits.token[row],
        lane.emits.origin[row],
        round,
        EMIT,
        row,
      );
  }

  /**
   * A token's bytes. There are so many of them that a short recording waits for little else.
   * @param {Reader} reader
   * @param {number} extra fields that a later version added
   */
  token(reader, extra) {
    const time = reader.number();
    this.tokens.set(reader.number(), reader.bin().slice()); // its own: these bytes may be outgrown
    while (extra--) reader.value();
    this.advance(time);
  }

  /**
   * An event kept as an object.
   * @param {Reader} reader
   * @param {string} kind
   * @param {number} size
   */
  record(reader, kind, size) {
    /** @type {any[]} */
    const values = [];
    for (let index = 0; index < size; index++) values.push(reader.value());
    if (typeof values[0] !== "number") throw new MalformedError(`a '${kind}' event has no time`);
    const shape = Object.hasOwn(RECORDS, kind) ? RECORDS[kind] : null;
    if (!shape) {
      this.unknown.push({ kind, time: this.advance(values[0]), values: values.slice(1) });
      return;
    }
    if (size < shape.need) throw new MalformedError(`a '${kind}' event lacks fields`);
    /** @type {any} */
    const event = {};
    shape.fields.forEach((field, index) => (event[field] = values[index] ?? null));
    event.time = this.advance(event.time);
    this.keep(kind, event);
  }

  /** @param {string} kind @param {any} event */
  keep(kind, event) {
    if (kind === "lane") this.enter(String(event.name), event.time);
    if (kind === "mark")
      this.marks.push({
        time: event.time,
        title: String(event.title ?? ""),
        note: String(event.note ?? ""),
      });
    if (kind === "fault")
      this.faults.push({
        ...event,
        name: String(event.name ?? ""),
        detail: String(event.detail ?? ""),
      });
    if (kind === "end") this.end = event;
    if (kind === "finish" && this.lane) {
      this.lane.finish = event;
      this.lane.pieces[this.lane.pieces.length - 1][1] = event.time;
    }
  }

  /** Begins or resumes a lane. @param {string} name @param {number} time */
  enter(name, time) {
    const lane = this.lanes.get(name) ?? new Lane(name);
    this.lanes.set(name, lane);
    lane.pieces.push([time, time]);
    this.lane = lane;
    return lane;
  }

  /**
   * Times never decrease; a file that breaks this is told of and shown with the time held.
   * @param {number} time
   */
  advance(time) {
    if (Number.isNaN(time)) throw new MalformedError("an event has no time");
    if (time < this.time && this.backwards < 0) this.backwards = this.events;
    this.time = Math.max(this.time, time);
    return this.time;
  }
}
