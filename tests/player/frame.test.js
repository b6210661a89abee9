// The frame at any time equals what replaying every event up to it gives, forwards and backwards.
import assert from "node:assert/strict";
import test from "node:test";
import { CLOCKS, humaneSpeed, nextSpeed, timeMap } from "../../player/core/clock.js";
import { decisions } from "../../player/core/decision.js";
import { frame } from "../../player/core/frame.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { countTrack, trackTime } from "../../player/core/measures/counts.js";
import { Track } from "../../player/core/recording/track.js";
import { Round } from "../../player/core/round.js";
import { bytes, random } from "./helpers/load.js";
import { eventsOf, replayer, stateAt, wholeStep } from "./helpers/replay.js";

/** @param {any[]} events @param {number} time */
const replay = (events, time) => replayer(events).to(time);

for (const name of ["standard", "match", "hostile", "tree"]) {
  test(`${name}: a frame is what replaying gives, in any order of times`, async () => {
    const data = await bytes(`fixtures/${name}.specrec`);
    const recording = await openRecording(data);
    const events = eventsOf(data);
    const next = random(5);
    const last = events[events.length - 1][1] + 10;
    const times = [
      ...Array.from({ length: 1500 }, () => Math.floor(next() * last)),
      ...events.map((event) => event[1]),
    ];
    const seen = new Map();
    for (const time of times) {
      const state = stateAt(recording, time);
      assert.deepEqual(state, replay(events, time));
      seen.set(time, state);
    }
    for (const time of times.reverse()) assert.deepEqual(stateAt(recording, time), seen.get(time));
  });

  test(`${name}: clocks go forwards, there and back, over the whole track`, async () => {
    const { main } = await openRecording(await bytes(`fixtures/${name}.specrec`));
    for (const [clock] of CLOCKS) {
      const map = timeMap(main, clock);
      assert.equal(map.toTime(0), main.start);
      assert.equal(map.toTime(map.length), main.end);
      let before = -1;
      for (let time = main.start; time <= main.end; time += 7) {
        const seconds = map.toSeconds(time);
        assert.ok(seconds >= before);
        before = seconds;
        assert.ok(
          Math.abs(map.toTime(seconds) - time) <= 1,
          `${clock} at ${time}: ${map.toTime(seconds)}`,
        );
      }
    }
  });

  test(`${name}: the parts of the time add up, and tokens follow from verdicts`, async () => {
    const recording = await openRecording(await bytes(`fixtures/${name}.specrec`));
    const counts = countTrack(recording.main);
    assert.ok(
      counts.draft_time + counts.verify_time + counts.queue_time + counts.network_time <=
        counts.duration,
    );
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

/** Whether an event happens in a track: others belong to the recording. @param {any[]} event */
const inTrack = ([kind]) =>
  ["prefill", "round", "draft", "verify", "verdict", "emit"].includes(kind);

test("stepping goes through the time of every event, on and back", async () => {
  const data = await bytes("fixtures/standard.specrec");
  const { main } = await openRecording(data);
  const events = eventsOf(data).filter((event) => inTrack(event) && event[1] <= main.end);
  const times = [...new Set([...events.map((event) => event[1]), main.start, main.end])];
  times.sort((one, other) => one - other);
  times.forEach((time, at) => {
    assert.equal(wholeStep(main, time, 1), times[at + 1] ?? main.end);
    assert.equal(wholeStep(main, time, -1), times[at - 1] ?? main.start);
  });
});

test("a round ends with its last event, a track with its last piece", async () => {
  const data = await bytes("fixtures/tree.specrec");
  const { main } = await openRecording(data);
  let round = -1;
  /** @type {number[]} */
  const ends = [];
  for (const event of eventsOf(data).filter((one) => inTrack(one) && one[1] <= main.end)) {
    if (event[0] === "round") round++;
    if (round >= 0) ends[round] = event[1];
  }
  assert.ok(ends.length > 5);
  ends.forEach((end, at) => assert.equal(new Round(main, at).end, end));
  const resumed = new Track("speculative");
  resumed.pieces = [
    [2, 5],
    [9, 12],
  ];
  assert.deepEqual([resumed.start, resumed.end, trackTime(resumed, 10)], [2, 12, 4]);
});

test("a round is seen whole at its end, even where the next begins in that moment", async () => {
  let shared = 0;
  for (const name of ["engine-vllm", "engine-llama-server", "story", "tree-rrs"]) {
    const recording = await openRecording(await bytes(`../../recordings/${name}.specrec`));
    const { rounds } = recording.main;
    for (let row = 0; row < rounds.length; row++) {
      const { end } = new Round(recording.main, row);
      assert.equal(frame(recording, end).round, row, `${name}, round ${row}`);
      assert.ok(
        decisions(recording, recording.main, row, end).every(({ state }) => state !== "pending"),
      );
      shared += Number(rounds.time[row + 1] === end);
    }
  }
  assert.ok(shared > 20);
});

test("a round under way ends with its latest draft; events a microsecond apart are apart", () => {
  const track = new Track("speculative");
  track.pieces = [[0, 7]];
  track.rounds.push(1, 0, 0, 3);
  for (const time of [5, 6, 7]) track.drafts.push(time, 1, time - 5, time - 6);
  assert.equal(new Round(track, 0).end, 7);
  assert.deepEqual([wholeStep(track, 5, 1), wholeStep(track, 6, -1)], [6, 5]);
});
