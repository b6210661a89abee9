// Two to four runs on one clock: the standing in words, each lane with its text as far as it has
// come, and tokens over time as lines.

import { count as counted, length, rate, whole as grouped } from "../core/measures/numbers.js";
import { alike, doing, raceLength, result, standing } from "../core/race/race.js";
import { ratioText, standingText } from "../core/race/race-words.js";
import { WORDS } from "../core/recording/fields.js";
import { harmless } from "../core/text.js";
import { h, holder, markup, panel, plan, put, write } from "../dom/dom.js";
import { explained } from "../parts/words.js";

const [WIDE, HIGH, MOST] = [600, 150, 240]; // the picture, and points a line at most
const TAIL = 240; // tokens of each text that are shown
const DASHES = ["", "7 4", "2 4", "9 3 2 3"];
const DRAFTS = ["K", "tree", "prompt lookup", "trained head"]; // words in lanes' names
const PLACES = ["1st", "2nd", "3rd", "4th"];

/** @typedef {import("../core/race/race.js").Runner} Runner */
/** @typedef {ReturnType<typeof result>} Result */

/**
 * @param {Runner[]} runners
 * @param {HTMLElement} transport  what plays it, between the standing and the lanes
 */
export function raceView(runners, transport) {
  const whole = raceLength(runners);
  const end = result(runners);
  const verdict = h("p.verdict");
  const heard = h("p.live", { role: "status" });
  const { picture, moveTo } = lines(runners, whole);
  const lanes = h("div.runners", { "data-lanes": runners.length });
  const showLanes = holder(lanes);
  const drawn = runners.map(lane);
  const parts = [verdict, heard, transport, lanes, legend(runners), picture];
  const { element, note } = panel("race", "Race", ...parts);
  write(note, notes(runners, end).join(" · "));
  let [finished, written] = ["", ""];
  return {
    element,
    length: whole,
    result: end,
    /** @param {number} seconds */
    show(seconds) {
      const now = standing(runners, seconds, end.winner);
      const words = standingText(runners, end, now);
      moveTo(seconds);
      write(verdict, words);
      // A screen reader hears who comes in, and not every token.
      if (String(now.done) !== finished) write(heard, now.done.includes(true) ? words : "");
      finished = String(now.done);
      const shown = drawn.map((one) => one(now, end.ranks, seconds));
      showLanes(shown.flatMap(({ parts }) => parts));
      const text = shown.map(({ key }) => key).join();
      if (text !== written)
        for (const one of lanes.querySelectorAll(".end")) one.scrollTop = one.scrollHeight;
      written = text;
      return now;
    },
  };
}

/** What the race compares, and what not. @param {Runner[]} runners @param {Result} end */
function notes(runners, { same }) {
  const { prompt, distribution } = alike(runners);
  return [
    "one clock, every run from its own start",
    ...(prompt ? [] : ["different prompts: this compares speed only"]),
    ...(distribution ? [] : ["different distributions"]),
    ...(same && runners.length > 1 ? ["the same text, token for token"] : []),
  ];
}

/**
 * Gives the function that draws a lane at a moment: its name and rank, how far it is, what it is
 * doing, and the end of its text, which is worked out again only where it has changed.
 * @param {Runner} one
 * @param {number} index
 */
