// The inputs of a run's model, derived from its rounds as specrecord/recording/measures/estimate.py
// does, where each is defined. tests/fixtures/estimates.json holds both to the same answers.

import { countTrack, trackTime, verifiedRounds } from "./counts.js";
import { rateOf, sum } from "./run-model.js";

/** @typedef {import("../recording/track.js").Track} Track */
/** @typedef {import("../recording/recording.js").Recording} Recording */
/** @typedef {import("./run-model.js").RunModel} RunModel */

const MICROSECONDS = 1_000_000;
const TOLERANCE = 0.05; // as a share of the recorded rate: a model farther off is none

/**
 * The model of a recorded run; null where it drafted nothing, or is off its record by over 5 %.
 * @param {Recording} recording @returns {RunModel | null}
 */
export function estimate(recording) {
  const { main, header } = recording;
  if (["own", "prediction"].includes(header.rule)) return null; // a round's drafting is not timed
  const counts = countTrack(main);
  const rounds = timedRounds(main);
  const deepest = largest(rounds.map((one) => one.nodes.length));
  if (!deepest || !counts.tokens || !counts.duration) return null;
  const alone = baselineOf(recording);
  const rate = (counts.tokens * MICROSECONDS) / counts.duration;
  const model = {
    tokens: counts.tokens,
    tried: triedDepths(header, deepest),
    limited: deepest === largest(rounds.map((one) => one.k)),
    ...survivalOf(rounds, deepest),
    drafted: upTo(deepest).map((depth) => mean(nodesAt(rounds, depth))),
    ...timesOf(rounds, counts),
    baseline: alone && alone.baseline,
    recorded: rate,
    recorded_speedup: alone && rate / alone.rate,
  };
  return Math.abs(rateOf(model, deepest) / rate - 1) <= TOLERANCE ? model : null;
}

/**
 * How deep a verified round might draft, its drafted tokens by depth, how many were accepted,
 * whether the text ended in it; and microseconds: its parts, and `other`, which is what no part
 * holds, from the end of the round before.
 * @typedef {ReturnType<typeof timedRounds>[number]} TimedRound
 */

/** @param {Track} track */
function timedRounds(track) {
  const { rounds, prefills } = track;
  let before = prefills.length ? trackTime(track, prefills.time[prefills.length - 1]) : 0;
  return verifiedRounds(track).map(({ round, accepted, ...parts }) => {
    const nodes = nodesByDepth(round);
    const start = before;
    before = trackTime(track, round.end);
    return {
      ...parts,
      other: before - start - sum(Object.values(parts)),
      k: Math.max(rounds.k[round.row], nodes.length),
      nodes,
      accepted,
      ended: !round.list("emit").length,
    };
  });
}

/** How many tokens were drafted at each depth. @param {import("../round.js").Round} round */
function nodesByDepth(round) {
  /** @type {number[]} */
  const nodes = [];
  for (const depth of round.nodes.map((node) => round.depth(node)))
    nodes[depth] = (nodes[depth] ?? 0) + 1;
  return nodes;
}

/** @param {Record<string, any>} header @param {number} deepest */
const triedDepths = ({ tree, rule }, deepest) =>
  tree === "dynamic" || rule === "block" ? [deepest] : upTo(deepest);

/** @param {TimedRound[]} rounds @param {number} depth */
const nodesAt = (rounds, depth) =>
  rounds.filter((one) => one.k >= depth).map((one) => one.nodes[depth - 1] ?? 0);

/** S_i, and the rounds behind each. @param {TimedRound[]} rounds @param {number} deepest */
function survivalOf(rounds, deepest) {
  /** @type {number[]} */
  const survival = [];
  /** @type {number[]} */
  const reached = [];
  for (const depth of upTo(deepest)) {
    const able = rounds.filter(
      ({ k, accepted, ended }) => k >= depth && accepted >= depth - (ended ? 0 : 1),
    );
    const gained = able.filter((one) => one.accepted >= depth).length;
    survival.push((survival[depth - 2] ?? 1) * (able.length ? gained / able.length : 0));
    reached.push(able.length);
  }
  return { reached, survival };
}

/**
 * Seconds of the parts.
 * @param {TimedRound[]} rounds @param {import("./counts.js").Counts} counts
 */
function timesOf(rounds, counts) {
  const sizes = rounds.map((one) => sum(one.nodes));
  const all = (/** @type {"draft" | "verify" | "queue" | "network" | "other"} */ name) =>
    rounds.map((one) => one[name] / MICROSECONDS);
  const [verify_s, verify_slope_s] = line(sizes, all("verify"));
  const [other_s, other_slope_s] = line(sizes, all("other"));
  const inside = rounds.map((one) => one.draft + one.verify + one.queue + one.network + one.other);
  return {
    start_s: (counts.duration - sum(inside)) / MICROSECONDS,
    draft_s: sum(all("draft")) / sum(sizes),
    verify_s,
    verify_slope_s,
    other_s,
    other_slope_s,
    queue_s: mean(all("queue")),
    network_s: counts.unknown ? null : mean(all("network")),
  };
}

/**
 * [a, b] of span = a + b size: through the means, with the median slope between neighbours.
 * @param {number[]} sizes @param {number[]} spans @returns {[number, number]}
 */
function line(sizes, spans) {
  const steps = sizes.slice(1).flatMap((after, before) => {
    const change = after - sizes[before];
    const slope = (spans[before + 1] - spans[before]) / change;
    return change ? [{ slope, weight: Math.abs(change) }] : [];
  });
  steps.sort((one, other) => one.slope - other.slope);
  let half = sum(steps.map((one) => one.weight)) / 2;
  const median = steps.find(({ weight }) => (half -= weight) <= 0)?.slope ?? 0;
  const [size, span] = [mean(sizes), mean(spans)];
  const slope = size ? Math.min(Math.max(median, 0), span / size) : 0;
  return [span - slope * size, slope];
}

/**
 * The target alone: without a draft on this machine, else streaming.
 * @param {Recording} recording
 */
function baselineOf({ tracks, main }) {
  for (const name of ["autoregressive", "streaming"]) {
    const track = tracks.get(name);
    if (!track || track === main) continue;
    const counts = countTrack(track);
    const { tokens, first_token, last_token, duration } = counts;
    if (first_token === null || last_token === null || tokens < 2) continue;
    const token_s = (last_token - first_token) / (tokens - 1) / MICROSECONDS;
    const start_s = duration / MICROSECONDS - tokens * token_s;
    return { baseline: { name, token_s, start_s }, rate: (tokens * MICROSECONDS) / duration };
  }
  return null;
}

/** 1 to n. @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
/** @param {number[]} values */
const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);
/** @param {number[]} values */
const mean = (values) => sum(values) / values.length;
