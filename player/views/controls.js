// The transport bar, which never leaves the screen, and what it opens: the sheet with everything
// else that can be done, and the list of words and keys. On a screen with room for one part at a
// time, the tabs.

import { CLOCKS } from "../core/clock.js";
import { moment } from "../core/measures/numbers.js";
import { h, holder, markup, put, write } from "../dom/dom.js";
import { KEYS } from "../element/keys.js";
import { WORDS } from "../parts/words.js";

const VIEWS = {
  all: "Stage",
  text: "Text",
  round: "Round",
  tree: "Tree",
  timeline: "Timeline",
  metrics: "Numbers",
  race: "Race",
  whatif: "What if",
};
/** @typedef {keyof typeof VIEWS} Name */
/** @type {Name[]} what opens over the stage */
const OVER = ["race", "whatif", "metrics"];
/** @type {Name[]} */
const TABS = ["text", "round", "tree", "metrics"];

const LONGEST = 60; // letters of a mark's title in the list

/** @typedef {import("../element/actions.js").Actions} Actions */
/** @typedef {import("../element/screen.js").State} State */
/** @typedef {import("../element/screen.js").View} View */

/**
 * A button whose sign needs a word, which its key follows.
 * @param {string} sign
 * @param {string} title
 * @param {() => void} onclick
 * @param {boolean | null} [pressed] null: it is no switch
 */
const button = (sign, title, onclick, pressed = null) => markup`
  <button title="${title}" aria-label="${title}" onclick="${onclick}"
    aria-pressed="${pressed === null ? null : String(pressed)}">${sign}</button>`;

/**
 * A clock and its speed in words: "1 round every 3 s", "20 times slower than it ran".
 * @param {State["clock"]} clock
 * @param {number} speed
 */
export function pace(clock, speed) {
  const times = (/** @type {number} */ value) => String(Number(value.toPrecision(2)));
  if (clock === "beat")
    return speed > 1 ? `${times(speed)} rounds a second` : `1 round every ${times(1 / speed)} s`;
  const run = speed === 1 ? "as it ran" : `${times(speed < 1 ? 1 / speed : speed)} times `;
  const than = speed === 1 ? "" : `${speed < 1 ? "slower" : "faster"} than it ran`;
  return `${run}${than}${clock === "capped" ? ", gaps cut short" : ""}`;
}

/** A list of words, each with what it means. @param {Record<string, string>} words */
const list = (words) =>
  h("dl", ...Object.entries(words).map(([word, text]) => h("div", h("dt", word), h("dd", text))));

/** The tabs of a narrow screen. @param {Actions} act @returns {View} */
export function tabsView(act) {
  const buttons = TABS.map((name) =>
    h("button", { onclick: () => act.set({ tab: name }) }, VIEWS[name]),
  );
  return {
    element: h("div.tabs", { role: "group", "aria-label": "parts" }, ...buttons),
    update({ state }) {
      TABS.forEach((name, at) => put(buttons[at], "aria-pressed", String(name === state.tab)));
    },
  };
}

/** @param {Actions} act @returns {View} */
export function controlsView(act) {
  const now = h("span.now");
  const close = () => act.set({ sheet: "" });
  const more = h("dialog.more", { "aria-label": "more", onclose: close });
  const help = h(
    "dialog.help",
    { "aria-label": "words and keys", onclose: close },
    h("h3", "Words"),
    list(WORDS),
    h("h3", "Keys"),
    list(Object.fromEntries(KEYS)),
    h("button", { onclick: close }, "Close"),
  );
  const showMore = holder(more);
  const marks = /** @type {HTMLSelectElement} */ (
    h("select.marks", { "aria-label": "marks", onchange: () => act.seek(Number(marks.value)) })
  );
  const element = h("div.controls", { role: "group", "aria-label": "playing" });
  const show = holder(element);
  /** @type {import("../core/marks.js").Mark[] | null} */
  let listed = null;
  let drawn = "";
  return {
    element,
    brisk: true,
    update({ state, time, track, frame, marks: all, mark }) {
      const length = track.end - track.start;
      const passed = `${moment(Math.max(0, time - track.start), length)} of ${moment(length, length)}`;
      const round = frame.round < 0 ? "" : `round ${track.rounds.index[frame.round]} · `;
      write(now, round + passed);
      // To set the same value again costs the browser some work, too, and mostly it is only the
      // time that moves.
      const copied = act.copied();
      const key = JSON.stringify([{ ...state, time: 0, selected: 0, hovered: 0 }, mark, copied]);
      if (key === drawn && listed === all) return;
      drawn = key;
      if (listed !== all)
        marks.replaceChildren(
          h("option", { value: "", disabled: true }, "marks"),
          ...all.map((one) => h("option", { value: one.time }, one.title.slice(0, LONGEST))),
        );
      listed = all;
      marks.value = mark ? String(mark.time) : "";
      show([...transport(state, act, now), ...openers(state, act), more, help]);
      showMore(everything(state, act, marks, close));
      for (const [name, one] of Object.entries({ more, help }))
        if (state.sheet !== name) one.close();
        else if (!one.open) one.showModal();
    },
  };
}