function lane(one, index) {
  const indented = /\n {2}/.test(one.texts.join(""));
  let [written, tail] = ["", plan("p")];
  /**
   * @param {ReturnType<typeof standing>} now
   * @param {number[]} ranks
   * @param {number} seconds
   */
  return (now, ranks, seconds) => {
    const tokens = now.tokens[index];
    const at = doing(one, seconds);
    const key = `${tokens} ${at.waiting}`;
    if (key !== written)
      tail = plan(
        `p.tail${indented ? ".code" : ""}`,
        plan("span.end", ...textOf(one, tokens, at.waiting)),
      );
    written = key;
    const pace = rate(seconds > 0 ? tokens / Math.min(seconds, one.length) : 0, 0);
    const parts = markup`
      <div class="runner">
        <p class="name">
          <svg class="sign run${index}" viewBox="0 0 30 8" aria-hidden="true">
            <path d="M0 4H30" stroke-dasharray="${DASHES[index]}"></path>
          </svg>
          <b>${one.name}</b>
          <b class="rank">${now.done[index] ? PLACES[ranks[index] - 1] : ""}</b>
        </p>
        <span class="way">
          <i class="run${index}" style="width:${(100 * tokens) / Math.max(1, one.tokens)}%"></i>
        </span>
        <p class="counts">
          <span><b>${grouped(tokens)}</b> of ${counted(one.tokens, "token")}</span>
          <span><b>${grouped(at.passes)}</b> ${at.passes === 1 ? "pass" : "passes"}</span>
          <span><b>${pace}</b> tokens/s</span>
        </p>
        <p class="counts quiet">${doingText(one, at, now.done[index])}</p>
        ${tail}
      </div>`;
    return { parts, key };
  };
}

/**
 * What a lane does, in words; once it is in, when, and how it stands to its own baselines.
 * @param {Runner} one
 * @param {ReturnType<typeof doing>} at
 * @param {boolean} done
 */
function doingText({ track, duration, against }, at, done) {
  if (done) {
    const ratios = against.map(({ name, value }) => `${ratioText(value)} ${name}`);
    return [`in after ${length(duration)}`, ...ratios].join(" · ");
  }
  if (at.round === null) return "reads the prompt";
  const { drafts, output, verifies } = track;
  if (!drafts.length)
    return `${counted(Math.ceil(output.length / verifies.length), "token")} a pass`;
  const checked = at.accepted === null ? "being checked" : `${at.accepted} accepted`;
  return `round ${at.round}: ${at.drafted} drafted, ${checked}`;
}

/**
 * The end of a lane's text, each stretch by its origin, and after it what waits for its check.
 * @param {Runner} one
 * @param {number} tokens
 * @param {number[]} waiting
 */
function textOf({ texts, track, recording }, tokens, waiting) {
  const first = Math.max(0, tokens - TAIL);
  /** @type {{ origin: string, text: string }[]} */
  const stretches = [];
  for (let index = first; index < tokens; index++) {
    const origin = track.drafts.length ? WORDS[track.output.origin[index]] : "own";
    const last = stretches.at(-1);
    if (last?.origin === origin) last.text += texts[index];
    else stretches.push({ origin, text: texts[index] });
  }
  const draft = waiting.map((token) => new TextDecoder().decode(recording.tokens.get(token)));
  if (draft.length) stretches.push({ origin: "drafted", text: draft.join("") });
  return [
    first ? "… " : "",
    ...stretches.map(({ origin, text }) => plan(`span.${origin}`, harmless(text))),
  ];
}

/** The signs of the texts, each word with what it means. @param {Runner[]} runners */
function legend(runners) {
  const drafts = runners.some(({ track }) => track.drafts.length);
  const signs = ["drafted", "accepted", "resampled", "bonus"];
  const named = (/** @type {string} */ word) => runners.some(({ name }) => name.includes(word));
  const words = ["token", "pass", "baseline", ...DRAFTS.filter(named)];
  return h(
    "p.words",
    ...(drafts ? signs.map((sign) => plan(`span.${sign}`, explained(sign))) : []),
    ...words.map((word) => plan("span", explained(word))),
  );
}

/**
 * Tokens over time, a line a lane, and the moment.
 * @param {Runner[]} runners
 * @param {number} whole
 */
function lines(runners, whole) {
  const most = Math.max(1, ...runners.map((one) => one.tokens));
  const head = h("line.head", { y1: 0, y2: HIGH });
  const picture = h(
    "figure.over-time",
    plan("figcaption", `tokens, up to ${grouped(most)}`),
    h(
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
    ),
    plan("p", plan("span", "0"), plan("span", length(whole * 1e6))),
  );
  return {
    picture,
    /** @param {number} seconds */
    moveTo(seconds) {
      const x = (seconds / whole) * WIDE;
      put(head, "x1", x);
      put(head, "x2", x);
    },
  };
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
