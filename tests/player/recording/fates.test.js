// Each token's fate, each round's and track's end, held against the events, which are read here one
// by one and without the player's tables: for chains and for a tree.
import assert from "node:assert/strict";
import { EMIT } from "../../../player/core/recording/fields.js";
import test from "node:test";
import { decisions, outputIndex, referenceOf } from "../../../player/core/decision.js";
import { parseRecording } from "../../../player/core/recording/recording.js";
import { trackTime } from "../../../player/core/measures/counts.js";
import { trialOf, whyUntested } from "../../../player/core/trial.js";
import { Round } from "../../../player/core/round.js";
import { bytes, packed } from "../helpers/load.js";
import { eventsOf, wholeStep } from "../helpers/replay.js";

const NAMES = ["standard", "match", "block", "tree", "hostile"];
/** @type {Record<string, string[]>} */
const FIELDS = {
  draft: "time duration node parent token prob raw uniform low entropy top".split(" "),
  verdict: "time node fate target raw accept uniform low overlap entropy top left".split(" "),
  emit: "time origin token uniform low high prob target draft raw entropy top".split(" "),
};
const OF_A_TRACK = ["prefill", "round", "draft", "verify", "verdict", "emit", "finish"];

/** @param {any[]} event */
const named = ([kind, ...values]) =>
  Object.fromEntries(FIELDS[kind].map((name, index) => [name, values[index] ?? null]));

/** A packed list as pairs. @param {Uint8Array | null} top */
function pairs(top) {
  if (!top) return null;
  const view = new DataView(top.buffer, top.byteOffset, top.length);
  const count = top.length / 8;
  return Array.from({ length: count }, (_, index) => [
    view.getUint32(4 * index, true),
    view.getFloat32(4 * (count + index), true),
  ]);
}

/** The rounds of a run's own track, event by event. @param {any[]} events */
function roundsOf(events) {
  /** @type {any[]} */
  const rounds = [];
  let track = "";
  for (const event of events) {
    if (event[0] === "lane") track = event[2];
    if (track !== "speculative") continue;
    if (event[0] === "round")
      rounds.push({ position: event[3], end: event[1], draft: [], verdict: [], emit: [] });
    const round = rounds.at(-1);
    if (["draft", "verify", "verdict", "emit"].includes(event[0])) round.end = event[1];
    if (FIELDS[event[0]]) round[event[0]].push(named(event));
  }
  return rounds;
}

/** What is known of each token of a round. @param {any} round */
function fatesOf({ position, draft, verdict, emit }) {
  const verdictOf = (/** @type {number} */ node) =>
    verdict.find((/** @type {any} */ one) => one.node === node);
  /** @type {(node: number) => number} */
  const depthOf = (node) => (node < 0 ? 0 : 1 + depthOf(draft[node].parent));
  const drafted = draft.map((/** @type {any} */ one) => {
    const eldest = draft.find((/** @type {any} */ other) => other.parent === one.parent);
    const tried = verdictOf(one.node);
    const first = verdictOf(eldest.node);
    return {
      ...{ node: one.node, parent: one.parent, depth: depthOf(one.parent), state: tried.fate },
      ...{ position: position + depthOf(one.parent), token: one.token },
      ...{ low: tried.low, high: tried.low === null ? null : tried.low + tried.target },
      ...{ uniform: tried.uniform, overlap: tried.overlap },
      ...{ entropy: first.entropy ?? eldest.entropy },
      ...{ draftTop: pairs(eldest.top), targetTop: pairs(first.top) },
    };
  });
  return [...drafted, ...emit.map((/** @type {any} */ one) => emittedFate(one, position, drafted))];
}

/** @param {any} one @param {number} position @param {any[]} drafted */
function emittedFate(one, position, drafted) {
  const path = drafted.filter(({ state }) => state === "accepted");
  const parent = path.at(-1)?.node ?? -1;
  const rejected = drafted.find(({ state, parent: at }) => state === "rejected" && at === parent);
  const explained = one.origin === "resampled" ? rejected : null;
  return {
    ...{ node: EMIT, parent, depth: path.length, state: one.origin },
    ...{ position: position + path.length, token: one.token },
    ...{ low: one.low, high: one.high, uniform: one.uniform, overlap: explained?.overlap ?? null },
    entropy: one.entropy ?? explained?.entropy ?? null,
    draftTop: explained?.draftTop ?? null,
    targetTop: pairs(one.top) ?? explained?.targetTop ?? null,
  };
}