/** @param {State} state @param {Actions} act @param {Node} now */
function transport({ playing, live }, act, now) {
  const following = live === "following";
  const play = `${playing ? "pause" : "play"} (space)`;
  return markup`
    <button class="play" title="${play}" aria-label="${play}"
      onclick="${act.toggle}">${playing ? "Pause" : "Play"}</button>
    <button class="newest" title="to the newest moment, and on with it (End)"
      onclick="${act.newest}" hidden="${live === "off"}"
      aria-pressed="${String(following)}">${following ? "Live" : "Jump to live"}</button>
    <span class="group">
      ${button("«", "one round back (shift ←)", () => act.round(-1))}
      <span class="fine">
        ${button("‹", "one token back (←)", () => act.token(-1))}
        ${button("›", "one token on (→)", () => act.token(1))}
      </span>
      ${button("»", "one round on (shift →)", () => act.round(1))}
    </span>
    ${now}`;
}

/** What opens over the stage. @param {State} state @param {Actions} act */
function openers({ view, present, clock, speed }, act) {
  const over = OVER.flatMap(
    (name) => markup`
      <button class="wide" onclick="${() => act.toggleView(name)}"
        aria-pressed="${String(view === name)}">${VIEWS[name]}</button>`,
  );
  return markup`
    <button class="pace" title="clock and speed" onclick="${act.more}">${pace(clock, speed)}</button>
    ${over}
    <button class="wide" title="present (p)" onclick="${act.present}"
      aria-pressed="${String(present)}">Present</button>
    ${button("⋯", "more: clock, marks, views, links", act.more)}`;
}

/**
 * All that can be done, on one sheet.
 * @param {State} state
 * @param {Actions} act
 * @param {Node} marks
 * @param {() => void} close
 */
function everything({ clock, speed, span, view, lost, present }, act, marks, close) {
  return markup`
    <h3>Clock</h3>
    <p>
      <span class="group" role="group" aria-label="clock">
        ${CLOCKS.flatMap(
          ([name, text]) => markup`
            <button data-clock="${name}" onclick="${() => act.clock(name)}"
              aria-pressed="${String(clock === name)}">${text}</button>`,
        )}
      </span>
    </p>
    <p>
      ${button("−", "slower (<)", () => act.speed(-1))}
      ${button("+", "faster (>)", () => act.speed(1))}
      <span class="speed">${pace(clock, speed)}</span>
    </p>
    <h3>Show</h3>
    <p>
      ${Object.entries(VIEWS).flatMap(
        ([name, text]) => markup`
          <button onclick="${() => act.view(name)}"
            aria-pressed="${String(view === name)}">${text}</button>`,
      )}
      ${button("Present", "present (p)", act.present, present)}
      ${button("Full screen", "full screen (f)", act.fullscreen)}
      ${button("Lost drafts", "show lost drafts in the text", () => act.set({ lost: !lost }), lost)}
    </p>
    <h3>Go</h3>
    <p>
      ${marks}
      ${button(
        !span ? "Loop" : span[1] === null ? "Loop to here" : "Looping",
        "loop: from here, to here, off (l)",
        act.span,
        span !== null,
      )}
      <button onclick="${act.copy}">${act.copied() ? "Copied" : "Copy link"}</button>
      ${button("Open…", "open a recording from disk (o); nothing is uploaded", act.open)}
    </p>
    <p>
      ${button("Words and keys", "words and keys (?)", act.help)}
      <button onclick="${close}">Close</button>
    </p>`;
}
