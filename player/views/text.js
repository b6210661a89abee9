// The output so far, each token by its origin, and beneath it what is known of the chosen token.
// Only some pages of tokens around the playhead are in the page; tokens to come keep their place,
// unseen.

import { Round } from "../core/round.js";
import { WORDS } from "../core/recording/fields.js";
import { whole as grouped } from "../core/measures/numbers.js";
import { harmless, label } from "../core/text.js";
import { glyph, h, holder, panel, plan, pointable, write } from "../dom/dom.js";
import { detailOf, partOf } from "../parts/detail.js";
import { explained } from "../parts/words.js";

// Tokens; the playhead's page and four before it, all that can be seen at once, are in the
// document.
const PAGE = 20;
const ROOM = 0.7; // of the height stands above the current token after a scroll
const STATES = ["accepted", "rejected", "resampled", "bonus", "untested"];

/** @typedef {import("../element/screen.js").Screen} Screen */
/** @typedef {import("../element/actions.js").Actions} Actions */
/**
 * What stands in the document: the text that its tokens are of, from which token on, whether with
 * lost drafts, and which token is current.
 * @typedef {{ texts: string[] | null, lost: boolean, from: number, current: number }} Held
 */

/**
 * @param {Actions} act
 * @returns {import("../element/screen.js").View & { beneath: import("../element/screen.js").View }}
 */
export function textView(act) {
  // Apart from the box that scrolls: that one may change its height without a new layout of the
  // words.
  const words = h("div");
  const flow = h(
    "div.flow",
    {
      tabindex: "0",
      role: "group",
      dir: "auto",
      "aria-label": "the text so far; arrow keys step through it",
    },
    words,
  );
  const { detail, follow: tell } = detailOf((screen) => update(screen));
  const legend = h("div.legend");
  holder(legend)(STATES.map((state) => plan("span", glyph(state), explained(state))));
  const { element, note } = panel("text", "Text", flow, legend, detail);
  /** @type {Held} */
  const held = { texts: null, from: 0, current: -1, lost: false };
  const showWords = holder(words);
  const follow = follower(flow, words, held);
  new ResizeObserver(follow).observe(flow);

  /** @param {MouseEvent} event @returns {number | null} */
  const indexAt = ({ target }) => {
    const token = target instanceof Element && target.closest(".token");
    // Before the tokens stands the prompt.
    return token ? held.from + [...words.children].indexOf(token) - 1 : null;
  };
  pointable(flow, indexAt, act.hover, act.choose);
  // What is told of the token under the pointer does not lie on it.
  flow.addEventListener("pointerover", ({ clientY }) => {
    const { top, height } = flow.getBoundingClientRect();
    detail.classList.toggle("above", clientY > top + height / 2);
  });

  /** The stretch of tokens that belongs in the document. @param {Screen} screen */
  const stretch = ({ frame, texts, state }) => {
    const size = PAGE * (state.view === "text" ? 3 : 1);
    const page = Math.floor(Math.max(0, frame.tokens - 1) / size);
    return [Math.max(0, page - 4) * size, Math.min(texts.length, (page + 1) * size)];
  };

  /** @param {Screen} screen */
  const update = (screen) => {
    const { track, frame, state, texts, current } = screen;
    const [from, to] = stretch(screen);
    const tokens = [];
    for (let index = from; index < to; index++) tokens.push(token(screen, index));
    const ended = frame.finished && to === texts.length ? [ending(screen)] : [];
    showWords([from > 0 ? earlier(from, act) : prompt(screen), ...tokens, ...ended]);
    const next = { texts, from, current, lost: state.lost };
    const moved = Object.values(next).some((value, at) => value !== Object.values(held)[at]);
    Object.assign(held, next);
    if (moved && (state.playing || !state.hovered)) follow();
    write(note, `${grouped(frame.tokens)} of ${grouped(track.output.length)} tokens`);
  };

  return {
    element,
    update,
    brisk: true,
    /**
     * What stands beneath the text is a view of its own: where time is short, it may come a picture
     * later.
     */
    beneath: { element, update: tell },
  };
}

/** @param {number} from @param {Actions} act */
const earlier = (from, act) =>
  plan(
    "button.earlier",
    { onclick: () => act.choose(from - 1) },
    `… ${grouped(from)} tokens earlier`,
  );

/** Why the text ends where it does. @type {Record<string, string>} */
const ENDINGS = {
  eos: "The model ended the text.",
  length: "The token budget is spent.",
  stop: "A stop string came up.",
  context: "The context is full.",
  interrupted: "The run was interrupted.",
  failed: "The run failed.",
};

/** @param {Screen} screen */
const ending = ({ track }) => plan("p.ending", `End. ${ENDINGS[track.finish?.reason ?? ""] ?? ""}`);

/** @param {Screen} screen */
function prompt({ recording }) {
  const text = recording.header.prompt?.text;
  const shown = typeof text === "string" ? harmless(text) : "[prompt redacted]";
  return plan(recording.header.chat ? "p.prompt" : "span.prompt", shown);
}

/** @param {Screen} screen @param {number} index */
function token({ recording, track, texts, state, uncut, frame, current, slow }, index) {
  const origin = WORDS[track.output.origin[index]] ?? "bonus";
  const cut = index >= uncut;
  const names = ["token", origin, partOf?.(recording, track, index)];
  const joining = index >= frame.tokens && index < slow.written;
  if (index >= frame.tokens && !joining) names.push("later");
  if (cut) names.push("cut");
  if (index === current) names.push("current");
  // A line end is shown by a sign that the style draws, so that copied text stays the text.
  const lines = harmless(texts[index])
    .split("\n")
    .flatMap((line, place) =>
      place ? [plan("i.line-end", { "aria-hidden": "true" }), "\n", line] : [line],
    );
  const gone = () => {
    const round = new Round(track, track.output.round[index]);
    const lost = round.lost.map((node) => track.drafts.token[round.draft(node)]);
    return lost.map((id) => label(recording.tokens.get(id))).join(" ");
  };
  return plan(
    "span",
    {
      class: names.join(" "),
      style: joining && `opacity:${slow.joined}`,
      "data-lost": origin === "resampled" && state.lost && `×${gone()} `,
      title: cut && "emitted, then cut away with the stop string",
    },
    ...lines.filter(Boolean),
  );
}

/**
 * Keeps the current token in view, in the next picture: the page has been laid out by then, and no
 * seek waits for it.
 * @param {HTMLElement} flow
 * @param {HTMLElement} words
 * @param {Held} held
 */
function follower(flow, words, held) {
  let pending = 0;
  const go = () => {
    pending = 0;
    const [, ...spans] = /** @type {HTMLElement[]} */ ([...words.children]);
    const span = spans[held.current - held.from];
    if (!span) return;
    const [top, line] = [span.offsetTop, spans[0].offsetHeight];
    const { scrollTop, clientHeight } = flow;
    if (top < scrollTop + 8 || top + 1.5 * line > scrollTop + clientHeight)
      flow.scrollTop = top + line - clientHeight * ROOM;
  };
  return () => (pending ||= requestAnimationFrame(go));
}