/** The same, as the player tells it. @param {any} one */
function shown(one) {
  const { parent, depth, state, position, token, low, high, uniform, overlap, entropy } = one;
  const numbers = Object.entries({ low, high, uniform, overlap, entropy });
  const known = numbers.map(([key, value]) => [key, Number.isNaN(value) ? null : value]);
  const { draftTop, targetTop } = one;
  return {
    ...{ node: one.at.node, parent, depth, state, position, token, draftTop, targetTop },
    ...Object.fromEntries(known),
  };
}

/** Keys in one order. @param {any} one */
const sorted = (one) =>
  Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));

for (const name of NAMES) {
  const opened = bytes(`fixtures/${name}.specrec`).then((data) => {
    const recording = parseRecording(data);
    return { recording, track: recording.main, events: eventsOf(data) };
  });

  test(`${name}: every token's place, fate, interval and lists are its events'`, async () => {
    const { recording, track, events } = await opened;
    const rounds = roundsOf(events);
    assert.equal(rounds.length, track.rounds.length);
    rounds.forEach((round, index) => {
      const found = decisions(recording, track, index).map(shown).map(sorted);
      assert.deepEqual(found, fatesOf(round).map(sorted));
      assert.equal(new Round(track, index).end, round.end);
      const { lost } = new Round(track, index);
      const unused = round.verdict.filter((/** @type {any} */ one) => one.fate !== "accepted");
      assert.deepEqual(
        lost,
        unused.map((/** @type {any} */ one) => one.node),
      );
    });
  });

  test(`${name}: a token is pending from its draft to its verdict`, async () => {
    const { recording, track, events } = await opened;
    roundsOf(events).forEach(({ draft, verdict }, index) => {
      for (const { time, node } of draft) {
        const at = (/** @type {number} */ moment) =>
          decisions(recording, track, index, moment).find((one) => one.at.node === node);
        assert.equal(at(time - 1), undefined);
        const pending = at(verdict[node].time - 1);
        assert.deepEqual([pending?.state, pending?.targetTop], ["pending", null]);
        assert.equal(at(verdict[node].time)?.state, verdict[node].fate);
      }
    });
  });

  test(`${name}: the coin fell into the stretch that counts, or beside it`, async () => {
    const { recording, track } = await opened;
    for (let index = 0; index < track.rounds.length; index++) {
      for (const one of decisions(recording, track, index)) {
        const trial = trialOf(one, recording.header.rule);
        if (!trial || (recording.header.rule === "block" && one.at.node !== EMIT)) continue;
        const inside = trial.from <= trial.u && trial.u < trial.to;
        assert.equal(inside, one.state !== "rejected", `${index} ${one.at.node}`);
      }
    }
  });

  test(`${name}: what was never tested names the token that ended its branch`, async () => {
    const { recording, track } = await opened;
    for (let index = 0; index < track.rounds.length; index++) {
      const made = decisions(recording, track, index);
      for (const one of made.filter(({ state }) => state === "untested")) {
        const branch = [one];
        for (let { parent } = one; parent >= 0; { parent } = made[parent])
          branch.push(made[parent]);
        const { cause, by } = whyUntested(one, made);
        const takenAt = (/** @type {any} */ above) =>
          made.find((other) => other.state === "accepted" && other.parent === above.parent);
        const lost = branch.find(
          (above) => above.state === "rejected" || (takenAt(above) ?? above) !== above,
        );
        const wanted = !lost
          ? ["end", null]
          : lost.state === "rejected"
            ? ["parent", lost]
            : ["sibling", takenAt(lost)];
        assert.deepEqual([cause, by], wanted);
      }
    }
  });

  test(`${name}: stepping by events meets each time once, forwards and backwards`, async () => {
    const { recording, events } = await opened;
    for (const track of recording.tracks.values()) {
      const times = [...new Set(timesOf(events, track.name))];
      for (let index = 0; index < times.length; index++) {
        const [next, before] = [times[index + 1] ?? track.end, times[index - 1] ?? track.start];
        assert.equal(wholeStep(track, times[index], 1), next);
        assert.equal(wholeStep(track, times[index], -1), before);
        if (next - times[index] > 1) {
          assert.equal(wholeStep(track, times[index] + 1, -1), times[index]);
          assert.equal(wholeStep(track, next - 1, 1), next);
        }
      }
    }
  });

  test(`${name}: a track begins with its name and ends with its last event`, async () => {
    const { recording, events } = await opened;
    for (const track of recording.tracks.values()) {
      const last = timesOf(events, track.name, OF_A_TRACK).at(-1);
      const begins = events.find(([kind, , called]) => kind === "lane" && called === track.name);
      assert.deepEqual(track.pieces, [[begins[1], last]]);
      assert.deepEqual([track.start, track.end], [begins[1], last]);
      assert.equal(trackTime(track, Infinity), last - begins[1]);
      assert.equal(trackTime(track, begins[1] + 3), 3);
    }
  });

  test(`${name}: a token of the text and its place in its round name each other`, async () => {
    const { track } = await opened;
    for (let index = 0; index < track.output.length; index++) {
      const at = referenceOf(track, index);
      assert.equal(at && outputIndex(track, at), index);
    }
    assert.deepEqual(
      [referenceOf(track, -1), referenceOf(track, track.output.length)],
      [null, null],
    );
    assert.equal(outputIndex(track, { round: 0, node: 1000 }), -1);
  });
}

