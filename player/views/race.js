// Two to four runs on one clock: tokens over time as lines, the standing in words, and each text as
// far as it has come.

import { count as counted, length, rate } from "../core/measures/numbers.js";
import { alike, raceLength, standing } from "../core/race.js";
import { harmless } from "../core/text.js";
import { h, holder, markup, panel, put, write } from "../dom/dom.js";

const [WIDE, HIGH, MOST] = [600, 150, 240]; // the picture, and points a line at most
const TAIL = 60; // tokens of each text that are shown
const DASHES = ["", "7 4", "2 4", "9 3 2 3"];

/** @typedef {import("../core/race.js").Runner} Runner */

/** @param {Runner[]} runners @param {{ heading?: string }} [options] */
export function raceView(runners, { heading = "Race" } = {}) {
  const whole = raceLength(runners);
  const most = Math.max(1, ...runners.map((one) => one.tokens));
  const head = h("line.head", { y1: 0, y2: HIGH });
  const picture = h(
    "svg.racing",
    {
      viewBox: `0 0 ${WIDE} ${HIGH}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "tokens over time",
    },
    ...runners.flatMap(
      (one, index) => markup`
        <path class="run${index}" d="${steps(one, whole, most)}"
          stroke-dasharray="${DASHES[index]}" vector-effect="non-scaling-stroke"></path>`,
    ),
    head,
  );
  const verdict = h("p.verdict");
  const same = alike(runners);
  const notes = [
    ...(same.prompt ? [] : ["different prompts: this compares speed only"]),
    ...(same.distribution ? [] : ["different distributions"]),
  ];
  const rows = h("div.runners");
  const showRows = holder(rows);
  const { element, note } = panel("race", heading, verdict, picture, rows);
  write(note, ["one clock, every run from its own start", ...notes].join(" · "));
  return {
    element,
    length: whole,
    /** @param {number} seconds */
    show(seconds) {
      const now = standing(runners, seconds);
      const x = (seconds / whole) * WIDE;
      put(head, "x1", x);
      put(head, "x2", x);
      write(verdict, standingText(runners, now, seconds));
      showRows(runners.flatMap((one, index) => row(one, index, now.tokens[index], most, seconds)));
      return now;
    },
  };
}

/**
 * A run's standing, and the end of its text.
 * @param {Runner} one
 * @param {number} index
 * @param {number} tokens
 * @param {number} most
 * @param {number} seconds
 */
function row(one, index, tokens, most, seconds) {
  const pace = rate(seconds > 0 ? tokens / Math.min(seconds, one.length) : null, 0);
  const done = seconds >= one.length ? `, done after ${length(one.length * 1e6)}` : "";
  const text = one.texts.slice(Math.max(0, tokens - TAIL), tokens).join("");
  return markup`
    <div class="runner">
      <p class="name">
        <svg class="sign run${index}" viewBox="0 0 30 8" aria-hidden="true">
          <path d="M0 4H30" stroke-dasharray="${DASHES[index]}"></path>
        </svg>
        <b>${one.name}</b> <b>${tokens} tokens</b> <span class="quiet">${pace} tokens/s${done}</span>
      </p>
      <span class="way"><i class="run${index}" style="width:${(100 * tokens) / most}%"></i></span>
      <p class="tail">${harmless((tokens > TAIL ? "… " : "") + text)}</p>
    </div>`;
}

/** @param {Runner[]} runners @param {ReturnType<typeof standing>} now @param {number} seconds */
function standingText(runners, now, seconds) {
  const at = `After ${length(seconds * 1e6)}: `;
  if (now.leader < 0) return `${at}level at ${Math.max(...now.tokens)} tokens.`;
  return `${at}${runners[now.leader].name} is ahead by ${counted(now.lead, "token")}.`;
}

/**
 * A line of steps through the times of the tokens.
 * @param {Runner} one
 * @param {number} whole
 * @param {number} most
 */
function steps({ times, tokens }, whole, most) {
  const every = Math.max(1, Math.ceil(tokens / MOST));
  const x = (/** @type {number} */ time) => ((time / whole) * WIDE).toFixed(2);
  const y = (/** @type {number} */ count) => (HIGH - (count / most) * HIGH).toFixed(2);
  let path = `M0 ${HIGH}`;
  for (let index = 0; index < tokens; index += every) path += `H${x(times[index])}V${y(index + 1)}`;
  return tokens ? `${path}H${x(times[tokens - 1])}V${y(tokens)}` : path;
}
