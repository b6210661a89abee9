// The acceptance gauge with its history, and tokens per second over time beside each recorded
// baseline: what the run has come to at the playhead.

import { countTrack } from "../core/measures/counts.js";
import { paceOf, paceUpTo, roundsUpTo } from "../core/measures/history.js";
import { figures, length, whole as grouped } from "../core/measures/numbers.js";
import { BASELINES, rates } from "../core/measures/stats.js";
import { Round } from "../core/round.js";
import { h, holder, markup, panel, write } from "../dom/dom.js";

/** What a baseline is called on its line. @type {Record<string, string>} */
const NAMES = {
  per_request: "a request a token",
  chunked: "in chunks, no draft",
  streaming: "target streaming",
  autoregressive: "target alone",
};
/** A baseline in words. @param {string} rule @param {string} track */
const named = (rule, track) =>
  rule === "prediction" && track === "streaming" ? "no prediction" : NAMES[track];
const AROUND = 2 * Math.PI * 33;
// The pictures, in pixels: where the axes stand, and the room of a name.
const [LEFT, LINE] = [36, 13];
const SPARK = { top: 4, bottom: 26, foot: 38 };
const PACE = { top: 12, bottom: 53, foot: 65 };

/** @typedef {import("../element/screen.js").Screen} Screen */
/** @typedef {import("../core/measures/history.js").Pace} Pace */
/** @typedef {import("../core/measures/counts.js").Counts} Counts */
/** @typedef {{ name: string, tone: string, points: Pace[] }} Line */

/** @returns {import("../element/screen.js").View} */
export function gaugeView() {
  const body = h("div.sofar");
  const { element, note } = panel("gauge", "Acceptance and speed", body);
  const show = holder(body);
  let [drawn, wide] = ["", 226];
  /** @type {Screen | null} */
  let shown = null;
  const draw = (/** @type {Screen} */ screen) => {
    const { track, time, recording, frame } = screen;
    const key = [recording.header.start, track.name, time, recording.events, wide].join();
    if (key === drawn) return;
    [drawn, shown] = [key, screen];
    write(note, frame.finished ? "the whole run" : "up to the playhead");
    const history = roundsUpTo(track, time, wide - LEFT);
    const over = overAt(screen);
    show([...figuresOf(screen, over), ...rounds(history, over, wide), ...pace(screen, wide)]);
  };
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width) wide = Math.round(contentRect.width);
    if (shown) draw(shown);
  }).observe(body);
  return { element, update: draw };
}

/**
 * Counts of the rounds that are over: one under way has only drafted so far.
 * @param {Screen} screen
 */
function overAt({ track, time, frame }) {
  const round = frame.round < 0 ? null : new Round(track, frame.round);
  return countTrack(track, round && round.end > time ? Math.min(time, round.start) : time);
}

/** @param {Screen} screen @param {Counts} over */
function figuresOf({ track, time, recording, speedups, rule }, over) {
  const { acceptance_rate: rate, mean_acceptance_length: tokens } = rates(over);
  const speed = rates(countTrack(track, time)).tokens_per_second;
  const beside = BASELINES.flatMap((name) => {
    const other = recording.tracks.get(name);
    if (!other || (speedups[name] ?? null) === null) return [];
    return `${named(rule, name)} ${figures(rates(countTrack(other)).tokens_per_second)}`;
  });
  const formula = `${grouped(over.accepted)} accepted / ${grouped(over.drafted)} drafted`;
  return markup`
    <div class="figures" title="${formula}">
      <svg class="donut" viewBox="0 0 80 80" role="img" aria-label="acceptance rate: ${formula}">
        <circle cx="40" cy="40" r="33"></circle>
        <circle class="rate" cx="40" cy="40" r="33"
          stroke-dasharray="${AROUND * (rate ?? 0)} ${AROUND}"></circle>
        <text x="40" y="46" text-anchor="middle">${rate === null ? "–" : figures(rate)}</text>
      </svg>
      <p><b>${figures(tokens)}</b> tokens/round</p>
      <p><b>${figures(speed)}</b> tokens/s</p>
      <p>${beside[beside.length - 1]}</p>
    </div>`;
}

/**
 * What each round drafted and what of it was accepted.
 * @param {ReturnType<typeof roundsUpTo>} history
 * @param {Counts} counts
 * @param {number} wide
 */
