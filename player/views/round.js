// @ts-check
// The round under the playhead as arithmetic, with its own recorded numbers in the formulas, and the laws it drew from.

import { EMIT } from "../core/decode.js";
import { count, length, placesApart, probability, rate } from "../core/numbers.js";
import { roundEnd } from "../core/frame.js";
import { label } from "../core/text.js";
import { glyph, h, math, panel, write } from "../dom.js";

/** @typedef {import("../core/decision.js").Decision} Decision */
/** @typedef {import("../screen.js").Screen} Screen */

/** @param {any} act @returns {{ element: HTMLElement, update(screen: Screen): void }} */
export function roundView(act) {
  const body = h("tbody");
  const criterion = h("th", { scope: "col" });
  const head = h("tr", {}, ...["drafted", "draft", "target"].map((name) => h("th", { scope: "col" }, name)), criterion, h("th", { scope: "col" }, "outcome"));
  const table = h("table", {}, h("thead", {}, head), body);
  const why = h("div", { class: "why" });
  const laws = h("div", { class: "laws" });
  const { element, heading, note } = panel("round", "Round", h("div", { class: "decisions" }, table), why, laws);
  let drawn = "";
  return {
    element,
    update(screen) {
      const { lane, round, decisions, decision, recording, k } = screen;
      const key = JSON.stringify([round, decision?.at, decisions.map((one) => one.state), decision?.state]);
      element.style.setProperty("--rows", String(k + 1));
      if (key === drawn) return;
      drawn = key;
      write(heading, round < 0 ? "Round" : `Round ${lane.rounds.index[round]}`);
      write(note, round < 0 ? "none has begun" : summary(screen));
      const match = recording.header.rule === "match";
      write(criterion, match ? "accept if u falls in the token’s share" : "accept if u is left of the bar’s end");
      body.replaceChildren(...decisions.map((one) => row(one, one.at.node === decision?.at.node, match, act)));
      why.replaceChildren(...(decision ? reason(decision, screen) : []));
      laws.replaceChildren(...(decision ? bars(decision, screen) : []));
    },
  };
}

/** @param {Screen} screen */
function summary({ lane, round, decisions, time }) {
  const states = decisions.map((one) => one.state);
  const drafted = decisions.filter((one) => one.at.node !== EMIT).length;
  const accepted = states.filter((state) => state === "accepted").length;
  const emitted = states.filter((state) => state === "resampled" || state === "bonus").map((state) => `1 ${state}`);
  const end = roundEnd(lane, round);
  const took = end <= time ? ` · ${count(accepted + emitted.length, "token")} in ${length(end - lane.rounds.time[round])}` : " · under way";
  return [`${drafted} drafted`, `${accepted} accepted`, ...emitted].join(", ") + took;
}

/** @param {Decision} one @param {boolean} chosen @param {boolean} match @param {any} act */
function row(one, chosen, match, act) {
  const choose = h("button", { class: "plain", onclick: () => act.select(one.at), "aria-pressed": chosen }, h("code", {}, one.label));
  const line = h("tr", { class: `${one.state}${chosen ? " chosen" : ""}` },
    h("td", {}, choose),
    h("td", { class: "number" }, Number.isNaN(one.draftProb) ? "–" : probability(one.draftProb)),
    h("td", { class: "number" }, one.state === "pending" ? "–" : probability(one.targetProb)),
    h("td", {}, gauge(one, match)),
    h("td", { class: `outcome ${one.state}` }, glyph(one.state), one.state));
  line.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && act.light(one.at));
  line.addEventListener("pointerleave", () => act.light(null));
  return line;
}

/** The line from 0 to 1 with the share that counts and the uniform that fell. @param {Decision} one @param {boolean} match */
function gauge(one, match) {
  if (Number.isNaN(one.uniform)) return h("span", { class: "quiet" }, one.state === "pending" ? "" : "never tested");
  const interval = match || one.at.node === EMIT;
  const from = interval ? one.low : 0;
  const to = interval ? one.high : one.accept;
  const share = h("i", { class: `share ${one.state}`, style: `left:${100 * from}%;width:${100 * Math.max(0, to - from)}%` });
  const coin = h("i", { class: "coin", style: `left:${100 * one.uniform}%` });
  const told = `u = ${probability(one.uniform)}, ${interval ? `interval ${probability(from)} to ${probability(to)}` : `accepted below ${probability(to)}`}`;
  return h("span", { class: "gauge", role: "img", "aria-label": told, title: told }, share, coin);
}

