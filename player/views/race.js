// Two to four runs on one clock: tokens over time as lines, the standing in words, and each text as
// far as it has come.

import { count as counted, length, rate } from "../core/measures/numbers.js";
import { alike, raceLength, standing } from "../core/race.js";
import { harmless } from "../core/text.js";
import { h, panel, write } from "../dom/dom.js";

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
    ...runners.map((one, index) =>
      h(`path.run${index}`, {
        d: steps(one, whole, most),
        "stroke-dasharray": DASHES[index],
        "vector-effect": "non-scaling-stroke",
      }),
    ),
    head,
  );
  const verdict = h("p.verdict");
  const rows = runners.map((one, index) => {
    const [bar, count, speed, text] = [h("i"), h("b"), h("span.quiet"), h("p.tail")];
    const sign = h(
      `svg.sign.run${index}`,
      { viewBox: "0 0 30 8", "aria-hidden": "true" },
      h("path", { d: "M0 4H30", "stroke-dasharray": DASHES[index] }),
    );
    return {
      element: h(
        "div.runner",
        h("p.name", sign, h("b", one.name), " ", count, " ", speed),
        h("span.way", bar),
        text,
      ),
      bar,
      count,
      speed,
      text,
    };
  });
  const same = alike(runners);
  const notes = [
    ...(same.prompt ? [] : ["different prompts: this compares speed only"]),
    ...(same.distribution ? [] : ["different distributions"]),
  ];
  const { element, note } = panel(
    "race",
    heading,
    verdict,
    picture,
    h("div.runners", ...rows.map((row) => row.element)),
  );
  write(note, ["one clock, every run from its own start", ...notes].join(" · "));
  return {
    element,
    length: whole,
    /** @param {number} seconds */
    show(seconds) {
      const now = standing(runners, seconds);
      head.setAttribute("x1", String((seconds / whole) * WIDE));
      head.setAttribute("x2", String((seconds / whole) * WIDE));
      write(verdict, standingText(runners, now, seconds));
      rows.forEach(({ bar, count, speed, text }, index) => {
        const tokens = now.tokens[index];
        const one = runners[index];
        bar.style.width = `${(100 * tokens) / most}%`;
        bar.className = `run${index}`;
        write(count, `${tokens} tokens`);
        const pace = rate(seconds > 0 ? tokens / Math.min(seconds, one.length) : null, 0);
        const done = now.done[index] ? `, done after ${length(one.length * 1e6)}` : "";
        write(speed, `${pace} tokens/s${done}`);
        write(
          text,
          harmless(
            (tokens > TAIL ? "… " : "") +
              one.texts.slice(Math.max(0, tokens - TAIL), tokens).join(""),
          ),
        );
      });
      return now;
    },
  };
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
