// @ts-check
// The output so far, each token by its origin, and beneath it what is known of the token in focus.
// Only some pages of tokens around the playhead are in the page; tokens to come keep their place, unseen.

import { lostOf } from "../core/decision.js";
import { WORDS } from "../core/decode.js";
import { logarithm, probability, whole as grouped } from "../core/numbers.js";
import { harmless, label } from "../core/text.js";
import { glyph, h, panel, write } from "../dom.js";

const PAGE = 24; // tokens; the playhead's page and four before it, all that can be seen at once, are in the document
const ROOM = 0.7; // of the height stands above the current token after a scroll
const STATES = ["accepted", "rejected", "resampled", "bonus", "untested"];

/** @param {any} act @returns {{ element: HTMLElement, update(screen: import("../screen.js").Screen): void, brisk: boolean, beneath: any }} */
export function textView(act) {
  const words = h("div"); // apart from the box that scrolls: that one may change its height without a new layout of the words
  const flow = h("div", { class: "flow", tabindex: "0", role: "group", "aria-label": "the text so far; arrow keys step through its tokens" }, words);
  const detail = h("div", { class: "detail" });
  const lost = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", onchange: () => act.set({ lost: lost.checked }) }));
  const legend = h("div", { class: "legend" }, ...STATES.map((state) => h("span", {}, glyph(state), state)), h("label", {}, lost, "show lost drafts"));
  const { element, note } = panel("text", "Text", flow, legend, detail);
  /** @type {{ scene: any, from: number, to: number, spans: HTMLElement[], shown: number, current: HTMLElement | null, lost: boolean }} */
  const held = { scene: null, from: 0, to: 0, spans: [], shown: 0, current: null, lost: false };
  const follow = follower(flow, held);

  /** @param {Event} event */
  const indexAt = (event) => Number(/** @type {any} */ (event.target).closest?.("[data-index]")?.dataset.index ?? -1);
  flow.addEventListener("click", (event) => act.choose(indexAt(event)));
  flow.addEventListener("pointerover", (event) => /** @type {PointerEvent} */ (event).pointerType === "mouse" && act.hover(indexAt(event)));
  flow.addEventListener("pointerleave", () => act.hover(-1));

  /** The stretch of tokens that belongs in the document. @param {any} screen */
  const stretch = ({ frame, texts, state }) => {
    const size = PAGE * (state.view === "text" ? 3 : 1);
    const page = Math.floor(Math.max(0, frame.tokens - 1) / size);
    return [Math.max(0, page - 4) * size, Math.min(texts.length, (page + 1) * size)];
  };

  return {
    element,
    update(screen) {
      const { lane, frame, state, texts } = screen;
      const [from, to] = stretch(screen);
      if (held.scene !== texts || held.from !== from || held.to > to || held.lost !== state.lost) {
        build(screen, from, to, words, held, act);
        Object.assign(held, { scene: texts, from, to, shown: from, current: null, lost: state.lost });
        follow.forget();
      } else if (held.to < to) grow(screen, held, to, words);
      reveal(held, Math.min(to, frame.tokens));
      if (mark(held, screen.current) && (state.playing || !state.hovered)) follow.to(screen.current);
      write(note, `${grouped(frame.tokens)} of ${grouped(lane.output.length)} tokens`);
      lost.checked = state.lost;
    },
    brisk: true,
    /** What stands beneath the text is a view of its own: where time is short, it may come a picture later. */
    beneath: { element, update: (/** @type {import("../screen.js").Screen} */ screen) => detail.replaceChildren(...describe(screen)) },
  };
}

/** Makes the tokens of a stretch. @param {any} screen @param {number} from @param {number} to @param {HTMLElement} flow @param {any} held @param {any} act */
function build({ recording, lane, texts, state, kept }, from, to, flow, held, act) {
  const prompt = recording.header.prompt?.text;
  const before = from > 0
    ? h("button", { class: "earlier", onclick: () => act.choose(from - 1) }, `… ${grouped(from)} tokens earlier`)
    : h("span", { class: "prompt" }, typeof prompt === "string" ? harmless(prompt) : "[prompt redacted]");
  held.spans = [];
  for (let index = from; index < to; index++) held.spans.push(token(recording, lane, texts, index, state.lost, index >= kept));
  flow.replaceChildren(before, ...held.spans);
}

/** Adds the tokens that came since, in a recording that grows. */
/** @param {any} screen @param {any} held @param {number} to @param {HTMLElement} flow */
function grow({ recording, lane, texts, state, kept }, held, to, flow) {
  const added = [];
  for (let index = held.to; index < to; index++) added.push(token(recording, lane, texts, index, state.lost, index >= kept));
  held.spans.push(...added);
  flow.append(...added);
  held.to = to;
}

