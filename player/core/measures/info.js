// The numbers of a whole recording as one object, in the words and the order of `specrecord info
// RUN --json`.

import { countTrack, verifiedRounds } from "./counts.js";
import { perPosition, rates, speedups } from "./stats.js";

/**
 * What `specrecord info RUN --json` prints.
 * @param {import("../recording/recording.js").Recording} recording
 */
export function recordingInfo(recording) {
  const { header, main } = recording;
  const counts = countTrack(main);
  const { latency, duration_s, ...shares } = rates(counts);
  const { rounds, tokens, drafted, accepted } = counts;
  const inRound = verifiedRounds(main).map((one) => one.accepted);
  const settings = Object.fromEntries(
    ["rule", "k", "temperature", "seed"].map((key) => [key, header[key] ?? null]),
  );
  return {
    format: header.format,
    version: header.version,
    complete: recording.problem === null,
    events: recording.events,
    rounds,
    tokens,
    drafted,
    accepted,
    duration_s,
    ...settings,
    draft: header.draft?.name ?? null,
    target: header.target?.name ?? null,
    law: header.law ?? null,
    ...shares,
    per_position: perPosition(inRound, header.k || Math.max(0, ...inRound)),
    // An engine does not tell its own draft's time from its target's: both are in `verify_s`.
    latency: header.rule === "own" ? { ...latency, draft_s: null } : latency,
    speedup: speedups(recording, counts),
    faults: recording.faults.length,
    simulated: recording.simulated,
    ...((main.prediction || header.rule === "prediction") && {
      rounds: 0,
      alpha_hat: null,
      mean_acceptance_length: null,
      per_position: [],
    }),
  };
}
