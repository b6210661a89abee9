// The transport bar, which never leaves the screen, and, where there is room for one part at a
// time, the tabs.

import { moment } from "../core/measures/numbers.js";
import { h, holder, markup, put, write } from "../dom/dom.js";
import { button, pace, VIEWS } from "../parts/buttons.js";

/** @typedef {import("../parts/buttons.js").Name} Name */

/** @type {Name[]} what opens over the stage */
const OVER = ["race", "whatif", "metrics"];
/** @type {Name[]} */
const TABS = ["text", "round", "tree", "metrics"];

/** @typedef {import("../element/actions.js").Actions} Actions */
/** @typedef {import("../element/screen.js").State} State */
/** @typedef {import("../element/screen.js").View} View */

/** The tabs of a narrow screen. @param {Actions} act @returns {View} */
export function tabsView(act) {
  const buttons = TABS.map((name) => h("button", { onclick: () => act.tab(name) }, VIEWS[name]));
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
  const element = h("div.controls", { role: "group", "aria-label": "playing" });
  const show = holder(element);
  let drawn = "";
  return {
    element,
    brisk: true,
    update({ state, time, track, frame }) {
      const length = track.end - track.start;
      const passed = moment(Math.max(0, time - track.start), length);
      const round = frame.round < 0 ? "" : `round ${track.rounds.index[frame.round]} · `;
      write(now, `${round}${passed} of ${moment(length, length)}`);
      // To set the same value again costs the browser some work, too, and mostly it is only the
      // time that moves.
      const { playing, live, view, present, clock, speed } = state;
      const key = [playing, live, view, present, clock, speed].join();
      if (key === drawn) return;
      drawn = key;
      show([...transport(state, act, now), ...openers(state, act)]);
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
    <button class="pace" title="clock and speed"
      onclick="${act.more}">${pace(clock, speed)}</button>
    ${over}
    <button class="wide" title="present (p)" onclick="${() => act.present()}"
      aria-pressed="${String(present)}">Present</button>
    ${button("⋯", "more: clock, marks, views, links", act.more)}`;
}
