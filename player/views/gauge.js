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
const AROUND = 2 * Math.PI * 33;
// The pictures: their width, where the axes stand, and the room of a name.
const [WIDE, LEFT, RIGHT, LINE] = [250, 36, 246, 12];
const SPARK = { top: 5, bottom: 41 };
const PACE = { top: 14, bottom: 84 };

/** @typedef {import("../element/screen.js").Screen} Screen */
/** @typedef {import("../core/measures/history.js").Pace} Pace */
/** @typedef {{ name: string, tone: string, points: Pace[] }} Line */

/** @returns {import("../element/screen.js").View} */
export function gaugeView() {
  const body = h("div.sofar");
  const { element, note } = panel("gauge", "Acceptance and speed", body);
  const show = holder(body);
  let drawn = "";
  return {
    element,
    update(screen) {
      const { track, time, recording, frame, whole } = screen;
      const key = [recording.header.start, track.name, time, recording.events].join();
      if (key === drawn) return;
      drawn = key;
      write(note, frame.finished ? "the whole run" : "up to the playhead");
      const round = frame.round < 0 ? null : new Round(track, frame.round);
      // A round under way counts once it is over: until then it has only drafted.
      const over = round && round.end > time ? Math.min(time, round.start) : time;
      const [counts, now] = [countTrack(track, over), rates(countTrack(track, time))];
      show([
        ...donut(counts, rates(counts), now.tokens_per_second, screen),
        ...rounds(roundsUpTo(track, time, RIGHT - LEFT), whole),
        ...pace(screen),
      ]);
    },
  };
}

/**
 * @param {import("../core/measures/counts.js").Counts} counts
 * @param {ReturnType<typeof rates>} over of the rounds that are over
 * @param {number | null} speed
 * @param {Screen} screen
 */
function donut({ accepted, drafted }, over, speed, { recording, speedups }) {
  const rate = over.acceptance_rate;
  const dash = `${AROUND * (rate ?? 0)} ${AROUND}`;
  const text = `${grouped(accepted)} accepted / ${grouped(drafted)} drafted`;
  const beside = BASELINES.flatMap((name) => {
    const track = recording.tracks.get(name);
    if (!track || (speedups[name] ?? null) === null) return [];
    return `${NAMES[name]} ${figures(rates(countTrack(track)).tokens_per_second)}`;
  });
  return markup`
    <div class="figures">
      <svg class="donut" viewBox="0 0 80 80" role="img" aria-label="acceptance rate: ${text}">
        <circle cx="40" cy="40" r="33"></circle>
        <circle class="rate" cx="40" cy="40" r="33" stroke-dasharray="${dash}"></circle>
        <text x="40" y="45" text-anchor="middle">${rate === null ? "–" : figures(rate)}</text>
      </svg>
      <p class="quiet"><b>${figures(over.mean_acceptance_length)}</b> tokens a round</p>
      <p class="quiet"><b>${figures(speed)}</b> tokens/s</p>
      <p class="quiet">${beside.slice(0, 1)}</p>
      <p class="quiet">${text}</p>
    </div>`;
}

/**
 * What each round drafted and what of it was accepted.
 * @param {ReturnType<typeof roundsUpTo>} history
 * @param {Screen["whole"]} whole
 */
function rounds({ found, columns, rounds: all }, whole) {
  const most = Math.max(1, Math.ceil(Math.max(...found.map((one) => one.drafted), 0)));
  const step = (RIGHT - LEFT) / Math.max(1, columns);
  const bars = (/** @type {"drafted" | "accepted"} */ key) =>
    found
      .map((one, at) => {
        const tall = (one[key] / most) * (SPARK.bottom - SPARK.top);
        const wide = Math.max(step - (step > 3 ? 1 : 0), 0.5);
        return `M${LEFT + at * step} ${SPARK.bottom}v${-tall}h${wide}v${tall}`;
      })
      .join("");
  const label = `${grouped(found.length)} of ${grouped(columns)} columns, ${grouped(all)} rounds`;
  return markup`
    <svg class="history" viewBox="0 0 ${WIDE} 56" role="img"
      aria-label="drafted and accepted tokens of each round so far: ${label}">
      <path class="drafted" d="${bars("drafted")}"></path>
      <path class="accepted" d="${bars("accepted")}"></path>
      ${axis(SPARK, [0, most], [], "")}
      <text x="${LEFT}" y="53">round 1</text>
      <text x="${RIGHT}" y="53" text-anchor="end">${grouped(Math.max(1, whole.rounds))}</text>
      <text x="141" y="53" text-anchor="middle">accepted of drafted</text>
    </svg>`;
}

