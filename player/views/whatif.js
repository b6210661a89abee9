// What if: K, round trip, draft and target speed as sliders over the acceptance that this run
// recorded. Everything drawn here is a model and says so; its formula stands beside it, and the
// recorded point is marked apart.

import { measured } from "../core/measures/model.js";
import {
  bestK,
  breakEvenRoundTrip,
  expectedTokens,
  extendedSurvival,
  roundTime,
  tokensPerSecond,
} from "../core/measures/theory.js";
import { length, rate } from "../core/measures/numbers.js";
import { h, panel, write } from "../dom/dom.js";

const MOST_K = 16;
const [WIDE, HIGH, LEFT, FOOT] = [420, 190, 24, 20];
const FACTOR = { min: -3, max: 3, step: 0.1, value: 0 }; // a speed as a power of two

/** @typedef {import("../core/measures/theory.js").Times} Times */
/** @typedef {NonNullable<ReturnType<typeof measured>>} Base what the run measured */
/** @typedef {{ k: number, trip: number, draft: number, target: number }} Settings of the sliders */

/** @param {import("../core/recording/recording.js").Recording} recording */
export function whatifView(recording) {
  const base = measured(recording);
  if (!base) {
    const { element } = panel(
      "whatif",
      "What if",
      h(
        "p",
        { class: "quiet" },
        "This run drafted nothing, so there is no acceptance to build a model on.",
      ),
    );
    return { element };
  }
  const state = { k: base.k, trip: base.times.round_trip ?? 0, draft: 1, target: 1 };
  const picture = h("svg", { class: "curve", viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  const [formula, answer] = [h("p", { class: "formula" }), h("p", { class: "answer" })];
  const inputs = [
    slider("K", { min: 1, max: MOST_K, step: 1, value: state.k }, (value) => {
      state.k = value;
      return String(value);
    }),
    slider("round trip", { min: 0, max: 400, step: 1, value: state.trip * 1000 }, (value) => {
      state.trip = value / 1000;
      return length(value * 1000);
    }),
    slider("draft speed", FACTOR, (value) => {
      state.draft = 2 ** value;
      return `${rate(state.draft)}×`;
    }),
    slider("target speed", FACTOR, (value) => {
      state.target = 2 ** value;
      return `${rate(state.target)}×`;
    }),
  ];
  const { element, note } = panel(
    "whatif",
    "What if",
    h("p", { class: "chip" }, "model: computed, not recorded"),
    h("div", { class: "sliders" }, ...inputs),
    h("div", { class: "modelled" }, picture, h("div", {}, answer, formula)),
  );
  write(note, `over the acceptance recorded in ${base.rounds} rounds at K ${base.k}`);
  const draw = () => show(base, state, picture, formula, answer);
  element.addEventListener("input", draw);
  draw();
  return { element };
}

/**
 * @param {string} name
 * @param {{ min: number, max: number, step: number, value: number }} range
 * @param {(value: number) => string} take  puts a value into the state, and words it
 */
function slider(name, range, take) {
  const input = h("input", { type: "range", ...range, "aria-label": `${name} (model)` });
  const output = h("output", {}, take(range.value));
  const update = () => {
    write(output, take(Number(input.value)));
    input.setAttribute("aria-valuetext", output.textContent ?? "");
  };
  input.addEventListener("input", update);
  return h("label", {}, h("span", {}, name), input, output);
}

/**
 * The model's times: the run's own, with the sliders' factors.
 * @param {Times} times
 * @param {Settings} state
 * @returns {Times}
 */
function scaled(times, state) {
  return {
    ...times,
    token: times.token / state.target,
    draft: times.draft / state.draft,
    verify: times.verify / state.target,
    round_trip: state.trip,
  };
}

/**
 * @param {Base} base
 * @param {Settings} state
 * @param {Element} picture
 * @param {HTMLElement} formula
 * @param {HTMLElement} answer
 */
function show(base, state, picture, formula, answer) {
  const times = scaled(base.times, state);
  const survival = extendedSurvival(base.survival, MOST_K);
  const points = survival.map((_, index) => tokensPerSecond(survival.slice(0, index + 1), times));
  const [at, alone] = [points[state.k - 1], 1 / times.token];
  const tallest = 1.1 * Math.max(...points, Number.isNaN(alone) ? 0 : alone, base.recorded);
  const x = (/** @type {number} */ k) => LEFT + ((k - 1) / (MOST_K - 1)) * (WIDE - LEFT - 14);
  const y = (/** @type {number} */ value) => (HIGH - FOOT) * (1 - value / tallest);
  const line = (/** @type {string} */ tone, /** @type {number} */ value) =>
    h("line", { class: tone, x1: LEFT, x2: WIDE, y1: y(value), y2: y(value) });
  const word = (
    /** @type {number} */ left,
    /** @type {number} */ top,
    /** @type {string} */ text,
    anchor = "middle",
  ) => h("text", { x: left, y: top, "text-anchor": anchor }, text);
  picture.replaceChildren(
    line("axis", 0),
    ...[1, 4, 8, 12, 16].map((k) => word(x(k), HIGH - 4, k === 1 ? "K 1" : String(k))),
    ...(Number.isNaN(alone)
      ? []
      : [
          line("alone", alone),
          word(WIDE - 4, y(alone) - 4, "model: target alone, streaming", "end"),
        ]),
    h("path", {
      class: "modelled",
      d: `M${points.map((value, index) => `${x(index + 1)} ${y(value)}`).join("L")}`,
    }),
    h("circle", { class: "chosen", cx: x(state.k), cy: y(at), r: 5 }),
    word(x(state.k), y(at) - 9, `model ${rate(at, 0)}`),
    h("rect", {
      class: "recorded",
      x: x(base.k) - 4,
      y: y(base.recorded) - 4,
      width: 8,
      height: 8,
    }),
    word(x(base.k), y(base.recorded) + 17, `recorded ${rate(base.recorded, 0)}`),
  );
  picture.setAttribute(
    "aria-label",
    `Model of tokens per second over K; at K ${state.k} it gives ${rate(at, 0)}; ` +
      `recorded at K ${base.k}: ${rate(base.recorded, 0)}`,
  );
  const [tokens, time] = [expectedTokens(survival.slice(0, state.k)), roundTime(state.k, times)];
  const beyond =
    state.k > base.k ? `; S beyond ${base.k} carried on with the last recorded rate` : "";
  write(
    formula,
    `model: E(K) / T(K) = (1 + S₁ + … + S${sub(state.k)}) / ` +
      "(K·draft + verify + round trip + rest)" +
      ` = ${rate(tokens)} / ${length(time * 1e6)} = ${rate(at, 0)} tokens/s${beyond}`,
  );
  write(answer, answered(survival, times));
}

/** @param {number[]} survival @param {Times} times */
function answered(survival, times) {
  if (Number.isNaN(times.token))
    return "No baseline was recorded in this run, so whether drafting pays cannot be said.";
  const best = bestK(survival, times);
  const even = breakEvenRoundTrip(survival, times);
  const faster = rate(tokensPerSecond(survival.slice(0, best), times) * times.token);
  const advice = best
    ? `model: best K* = ${best}, ${faster} times the target alone`
    : "model: K* = 0, it is best not to draft";
  const pays = even > 0 ? `up to a round trip of ${length(even * 1e6)}` : "at no round trip";
  return (
    `${advice}. Break-even: ${even > 0 ? "" : "none; "}` +
    `against the streaming target drafting pays ${pays}.`
  );
}

/** @param {number} number */
const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