/**
 * The times of a track's events.
 * @param {any[]} events
 * @param {string} name
 * @param {string[]} [kinds]
 */
function timesOf(events, name, kinds = OF_A_TRACK.slice(0, -1)) {
  let track = "";
  return events.flatMap(([kind, time, called]) => {
    if (kind === "lane") track = called;
    return track === name && kinds.includes(kind) ? [time] : [];
  });
}

test("a track taken up again has two pieces, and its clock stands still between them", () => {
  const recording = parseRecording(
    packed([
      ["lane", 10, "speculative"],
      ["round", 20, 0, 0, 1],
      ["lane", 30, "streaming"],
      ["round", 35, 0, 0, 0],
      ["mark", 50, "m"],
      ["lane", 60, "speculative"],
      ["round", 70, 1, 1, 1],
      ["mark", 90, "late"],
      ["finish", 95, "length", 0, 0],
      ["mark", 99, "later"],
    ]),
  );
  assert.deepEqual(recording.main.pieces, [
    [10, 20],
    [60, 95],
  ]);
  assert.deepEqual(recording.tracks.get("streaming")?.pieces, [[30, 35]]);
  assert.deepEqual(
    [15, 20, 40, 65, 95, 200].map((time) => trackTime(recording.main, time)),
    [5, 10, 10, 15, 45, 45],
  );
});

test("every kind of event is a step, and a round ends with its last", () => {
  const { main } = parseRecording(
    packed([
      ["lane", 10, "speculative"],
      ["prefill", 15, 1, "draft", 3],
      ["round", 20, 0, 0, 1],
      ["draft", 25, 1, 0, -1, 1, 1, 0, 0, 0],
      ["verify", 30, 1, 2],
      ["verdict", 31, 0, "rejected", 0, 0, 0, 0],
      ["emit", 33, "resampled", 1, 0, 0, 1, 1, 1, 0, 0],
      ["finish", 40, "length", 1, 1],
    ]),
  );
  const times = [10, 15, 20, 25, 30, 31, 33, 40];
  times.forEach((time, index) => {
    assert.equal(wholeStep(main, time, 1), times[index + 1] ?? 40);
    assert.equal(wholeStep(main, time, -1), times[index - 1] ?? 10);
  });
  assert.equal(new Round(main, 0).end, 33);
});