/** The formula and a sentence. @param {Decision} one @param {Screen} screen */
function reason(one, screen) {
  const match = screen.recording.header.rule === "match";
  if (one.state === "pending") return [h("p", {}, "Drafted, and waiting for the target.", drawnBy(one))];
  if (one.state === "untested") return untested(one, screen);
  if (one.at.node === EMIT) return emitted(one, screen, match);
  if (Number.isNaN(one.accept)) return [h("p", {}, `${one.state}; the target did not reveal its probability of this token, so the test’s bound is unknown.`)];
  return match ? matched(one) : standard(one);
}

const n = (/** @type {string} */ text) => math("mn", text);
const o = (/** @type {string} */ text) => math("mo", text);
const i = (/** @type {string} */ text) => math("mi", text);

/** @param {Decision} one */
function standard(one) {
  const places = placesApart([one.uniform, one.accept], 2);
  const ratioPlaces = placesApart([one.draftProb, one.targetProb], 3);
  const passed = one.state === "accepted";
  const fraction = math("mfrac", n(small(one.targetProb, ratioPlaces)), n(small(one.draftProb, ratioPlaces)));
  const formula = math("math", math("mrow", i("u"), o("="), n(one.uniform.toFixed(places)), o(passed ? "<" : "≥"), i("min"), o("("), n("1"), o(","), fraction, o(")"), o("="), n(one.accept.toFixed(places)), o(":"), math("mtext", ` ${one.state}`)));
  const text = passed
    ? `The target gives this token ${small(one.targetProb, 3)}, the draft gave it ${small(one.draftProb, 3)}. The coin fell at ${one.uniform.toFixed(places)}, below ${one.accept.toFixed(places)}: accepted.`
    : `The draft gave this token ${small(one.draftProb, 3)}, the target only ${small(one.targetProb, 3)}. The coin fell at ${one.uniform.toFixed(places)}, not below ${one.accept.toFixed(places)}: rejected. Its place goes to a draw from what the target has more of than the draft.`;
  return [formula, h("p", {}, text, drawnBy(one))];
}

/** @param {Decision} one */
function matched(one) {
  const places = placesApart([one.low, one.uniform, one.high], 3);
  const passed = one.state === "accepted";
  const interval = `[${one.low.toFixed(places)}, ${one.high.toFixed(places)})`;
  const formula = math("math", math("mrow", i("u"), o("="), n(one.uniform.toFixed(places)), o(passed ? "∈" : "∉"), math("mtext", interval), o(":"), math("mtext", ` ${one.state}`)));
  const text = passed
    ? "The target drew with u from its own law and got the very token that was drafted: accepted."
    : "The target drew with u from its own law and got another token: the drafted one is rejected, the target’s own takes its place.";
  return [formula, h("p", {}, text, drawnBy(one))];
}

/** @param {Decision} one @param {Screen} screen @param {boolean} match */
function emitted(one, screen, match) {
  const places = placesApart([one.low, one.uniform, one.high], 3);
  const formula = math("math", math("mrow", n(one.low.toFixed(places)), o("≤"), i("u"), o("="), n(one.uniform.toFixed(places)), o("<"), n(one.high.toFixed(places)), o(":"), math("mtext", ` ${one.state}`)));
  if (one.state === "bonus") return [formula, h("p", {}, screen.k && screen.decisions.length > 1 ? "Every drafted token was accepted, so the target’s law after them gives one more: it owns this interval, and the uniform fell in it." : "Drawn from the target’s own law: the uniform fell in this token’s interval.")];
  if (match) return [formula, h("p", {}, "The target’s own draw, with the uniform that rejected the drafted token: it fell in this token’s interval of the target’s law.")];
  const fraction = math("mfrac", math("mrow", i("max"), o("("), n("0"), o(","), n(small(one.targetProb, 3)), o("−"), n(small(one.draftProb, 3)), o(")")), math("mrow", n("1"), o("−"), n(rate(one.overlap, 3))));
  const share = math("math", math("mrow", i("share"), o("="), fraction, o("="), n(small(one.share, 3))));
  return [Number.isNaN(one.overlap) ? null : share, formula, h("p", {}, "Drawn from the residual law, what the target has more of than the draft, scaled to one. This token owns the interval, and the uniform fell in it.")].filter((part) => part !== null);
}

