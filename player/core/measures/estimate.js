// The inputs of a run's model, derived from its rounds as specrecord/recording/estimate.py does,
// where each is defined. tests/fixtures/estimates.json holds both to the same answers.

import { ACCEPTED } from "../recording/fields.js";
import { rowsOf } from "../recording/lane.js";
import { rateOf } from "./run-model.js";
import { countLane } from "./stats.js";

/** @typedef {import("../recording/lane.js").Lane} Lane */
/** @typedef {import("../recording/recording.js").Recording} Recording */
/** @typedef {import("./run-model.js").RunModel} RunModel */

const MICROSECONDS = 1_000_000;
const TOLERANCE = 0.05; // as a share of the recorded rate: a model farther off is none

/**
 * The model of a recorded run; null where it drafted nothing, or is off its record by over 5 %.
 * @param {Recording} recording @returns {RunModel | null}
 */
export function estimate(recording) {
  const { main } = recording;
  const counts = countLane(main);
  const rounds = verifiedRounds(main);
  const deepest = largest(rounds.map((one) => one.nodes.length));
  if (!deepest || !counts.tokens || !counts.duration) return null;
  const alone = baselineOf(recording);
  const rate = (counts.tokens * MICROSECONDS) / counts.duration;
  const model = {
    tokens: counts.tokens,
    tried: triedDepths(recording.header, deepest),
    limited: deepest === largest(rounds.map((one) => one.k)),
    ...survivalOf(rounds, deepest),
    drafted: upTo(deepest).map((depth) => mean(nodesAt(rounds, depth))),
    ...timesOf(rounds, counts),
    baseline: alone && alone.baseline,
    recorded: rate,
    recorded_speedup:
      alone && (counts.tokens * alone.counts.duration) / (alone.counts.tokens * counts.duration),
  };
  return Math.abs(rateOf(model, deepest) / rate - 1) <= TOLERANCE ? model : null;
}

/**
 * How deep a verified round might draft, its drafted tokens by depth, how many were accepted,
 * whether the text ended in it; its spans in microseconds. `other` is what no other holds, from the
 * end of the round before.
 * @typedef {object} VerifiedRound
 * @property {number} k
 * @property {number[]} nodes
 * @property {number} accepted
 * @property {boolean} ended
 * @property {number} draft
 * @property {number} verify
 * @property {number} queue
 * @property {number} network
 * @property {number} other
 */

/** @param {Lane} lane @returns {VerifiedRound[]} */
function verifiedRounds(lane) {
  const clock = clockOf(lane);
  const { prefills } = lane;
  /** @type {VerifiedRound[]} */
  const found = [];
  let before = prefills.length ? clock(prefills.time[prefills.length - 1]) : 0;
  for (let round = 0; round < lane.rounds.length; round++) {
    const one = verifiedRound(lane, round);
    if (!one) continue;
    const end = clock(endOf(lane, round));
    one.other = end - before - one.draft - one.verify - one.queue - one.network;
    before = end;
    found.push(one);
  }
  return found;
}

/**
 * Null for a round that was given up.
 * @param {Lane} lane @param {number} round @returns {VerifiedRound | null}
 */
function verifiedRound(lane, round) {
  const { drafts, verifies, verdicts } = lane;
  const [verifyFrom, verifyTo] = rowsOf(lane, round, "verify");
  const [emitFrom, emitTo] = rowsOf(lane, round, "emit");
  if (verifyFrom === verifyTo) return null;
  const one = {
    k: lane.rounds.k[round],
    accepted: 0,
    ended: emitFrom === emitTo,
    draft: 0,
    other: 0,
  };
  /** @type {number[]} */
  const depths = [];
  /** @type {number[]} */
  const nodes = [];
  eachRow(lane, round, "draft", (row) => {
    const depth = (depths[drafts.parent[row]] ?? 0) + 1;
    depths.push(depth);
    one.k = Math.max(one.k, depth);
    nodes[depth - 1] = (nodes[depth - 1] ?? 0) + 1;
    one.draft += drafts.duration[row];
  });
  eachRow(lane, round, "verdict", (row) => {
    if (verdicts.fate[row] === ACCEPTED) one.accepted++;
  });
  const queue = verifies.queue[verifyFrom] || 0; // NaN where it was not told
  const network = verifies.network[verifyFrom] || 0;
  return { ...one, nodes, queue, network, verify: verifies.duration[verifyFrom] - queue - network };
}

