// What if: K, round trip, draft and target speed as sliders over what this run recorded. Everything
// drawn here is a model and says so; its formula stands beside it, and the recorded point is marked
// apart. K goes no further than the run tried.

import { estimate } from "../core/measures/estimate.js";
import { length, rate } from "../core/measures/numbers.js";
import {
  atRoundTrip,
  baselineSeconds,
  bestKText,
  breakEven,
  fastestK,
  partsOf,
  rateOf,
  speedupOf,
  tokensPerRound,
  withInputs,
} from "../core/measures/run-model.js";
import { h, holder, markup, panel, write } from "../dom/dom.js";

const [WIDE, HIGH, LEFT, FOOT] = [420, 190, 24, 20];
const FACTOR = { min: -3, max: 3, step: 0.1, value: 0 }; // a speed as a power of two
const LONGEST = 400; // milliseconds of round trip

/** @typedef {import("../core/measures/run-model.js").RunModel} RunModel */
/** @typedef {{ k: number, trip: number | null, draft: number, target: number }} Settings */

/** @param {import("../core/recording/recording.js").Recording} recording */
export function whatifView(recording) {
  const model = estimate(recording);
  if (!model) {
    const text =
      "Unknown: nothing was drafted, what drafting takes is not told, or no model comes within " +
      "5 % of what was recorded.";
    const { element } = panel("whatif", "What if", h("p.quiet", text));
    return { element };
  }
  const state = { k: deepestOf(model), trip: model.network_s, draft: 1, target: 1 };
  const picture = h("svg.curve", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img" });
  const show = holder(picture);
  const [formula, answer] = [h("p.formula"), h("p.answer")];
  const { element, note } = panel(
    "whatif",
    "What if",
    h("p.chip", "model: computed, not recorded"),
    h("div.sliders", ...sliders(model, state)),
    ...limits(model).map((text) => h("p.quiet", text)),
    h("div.modelled", picture, h("div", answer, formula)),
  );
  write(note, `over the acceptance recorded in ${model.reached[0]} rounds, up to K ${state.k}`);
  const draw = () => {
    const changed = withInputs(model, {
      draft_s: model.draft_s / state.draft,
      verify_s: model.verify_s / state.target,
      verify_slope_s: model.verify_slope_s / state.target,
      baseline: model.baseline && {
        ...model.baseline,
        token_s: model.baseline.token_s / state.target,
      },
    });
    const there = state.trip === null ? changed : atRoundTrip(changed, state.trip);
    paint(picture, show, there, model.recorded, state.k);
    write(formula, formulaOf(there, state.k));
    write(answer, answerOf(there, breakEven(changed)));
  };
  element.addEventListener("input", draw);
  draw();
  return { element };
}

/** The deepest K that was tried. @param {RunModel} model */
const deepestOf = ({ tried }) => tried[tried.length - 1];

/** What cannot be asked of this run, and why. @param {RunModel} model */
function limits({ tried, network_s }) {
  const only = `Only K = ${tried[0]} was tried: what another would bring is unknown.`;
  const untimed = "The server told no times: the network's share is unknown.";
  return [...(tried.length === 1 ? [only] : []), ...(network_s === null ? [untimed] : [])];
}

/** @param {RunModel} model @param {Settings} state */
function sliders({ tried }, state) {
  const k = { min: tried[0], max: tried[tried.length - 1], step: 1, value: state.k };
  const inputs = [
    slider("draft speed", FACTOR, (value) => {
      state.draft = 2 ** value;
      return `${rate(state.draft)}×`;
    }),
    slider("target speed", FACTOR, (value) => {
      state.target = 2 ** value;
      return `${rate(state.target)}×`;
    }),
  ];
  if (state.trip !== null) {
    const trip = {
      min: 0,
      max: Math.max(LONGEST, 2000 * state.trip),
      step: "any",
      value: state.trip * 1000,
    };
    const take = (/** @type {number} */ value) => {
      state.trip = value / 1000;
      return length(value * 1000);
    };
    inputs.unshift(slider("round trip", trip, take));
  }
  if (tried.length > 1)
    inputs.unshift(
      slider("K", k, (value) => {
        state.k = value;
        return String(value);
      }),
    );
  return inputs;
}

/**
 * @param {string} name
 * @param {{ min: number, max: number, step: number | string, value: number }} range
 * @param {(value: number) => string} take  puts a value into the state, and words it
 */
function slider(name, range, take) {
  const input = h("input", { type: "range", ...range, "aria-label": `${name} (model)` });
  const output = h("output", take(range.value));
  const update = () => {
    write(output, take(Number(input.value)));
    input.setAttribute("aria-valuetext", output.textContent ?? "");
  };
  input.addEventListener("input", update);
  return h("label", h("span", name), input, output);
}

/**
 * The model's tokens per second over K, the baseline's, and the recorded point.
 * @param {Element} picture
 * @param {ReturnType<typeof holder>} show
 * @param {RunModel} model
 * @param {number} recorded
 * @param {number} k
 */
function paint(picture, show, model, recorded, k) {
  const { tried, tokens, baseline } = model;
  const [deepest, seconds, at] = [deepestOf(model), baselineSeconds(model), rateOf(model, k)];
  const rates = tried.map((one) => rateOf(model, one));
  const alone = seconds ? tokens / seconds : 0;
  const tallest = 1.2 * Math.max(...rates, alone, recorded);
  const x = (/** @type {number} */ one) =>
    LEFT + ((one - 1) / Math.max(1, deepest - 1)) * (WIDE - LEFT - 44);
  const y = (/** @type {number} */ value) => (HIGH - FOOT) * (1 - value / tallest);
  const word = (
    /** @type {number} */ left,
    /** @type {number} */ top,
    /** @type {string} */ text,
    anchor = "middle",
  ) => markup`<text x="${left}" y="${top}" text-anchor="${anchor}">${text}</text>`;
  const line = (/** @type {string} */ tone, /** @type {number} */ value) =>
    markup`<path class="${tone}" d="M${LEFT} ${y(value)}H${WIDE}"></path>`;
  const step = Math.ceil(tried.length / 8);
  const ticks = tried.filter((one, index) => index % step === 0 || one === deepest);
  const curve = rates.map((value, index) => `${x(tried[index])} ${y(value)}`).join("L");
  show(markup`
    ${line("axis", 0)}
    ${ticks.flatMap((one, index) => word(x(one), HIGH - 4, index ? String(one) : `K ${one}`))}
    ${baseline && line("alone", alone)}
    ${baseline && word(WIDE - 4, y(alone) - 4, `model: the target alone, ${baseline.name}`, "end")}
    <path class="modelled" d="M${curve}"></path>
    <circle class="chosen" cx="${x(k)}" cy="${y(at)}" r="5"></circle>
    ${word(x(k), y(at) - 9, `model ${rate(at, 0)}`)}
    <rect class="recorded" x="${x(deepest) - 4}" y="${y(recorded) - 4}" width="8" height="8"></rect>
    ${word(x(deepest), y(recorded) + 17, `recorded ${rate(recorded, 0)}`)}`);
  picture.setAttribute(
    "aria-label",
    `Model of tokens per second over K; at K ${k} it gives ${rate(at, 0)}; ` +
      `recorded at K ${deepest}: ${rate(recorded, 0)}`,
  );
}

/** The formula with its numbers. @param {RunModel} model @param {number} k */
function formulaOf(model, k) {
  const { start, rounds, fixed, drafts, each } = partsOf(model, k);
  const time = (/** @type {number} */ seconds) => length(seconds * 1e6);
  const [R, D] = [rate(rounds), rate(drafts)];
  return (
    "model: N / (start + R (verify + round trip + rest) + D (draft + what it adds to them)) = " +
    `${model.tokens} / (${time(start)} + ${R} · ${time(fixed)} + ${D} · ${time(each)}) = ` +
    `${rate(rateOf(model, k), 0)} tokens/s. A round brings E = 1 + S₁ + … + S${sub(k)} = ` +
    `${rate(tokensPerRound(model, k))} tokens; there are R = (N + Σ i Sᵢ / E) / E rounds, which ` +
    "draft D = Σ mᵢ (R − i / E) tokens, mᵢ of them at depth i."
  );
}

/** @param {RunModel} model @param {number | null} even */
function answerOf(model, even) {
  const best = speedupOf(model, fastestK(model));
  if (best === null) return "No baseline was recorded: whether drafting pays cannot be said.";
  const fastest = `${rate(best)} times the target alone at K ${fastestK(model)}`;
  return `model: best K: ${bestKText(model)} (${fastest}). Break-even: ${evenText(even)}`;
}

/** @param {number | null} seconds */
function evenText(seconds) {
  if (seconds === null) return "unknown.";
  return seconds > 0
    ? `against the streaming target drafting pays up to a round trip of ${length(seconds * 1e6)}.`
    : "none; against the streaming target drafting pays at no round trip.";
}

/** @param {number} number */
const sub = (number) => [...String(number)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