/** @param {Decision} one @param {Screen} screen */
function untested(one, screen) {
  const first = screen.decisions.find((other) => other.state === "rejected");
  const cause = first ? `the round ended when ${first.label} was rejected before it` : "the text ended before it";
  return [h("p", {}, `Never tested: ${cause}. Kept because it was drafted; it has no coin and no verdict.`, drawnBy(one))];
}

/** @param {Decision} one */
function drawnBy(one) {
  if (Number.isNaN(one.drawUniform)) return null;
  const places = placesApart([one.drawLow, one.drawUniform, one.drawLow + one.draftProb], 3);
  const [low, uniform, high] = [one.drawLow, one.drawUniform, one.drawLow + one.draftProb].map((value) => value.toFixed(places));
  return h("span", { class: "quiet" }, ` The draft drew it: ${low} ≤ ${uniform} < ${high}.`);
}

/** @param {number} value @param {number} places */
function small(value, places) {
  return value >= 0.1 ** places || value === 0 ? value.toFixed(places) : probability(value, places);
}

/** Both laws as bars, likeliest first, with the residual where one was drawn. @param {Decision} one @param {Screen} screen */
function bars(one, screen) {
  const { recording } = screen;
  if (!one.draftTop && !one.targetTop) return [h("p", { class: "quiet" }, "The laws were not kept for this token.")];
  const limit = recording.header.evidence?.n ?? 10;
  const laws = [law(one.targetTop, limit), law(one.draftTop, limit)];
  const residual = (one.state === "rejected" || one.state === "resampled") && recording.header.rule !== "match" && !Number.isNaN(one.overlap) && recording.header.evidence?.of !== "raw";
  const ids = [...new Set([...(one.targetTop ?? []), ...(one.draftTop ?? [])].sort((a, b) => b[1] - a[1]).map(([id]) => id))].slice(0, 8);
  if (!ids.includes(one.token)) ids.splice(Math.min(7, ids.length), 1, one.token);
  const named = [["target", "verify"], ...(one.draftTop ? [["draft", "draft"]] : []), ...(residual ? [["residual", "resampled"]] : [])];
  const key = h("p", { class: "key" }, ...named.map(([name, tone]) => h("span", {}, h("i", { class: `swatch ${tone}` }), name)),
    h("span", { class: "quiet" }, recording.header.evidence?.of === "raw" ? "the models’ own laws, at temperature 1" : String(recording.header.law ?? "the law that is sampled")));
  const list = h("div", { class: "bars" }, ...ids.flatMap((id) => bar(id, laws, id === one.token ? one : null, residual ? one.overlap : NaN, recording)));
  return [key, list];
}

/** @param {[number, number][] | null} top @param {number} limit */
function law(top, limit) {
  const listed = new Map(top ?? []);
  const floor = top === null ? NaN : top.length < limit ? 0 : top[top.length - 1]?.[1] ?? NaN;
  return { listed, floor };
}

/** @param {number} id @param {{ listed: Map<number, number>, floor: number }[]} laws @param {Decision | null} one @param {number} overlap @param {any} recording */
function bar(id, laws, one, overlap, recording) {
  const raw = recording.header.evidence?.of === "raw";
  const exact = one && !raw ? [one.targetProb, one.draftProb] : [NaN, NaN];
  const values = laws.map(({ listed, floor }, side) => listed.get(id) ?? (Number.isNaN(exact[side]) ? (floor === 0 ? 0 : NaN) : exact[side]));
  const told = values.map((value, side) => (Number.isNaN(value) ? (laws[side].floor > 0 ? `<${probability(laws[side].floor)}` : "?") : value === 0 ? "0" : probability(value)));
  const rest = Number.isNaN(overlap) || overlap >= 1 ? NaN : Math.max(0, values[0] - values[1]) / (1 - overlap);
  const draftless = laws[1].listed.size === 0;
  const strip = (/** @type {number} */ value, /** @type {string} */ tone) => h("i", { class: tone, style: `width:${Number.isNaN(value) ? 0 : Math.min(100, 100 * value)}%` });
  return [
    h("code", { class: one ? `mine ${one.state}` : "" }, label(recording.tokens.get(id))),
    h("span", { class: "strips" }, strip(values[0], "verify"), strip(values[1], "draft"), Number.isNaN(rest) ? null : strip(rest, "resampled")),
    h("span", { class: "number" }, draftless ? told[0] : `${told[0]} · ${told[1]}`),
  ];
}