/** @param {any} recording @param {any} lane @param {string[]} texts @param {number} index @param {boolean} lost @param {boolean} cut */
function token(recording, lane, texts, index, lost, cut) {
  const origin = WORDS[lane.output.origin[index]] ?? "bonus";
  // A line end is shown by a sign that the style draws, so that copied text stays the text.
  const lines = harmless(texts[index]).split("\n").flatMap((line, place) => (place ? [h("i", { class: "line-end", "aria-hidden": "true" }), "\n", line] : [line]));
  const span = h("span", { class: `token ${origin} later${cut ? " cut" : ""}`, "data-index": index, title: cut ? "emitted, then cut away with the stop string" : null }, ...lines.filter(Boolean));
  if (origin !== "resampled") return span;
  const gone = lostOf(lane, lane.output.round[index]).map((one) => label(recording.tokens.get(one.token)));
  span.setAttribute("data-lost", lost ? `×${gone.join(" ")} ` : "×");
  return span;
}

/** Shows the first `count` tokens, touching only those that change. @param {any} held @param {number} count */
function reveal(held, count) {
  for (; held.shown < count; held.shown++) held.spans[held.shown - held.from].classList.remove("later");
  for (; held.shown > count; held.shown--) held.spans[held.shown - 1 - held.from].classList.add("later");
}

/** Marks the current token; true when it is another than before. @param {any} held @param {number} current */
function mark(held, current) {
  const span = held.spans[current - held.from] ?? null;
  if (span === held.current) return false;
  held.current?.classList.remove("current");
  span?.classList.add("current");
  held.current = span;
  return span !== null;
}

/**
 * Keeps the current token in view. Places are measured once for a stretch of text, when the page has been laid out
 * anyway, so that no seek has to wait for a layout.
 * @param {HTMLElement} flow @param {any} held
 */
function follower(flow, held) {
  /** @type {number[] | null} */
  let tops = null;
  let [scroll, height, line, wanted, pending] = [0, 0, 0, -1, 0];
  flow.addEventListener("scroll", () => (scroll = flow.scrollTop), { passive: true });
  new ResizeObserver(() => (tops = null)).observe(flow);
  const go = () => {
    pending = 0;
    const [first] = held.spans;
    if (!first || wanted < held.from || wanted >= held.from + held.spans.length) return;
    if (!tops) {
      tops = held.spans.map((/** @type {HTMLElement} */ span) => span.offsetTop);
      [height, line, scroll] = [flow.clientHeight, first.offsetHeight, flow.scrollTop];
    }
    for (let place = tops.length; place < held.spans.length; place++) tops.push(held.spans[place].offsetTop); // a text that grew
    const top = /** @type {number[]} */ (tops)[wanted - held.from] ?? 0;
    if (top < scroll + 8 || top + 1.5 * line > scroll + height) flow.scrollTop = scroll = top + line - height * ROOM;
  };
  return {
    forget: () => (tops = null),
    /** @param {number} index */
    to(index) {
      wanted = index;
      if (tops && wanted - held.from < tops.length) go();
      else if (!pending) pending = requestAnimationFrame(go);
    },
  };
}

/** @param {any} screen */
function describe({ recording, lane, decision, round }) {
  if (!decision) return [h("p", { class: "quiet" }, round < 0 ? "No token yet: the prompt is being read." : "The round has begun; nothing is drafted yet.")];
  const { at } = decision;
  const facts = [
    ["draft", decision.state === "bonus" ? "not drafted" : probability(decision.draftProb, 3)],
    ["target", probability(decision.targetProb, 3)],
    ["acceptance", decision.share >= 0 ? "drawn, not tested" : decision.state === "untested" || decision.state === "pending" ? "not tested" : probability(decision.accept, 3)],
    ["draft log, raw", decision.at.node < 0 ? "not recorded" : logarithm(decision.draftRaw)],
    ["target log, raw", logarithm(decision.targetRaw)],
    ["entropy", Number.isNaN(decision.entropy) ? "unknown" : `${decision.entropy.toFixed(2)} nats`],
  ];
  const place = `round ${lane.rounds.index[at.round]} · position ${decision.position}`;
  return [
    h("p", { class: `what ${decision.state}` }, glyph(decision.state), h("code", {}, decision.label), h("b", {}, decision.state), h("span", { class: "quiet" }, place)),
    h("dl", {}, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    alternatives(recording, "target", decision.targetTop, decision),
    alternatives(recording, "draft", decision.draftTop, decision),
  ];
}

/** @param {any} recording @param {string} side @param {[number, number][] | null} top @param {any} decision */
function alternatives(recording, side, top, decision) {
  const listed = (top ?? []).slice(0, 6);
  const items = listed.map(([id, prob]) => h("span", {}, h("code", {}, label(recording.tokens.get(id))), " ", probability(prob)));
  return h("p", { class: "alternatives" }, h("span", { class: "quiet" }, side), ...(items.length ? items : [h("span", { class: "quiet" }, decision.state === "bonus" && side === "draft" ? "was not asked" : "alternatives unknown")]));
}

