// What is said of a race: who leads, who came in, and at the end who won, by how much, and what
// that is in tokens per second over the baseline, named.

import { count as counted, length, whole as grouped } from "../measures/numbers.js";

/** @typedef {import("./race.js").Runner} Runner */
/** @typedef {ReturnType<typeof import("./race.js").result>} Result */

/** A lead in milliseconds: 57.0 ms, 4,975 ms. @param {number} microseconds */
export const leadText = (microseconds) =>
  microseconds < 1e5
    ? `${(microseconds / 1e3).toFixed(1)} ms`
    : `${grouped(Math.round(microseconds / 1e3))} ms`;

/** A speedup to three figures, as the site shows it: 3.18×, 0.476×. @param {number} value */
export const ratioText = (value) =>
  `${value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0)}×`;

/**
 * The standing in a sentence.
 * @param {Runner[]} runners
 * @param {Result} end
 * @param {ReturnType<typeof import("./race.js").standing>} now
 */
export function standingText(runners, end, { tokens, done, leader, lead }) {
  if (runners.length < 2) return "No baseline was recorded with this run: there is no race.";
  if (done.every(Boolean)) return resultText(runners, end);
  if (done.includes(true)) {
    const first = runners[end.order[0]];
    const out = runners.flatMap(({ full, tokens: all }, index) =>
      done[index] ? [] : [`${full} has ${grouped(tokens[index])} of ${counted(all, "token")}`],
    );
    return `${first.full} is in after ${length(first.duration)}; ${out.join(", ")}.`;
  }
  if (leader >= 0) return `${runners[leader].full} leads by ${counted(lead, "token")}.`;
  return tokens.some(Boolean) ? `Level at ${counted(tokens[0], "token")}.` : "Off they go.";
}

/**
 * The result: winner, lead and, where the first two were recorded in one run, the speedup.
 * @param {Runner[]} runners
 * @param {Result} end
 */
function resultText(runners, { winner, order, lead }) {
  const [first, next] = order.map((index) => runners[index]);
  if (winner < 0) return `${first.full} and ${next.full} come in together.`;
  const [run, baseline] = first.against.length ? [first, next] : [next, first];
  const found = run.against.find(({ name }) => name === baseline.full);
  const by = leadText(lead ?? 0);
  if (!found) return `${first.full} wins, ${by} ahead of ${next.full}.`;
  const ratio = ratioText(found.value);
  return run === first
    ? `${first.full} wins by ${by}, at ${ratio} the tokens per second of ${next.full}.`
    : `${first.full} wins by ${by}; ${next.full} has ${ratio} its tokens per second.`;
}