/**
 * @param {Lane} lane @param {number} round @param {"draft" | "verdict"} kind
 * @param {(row: number) => void} act
 */
function eachRow(lane, round, kind, act) {
  const [from, to] = rowsOf(lane, round, kind);
  for (let row = from; row < to; row++) act(row);
}

/** The time of a round's last event. @param {Lane} lane @param {number} round */
function endOf(lane, round) {
  const last = (/** @type {"verify" | "verdict" | "emit"} */ kind) => {
    const [from, to] = rowsOf(lane, round, kind);
    return to > from ? lane.tables[kind].time[to - 1] : 0;
  };
  return Math.max(last("verify"), last("verdict"), last("emit"));
}

/**
 * The lane's own clock, for times that only grow.
 * @param {Lane} lane @returns {(time: number) => number}
 */
function clockOf({ pieces }) {
  let [piece, spent] = [0, 0];
  return (time) => {
    while (piece + 1 < pieces.length && time >= pieces[piece + 1][0]) {
      spent += pieces[piece][1] - pieces[piece][0];
      piece++;
    }
    return spent + Math.min(time, pieces[piece][1]) - pieces[piece][0];
  };
}

/** @param {Record<string, any>} header @param {number} deepest */
const triedDepths = ({ tree, rule }, deepest) =>
  tree === "dynamic" || rule === "block" ? [deepest] : upTo(deepest);

/** @param {VerifiedRound[]} rounds @param {number} depth */
const nodesAt = (rounds, depth) =>
  rounds.filter((one) => one.k >= depth).map((one) => one.nodes[depth - 1] ?? 0);

/** S_i, and the rounds behind each. @param {VerifiedRound[]} rounds @param {number} deepest */
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
 * @param {VerifiedRound[]} rounds @param {import("./stats.js").Counts} counts
 */
function timesOf(rounds, counts) {
  const sizes = rounds.map((one) => sum(one.nodes));
  const all = (/** @type {"draft" | "verify" | "queue" | "network" | "other"} */ name) =>
    rounds.map((one) => one[name]);
  const [verify, verifySlope] = line(sizes, all("verify"));
  const [other, otherSlope] = line(sizes, all("other"));
  const inside = rounds.map((one) => one.draft + one.verify + one.queue + one.network + one.other);
  return {
    start_s: (counts.duration - sum(inside)) / MICROSECONDS,
    draft_s: sum(all("draft")) / sum(sizes) / MICROSECONDS,
    verify_s: verify / MICROSECONDS,
    verify_slope_s: verifySlope / MICROSECONDS,
    other_s: other / MICROSECONDS,
    other_slope_s: otherSlope / MICROSECONDS,
    queue_s: mean(all("queue")) / MICROSECONDS,
    network_s: counts.untold ? null : mean(all("network")) / MICROSECONDS,
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
function baselineOf({ lanes, main }) {
  for (const name of ["autoregressive", "streaming"]) {
    const lane = lanes.get(name);
    if (!lane || lane === main) continue;
    const counts = countLane(lane);
    const { tokens, first_token, last_token, duration } = counts;
    if (first_token === null || last_token === null || tokens < 2) continue;
    const token = (last_token - first_token) / (tokens - 1);
    const start_s = (duration - tokens * token) / MICROSECONDS;
    return { baseline: { name, token_s: token / MICROSECONDS, start_s }, counts };
  }
  return null;
}

/** 1 to n. @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, index) => index + 1);
/** @param {number[]} values */
const largest = (values) => values.reduce((most, value) => Math.max(most, value), 0);
/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);
/** @param {number[]} values */
const mean = (values) => sum(values) / values.length;
