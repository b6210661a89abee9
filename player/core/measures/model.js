// What a run measured, put as the quantities that the formulas of theory.js start from.

import { DRAFT_SIDE, TARGET_SIDE } from "../recording/fields.js";
import { acceptedHistogram, countTrack, perPosition } from "./stats.js";

/** @typedef {import("./theory.js").Times} Times */

/**
 * What a run measured, for the model to start from; null when there is too little. `token` comes
 * from the baseline recorded beside it, null without one. A pass is taken to cost the same for
 * every K: one K was run.
 * @param {import("../recording/recording.js").Recording} recording
 */
export function measured(recording) {
  const { main, tracks, header } = recording;
  const counts = countTrack(main);
  const k = Number(header.k) || 0;
  if (!k || !counts.rounds || !counts.drafted) return null;
  const per = (/** @type {number} */ spent) => spent / 1e6 / counts.rounds;
  const steps = counts.drafted / counts.rounds;
  const survival = perPosition(acceptedHistogram(main, counts.rounds, k), counts.rounds, k).map(
    (one) => one ?? 0,
  );
  const prefill = main.prefills.length ? sum(main.prefills) : 0;
  const [draft, verify, network] = [
    counts.draft_time - prefillOf(main, DRAFT_SIDE),
    counts.verify_time - prefillOf(main, TARGET_SIDE),
    counts.network_time + counts.queue_time,
  ];
  const baseline = tracks.get("autoregressive") ?? tracks.get("streaming");
  const alone = baseline && baseline !== main ? countTrack(baseline) : null;
  const other = counts.duration - draft - verify - network - prefill;
  /** @type {Times} */
  const times = {
    token: alone && alone.tokens ? alone.duration / 1e6 / alone.tokens : NaN,
    draft: per(draft) / steps,
    verify: per(verify),
    verify_slope: 0,
    round_trip: per(network),
    other: per(Math.max(0, other)),
    other_slope: 0,
  };
  return {
    k,
    survival,
    times,
    rounds: counts.rounds,
    recorded: counts.tokens / (counts.duration / 1e6),
  };
}

/** @param {import("../recording/track.js").Track["prefills"]} table */
const sum = (table) => table.duration.subarray(0, table.length).reduce((all, one) => all + one, 0);

/** @param {import("../recording/track.js").Track} track @param {number} side */
function prefillOf({ prefills }, side) {
  let spent = 0;
  for (let row = 0; row < prefills.length; row++)
    if (prefills.side[row] === side) spent += prefills.duration[row];
  return spent;
}