/** Tokens per second since each began. @param {Screen} screen */
function pace({ track, time, recording }) {
  const others = BASELINES.flatMap((name) => recording.tracks.get(name) ?? []).filter(
    (other) => other !== track && other.output.length,
  );
  const lines = [
    ...others.map((other) => ({ name: NAMES[other.name], tone: "alone", points: paceOf(other) })),
    { name: "this run", tone: "run", points: paceUpTo(track, time) },
  ];
  const all = [...others, track].flatMap((one) => paceOf(one));
  const [span, top] = [
    Math.max(1e-6, ...all.map(({ seconds }) => seconds)),
    upTo(Math.max(1, ...all.map(({ rate }) => rate))),
  ];
  const x = (/** @type {number} */ seconds) => round1(LEFT + (seconds / span) * (RIGHT - LEFT));
  const y = (/** @type {number} */ rate) =>
    round1(PACE.bottom - (rate / top) * (PACE.bottom - PACE.top));
  const ends = apart(lines.map(({ points }) => y(points[points.length - 1].rate) - 3));
  const label = lines.map(
    ({ name, points }) => `${name} ${figures(points[points.length - 1].rate)}`,
  );
  return markup`
    <svg class="history" viewBox="0 0 ${WIDE} 100" role="img"
      aria-label="tokens per second since each began: ${label.join(", ")}">
      ${axis(PACE, [0, top / 2, top], [LEFT, RIGHT], "tokens/s")}
      <text x="${LEFT}" y="97">0</text>
      <text x="141" y="97" text-anchor="middle">since each began</text>
      <text x="${RIGHT}" y="97" text-anchor="end">${length(span * 1e6)}</text>
      ${lines.flatMap(({ points, tone }) => {
        const d = points.map(({ seconds, rate }) => `${x(seconds)} ${y(rate)}`).join("L");
        return markup`<path class="${tone}" d="M${d}"></path>`;
      })}
      ${lines.flatMap(({ points, tone }, at) => {
        const end = x(points[points.length - 1].seconds);
        const left = end < 150;
        return markup`
          <text class="name ${tone}" x="${left ? end + 4 : end - 2}" y="${ends[at]}"
            text-anchor="${left ? "start" : "end"}">${label[at]}</text>`;
      })}
    </svg>`;
}

/**
 * A vertical axis with its numbers, and the line beneath.
 * @param {{ top: number, bottom: number }} at
 * @param {number[]} values the last one at the top
 * @param {number[]} across where lines run, if they do
 * @param {string} unit
 */
const axis = ({ top, bottom }, values, across, unit) =>
  values.flatMap((value) => {
    const y = bottom - (value / values[values.length - 1]) * (bottom - top);
    const rule =
      value && across.length ? `M${across[0]} ${y}H${across[1]}` : `M${LEFT} ${bottom}H${RIGHT}`;
    return markup`
      <path class="axis" d="${rule}"></path>
      <text x="${LEFT - 4}" y="${y + 4}" text-anchor="end">${grouped(value)}</text>
      ${
        value === values[values.length - 1] && unit
          ? markup`<text x="0" y="${top - 5}">${unit}</text>`
          : []
      }`;
  });

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
  const above = Math.max(0, PACE.top - 4 - Math.min(...placed));
  return placed.map((height) => height + above);
}

/** @param {number} value */
const round1 = (value) => Math.round(value * 10) / 10;
