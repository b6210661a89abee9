// Buttons for everything that time can do, the three clocks, and the list of keys.

import { CLOCKS } from "../core/clock.js";
import { factor, moment } from "../core/measures/numbers.js";
import { h, holder, markup, write } from "../dom/dom.js";
import { KEYS } from "../element/keys.js";

const VIEWS = {
  all: "all views",
  text: "text",
  round: "round",
  timeline: "timeline",
  tree: "tree",
  metrics: "numbers",
  race: "race",
  whatif: "what if",
};

const LONGEST = 60; // letters of a mark's title in the list

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
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function controlsView(act) {
  const now = h("span.now");
  const views = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { "aria-label": "view", onchange: () => act.view(views.value) },
      ...Object.entries(VIEWS).flatMap(
        ([value, name]) => markup`<option value="${value}">${name}</option>`,
      ),
    )
  );
  const marks = /** @type {HTMLSelectElement} */ (
    h("select.marks", { "aria-label": "marks", onchange: () => act.seek(Number(marks.value)) })
  );
  const close = () => act.set({ help: false });
  const help = h(
    "dialog.help",
    { "aria-label": "keys", onclose: close },
    ...markup`
      <h3>Keys</h3>
      <dl>
        ${KEYS.flatMap(([keys, text]) => markup`<div><dt>${keys}</dt><dd>${text}</dd></div>`)}
      </dl>
      <button onclick="${close}">Close</button>`,
  );
  const element = h("div.controls", { role: "group", "aria-label": "playing" });
  const show = holder(element);
  /** @type {import("../core/marks.js").Mark[] | null} */
  let listed = null;
  let drawn = "";
  return {
    element,
    brisk: true,
    update({ state, time, track, marks: all, mark }) {
      const length = track.end - track.start;
      write(now, `${moment(Math.max(0, time - track.start), length)} of ${moment(length, length)}`);
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
      views.value = state.view;
      const { playing, live, span, clock, speed, view } = state;
      const following = live === "following";
      const compare = (/** @type {string} */ name, /** @type {string} */ text) => markup`
        <button onclick="${() => act.toggleView(name)}"
          aria-pressed="${String(view === name)}">${text}</button>`;
      const play = `${playing ? "pause" : "play"} (space)`;
      const pace =
        clock === "beat"
          ? `${speed} ${speed === 1 ? "round" : "rounds"}/s`
          : `${factor(speed)} ${clock === "real" ? "real time" : "time"}`;
      show(markup`
        <button class="play" title="${play}" aria-label="${play}"
          onclick="${act.toggle}">${playing ? "Pause" : "Play"}</button>
        <button class="newest" title="to the newest moment, and on with it (End)"
          onclick="${act.newest}" hidden="${live === "off"}"
          aria-pressed="${String(following)}">${following ? "Live" : "Jump to live"}</button>
        <span class="group">
          ${button("«", "one round back (shift ←)", () => act.round(-1))}
          ${button("‹", "one token back (←)", () => act.token(-1))}
          ${button("›", "one token on (→)", () => act.token(1))}
          ${button("»", "one round on (shift →)", () => act.round(1))}
        </span>
        ${now}
        <span class="group" role="group" aria-label="clock">
          ${CLOCKS.flatMap(
            ([name, text]) => markup`
              <button data-clock="${name}" onclick="${() => act.clock(name)}"
                aria-pressed="${String(clock === name)}">${text}</button>`,
          )}
        </span>
        <span class="group">
          ${button("−", "slower (<)", () => act.speed(-1))}
          <span class="speed">${pace}</span>
          ${button("+", "faster (>)", () => act.speed(1))}
        </span>
        ${button(
          !span ? "Loop" : span[1] === null ? "Loop to here" : "Looping",
          "loop: from here, to here, off (l)",
          act.span,
          span !== null,
        )}
        ${marks}
        <span class="grow"></span>
        ${views}${compare("race", "Race")}${compare("whatif", "What if")}
        ${button("Present", "present (p)", act.present, state.present)}
        <button onclick="${act.copy}">${copied ? "Copied" : "Copy link"}</button>
        ${button("Open…", "open a recording from disk (o); nothing is uploaded", act.open)}
        ${button("?", "keys", act.help)}
        ${help}`);
      if (state.help && !help.open) help.showModal();
      if (!state.help) help.close();
    },
  };
}
