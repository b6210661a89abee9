// The frame at any time equals what replaying every event up to it gives, forwards and backwards.
import assert from "node:assert/strict";
import test from "node:test";
import { CLOCKS, humaneSpeed, nextSpeed, timeMap } from "../../player/core/clock.js";
import { decisions } from "../../player/core/decision.js";
import { frame } from "../../player/core/frame.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { countLane } from "../../player/core/measures/stats.js";
import { bytes, random } from "./load.js";
import { eventsOf, replayer } from "./replay.js";

/** @param {any[]} events @param {number} time */
const replay = (events, time) => replayer(events).to(time);

for (const name of ["standard", "match", "hostile"]) {
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
      const state = frame(recording, time);
      assert.deepEqual(state, replay(events, time));
      seen.set(time, state);
    }
    for (const time of times.reverse()) assert.deepEqual(frame(recording, time), seen.get(time));
  });

  test(`${name}: clocks go forwards, there and back, over the whole lane`, async () => {
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
    const counts = countLane(recording.main);
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