function rounds({ found, columns, rounds: all, over, most }, { accepted, drafted }, wide) {
  const formula = `${grouped(accepted)}/${grouped(drafted)} accepted`;
  const feet = ["1", formula + (formula.length < wide / 15 ? ", by round" : ""), grouped(all)];
  const step = (wide - LEFT) / Math.max(1, columns);
  const bars = (/** @type {"drafted" | "accepted"} */ key) =>
    found
      .map((one, at) => {
        const tall = (one[key] / most) * (SPARK.bottom - SPARK.top);
        const bar = Math.max(step - (step > 3 ? 1 : 0), 0.5);
        return `M${LEFT + at * step} ${SPARK.bottom}v${-tall}h${bar}v${tall}`;
      })
      .join("");
  return markup`
    <svg class="history" viewBox="0 0 ${wide} ${SPARK.foot + 4}" role="img"
      aria-label="accepted of drafted tokens in each of ${over} rounds of ${all}">
      <path class="drafted" d="${bars("drafted")}"></path>
      <path class="accepted" d="${bars("accepted")}"></path>
      ${axes(SPARK, [0, most], wide, feet)}
    </svg>`;
}

/** Tokens per second since each began. @param {Screen} screen @param {number} wide */
function pace({ track, time, recording, rule }, wide) {
  const others = BASELINES.flatMap((name) => recording.tracks.get(name) ?? []).filter(
    (other) => other !== track && other.output.length,
  );
  const lines = [
    ...others.map((other) => {
      return { name: named(rule, other.name), tone: "alone", points: paceOf(other) };
    }),
    { name: "this run", tone: "run", points: paceUpTo(track, time) },
  ];
  const all = [...others, track].flatMap((one) => paceOf(one));
  const span = Math.max(1e-6, ...all.map(({ seconds }) => seconds));
  const top = upTo(Math.max(1, ...all.map(({ rate }) => rate)));
  const x = (/** @type {number} */ seconds) => round1(LEFT + (seconds / span) * (wide - LEFT));
  const y = (/** @type {number} */ rate) =>
    round1(PACE.bottom - (rate / top) * (PACE.bottom - PACE.top));
  const ends = lines.map(({ points }) => points[points.length - 1]);
  const heights = apart(ends.map(({ rate }) => y(rate) - 3));
  const names = lines.map(({ name }, at) => `${name} ${figures(ends[at].rate)}`);
  const feet = ["0", "tokens/s", length(span * 1e6)];
  return markup`
    <svg class="history" viewBox="0 0 ${wide} ${PACE.foot + 4}" role="img"
      aria-label="tokens per second since each began: ${names.join(", ")}">
      ${axes(PACE, [0, top / 2, top], wide, feet)}
      ${lines.flatMap(({ points, tone }) => {
        const d = points.map(({ seconds, rate }) => `${x(seconds)} ${y(rate)}`).join("L");
        return markup`<path class="${tone}" d="M${d}"></path>`;
      })}
      ${lines.flatMap(({ tone }, at) => {
        const end = x(ends[at].seconds);
        const after = end < wide * 0.55;
        return markup`
          <text class="name ${tone}" x="${after ? end + 4 : end - 2}" y="${heights[at]}"
            text-anchor="${after ? "start" : "end"}">${names[at]}</text>`;
      })}
    </svg>`;
}

/**
 * A vertical axis with its numbers, and what stands beneath the line: left, middle, right.
 * @param {{ top: number, bottom: number, foot: number }} at
 * @param {number[]} values the last one at the top
 * @param {number} wide
 * @param {string[]} feet
 */
const axes = ({ top, bottom, foot }, values, wide, feet) => markup`
  ${values.flatMap((value) => {
    const y = bottom - (value / values[values.length - 1]) * (bottom - top);
    return markup`
      <path class="axis" d="M${LEFT} ${y}H${wide}"></path>
      <text x="${LEFT - 4}" y="${y + 4}" text-anchor="end">${grouped(value)}</text>`;
  })}
  ${feet.flatMap((text, at) => {
    const anchor = ["start", "middle", "end"][at];
    return markup`
      <text x="${LEFT + ((wide - LEFT) * at) / 2}" y="${foot}"
        text-anchor="${anchor}">${text}</text>`;
  })}`;

/** The next round number above. @param {number} value */
function upTo(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 5, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}

/** Heights of names, moved where one would stand on another. @param {number[]} heights */
function apart(heights) {
  const placed = [...heights];
  const order = [...heights.keys()].sort((one, other) => heights[other] - heights[one]);
  order.forEach((at, rank) => {
    if (rank) placed[at] = Math.min(heights[at], placed[order[rank - 1]] - LINE);
  });
  const above = Math.max(0, LINE - 3 - Math.min(...placed));
  return placed.map((height) => height + above);
}

/** @param {number} value */
const round1 = (value) => Math.round(value * 10) / 10;
