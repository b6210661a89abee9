// A run that is over before an eye can follow is played again at once, a beat a round, from the
// first round's begin.

import { length } from "../core/measures/numbers.js";

const QUICK = 2e6; // µs that an eye follows

/**
 * Plays a run that has ended again, if it was too quick and its reader saw it end; answers with
 * what is to be said of that, "" where it is not played.
 * @param {import("../element/spec-player.js").SpecPlayer} player
 */
export function playSlowly(player) {
  const { recording, duration } = player;
  const { time } = player.store.state;
  if (!recording || !(duration < QUICK) || time < recording.main.end) return "";
  const { rounds, start } = recording.main;
  player.acts.clock("beat");
  player.seek(rounds.length ? rounds.time[0] - start : 0);
  player.play();
  return `over in ${length(duration)}, too quick for an eye: played again, round by round`;
}
