// The frame at any time equals what replaying every event up to it gives, forwards and backwards.
import assert from "node:assert/strict";
import test from "node:test";
import { CLOCKS, humaneSpeed, nextSpeed, timeMap } from "../../player/core/clock.js";
import { decisions } from "../../player/core/decision.js";
import { frame } from "../../player/core/frame.js";
import { Reader } from "../../player/core/msgpack.js";
import { openRecording } from "../../player/core/recording.js";
import { countLane } from "../../player/core/stats.js";
import { bytes, random } from "./load.js";

/** @param {Uint8Array} data */
function eventsOf(data) {
  const reader = new Reader(data);
  reader.value();
  const events = [];
  while (reader.position < data.length) events.push(reader.value());
  return events;
}

/** @param {any[]} events @param {number} time */
function replay(events, time) {
  const state = { begun: 0, judged: 0, drafts: 0, verdicts: 0, emits: 0, tokens: 0, drafted: 0, accepted: 0, rejections: 0, finished: false, playing: "" };
  let pending = 0;
  for (const [kind, at, ...values] of events) {
    if (at > time) break;
    if (kind === "lane") state.playing = values[0];
    if (state.playing !== "speculative") continue;
    if (kind === "round") [state.begun, pending] = [state.begun + 1, 0];
    if (kind === "draft") [state.drafts, pending] = [state.drafts + 1, pending + 1];
    if (kind === "verify") [state.judged, state.drafted] = [state.judged + 1, state.drafted + pending];
    if (kind === "verdict") state.verdicts++;
    if (kind === "verdict" && values[1] === "accepted") [state.accepted, state.tokens] = [state.accepted + 1, state.tokens + 1];
    if (kind === "verdict" && values[1] === "rejected") state.rejections++;
    if (kind === "emit") [state.emits, state.tokens] = [state.emits + 1, state.tokens + 1];
    if (kind === "finish") state.finished = true;
  }
  return { ...state, round: state.begun - 1, time };
}

for (const name of ["standard", "match", "hostile"]) {
  test(`${name}: a frame is what replaying gives, in any order of times`, async () => {
    const data = await bytes(`${name}.specrec`);
    const recording = await openRecording(data);
    const events = eventsOf(data);
    const next = random(5);
    const last = events[events.length - 1][1] + 10;
    const times = [...Array.from({ length: 1500 }, () => Math.floor(next() * last)), ...events.map((event) => event[1])];
    const seen = new Map();
    for (const time of times) {
      const state = frame(recording, time);
      assert.deepEqual(state, replay(events, time));
      seen.set(time, state);
    }
    for (const time of times.reverse()) assert.deepEqual(frame(recording, time), seen.get(time));
  });

  test(`${name}: clocks go forwards, there and back, over the whole lane`, async () => {
    const { main } = await openRecording(await bytes(`${name}.specrec`));
    for (const [clock] of CLOCKS) {
      const map = timeMap(main, clock);
      assert.equal(map.toTime(0), main.start);
      assert.equal(map.toTime(map.length), main.end);
      let before = -1;
      for (let time = main.start; time <= main.end; time += 7) {
        const seconds = map.toSeconds(time);
        assert.ok(seconds >= before);
        before = seconds;
        assert.ok(Math.abs(map.toTime(seconds) - time) <= 1, `${clock} at ${time}: ${map.toTime(seconds)}`);
      }
    }
  });

  test(`${name}: the parts of the time add up, and each round's tokens follow from its verdicts`, async () => {
    const recording = await openRecording(await bytes(`${name}.specrec`));
    const counts = countLane(recording.main);
    assert.ok(counts.draft_time + counts.verify_time + counts.queue_time + counts.network_time <= counts.duration);
    let tokens = 0;
    for (let round = 0; round < recording.main.rounds.length; round++) {
      const states = decisions(recording, recording.main, round).map((one) => one.state);
      tokens += states.filter((state) => ["accepted", "resampled", "bonus"].includes(state)).length;
      assert.ok(!states.includes("pending"));
    }
    assert.equal(tokens, counts.tokens);
  });
}

test("speeds step up and down and suit the length of a run", () => {
  assert.equal(nextSpeed(1, 1), 2);
  assert.equal(nextSpeed(1, -1), 0.5);
  assert.equal(nextSpeed(16, 1), 16);
  assert.equal(humaneSpeed(0.05), 0.002);
  assert.equal(humaneSpeed(25), 1);
});
