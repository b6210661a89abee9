// The state of a run at a time, rebuilt the slow way: by replaying every event up to it. What
// `frame` must equal.
import { frame, neighbourTime } from "../../../player/core/frame.js";
import { countTrack } from "../../../player/core/measures/counts.js";
import { Reader } from "../../../player/core/recording/msgpack.js";

/**
 * The frame at a time with the counts up to it: what replaying gives.
 * @param {import("../../../player/core/recording/recording.js").Recording} recording
 * @param {number} time
 */
export function stateAt(recording, time) {
  const { drafted, accepted, rejections } = countTrack(recording.main, time);
  return { ...frame(recording, time), drafted, accepted, rejections };
}

/**
 * The next whole microsecond that stepping comes to, or the one before: what happened within one is
 * told step by step.
 * @param {import("../../../player/core/recording/track.js").Track} track
 * @param {number} time
 * @param {1 | -1} direction
 */
export function wholeStep(track, time, direction) {
  do time = neighbourTime(track, time, direction, "standard");
  while (!Number.isInteger(time));
  return time;
}

/** Every event of a recording as plain arrays. @param {Uint8Array<ArrayBuffer>} data */
export function eventsOf(data) {
  const reader = new Reader(data);
  reader.value();
  const events = [];
  while (reader.position < data.length) events.push(reader.value());
  return events;
}

/**
 * A replay that stands before the first event; `to(time)` goes on from there, so times must not
 * decrease.
 * @param {any[]} events
 */
export function replayer(events) {
  const state = {
    begun: 0,
    judged: 0,
    drafts: 0,
    verdicts: 0,
    emits: 0,
    tokens: 0,
    drafted: 0,
    accepted: 0,
    rejections: 0,
    finished: false,
  };
  let [next, pending, lost, playing] = [0, 0, 0, ""];
  /** @param {any[]} event */
  const take = ([kind, , ...values]) => {
    if (kind === "lane") playing = values[0];
    if (playing !== "speculative") return;
    if (kind === "round") [state.begun, pending, lost] = [state.begun + 1, 0, 0];
    if (kind === "draft") [state.drafts, pending] = [state.drafts + 1, pending + 1];
    if (kind === "verify")
      [state.judged, state.drafted] = [state.judged + 1, state.drafted + pending];
    if (kind === "verdict") {
      state.verdicts++;
      const [, fate] = values;
      if (fate === "accepted")
        [state.accepted, state.tokens] = [state.accepted + 1, state.tokens + 1];
      // A round is counted as ended by a rejection once, and not at all when a sibling was accepted
      // after it.
      if (fate !== "untested")
        [state.rejections, lost] = [
          state.rejections - lost + Number(fate === "rejected"),
          Number(fate === "rejected"),
        ];
    }
    if (kind === "emit") [state.emits, state.tokens] = [state.emits + 1, state.tokens + 1];
    if (kind === "finish") state.finished = true;
  };
  return {
    /** @param {number} time */
    to(time) {
      while (next < events.length && events[next][1] <= time) take(events[next++]);
      return { ...state, round: state.begun - 1, time };
    },
  };
}
