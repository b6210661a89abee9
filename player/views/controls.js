// Buttons for everything that time can do, the three clocks, and the list of keys.

import { CLOCKS } from "../core/clock.js";
import { factor, moment } from "../core/measures/numbers.js";
import { h, write } from "../dom/dom.js";
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

/** @param {HTMLElement} button @param {boolean} on */
const press = (button, on) => button.setAttribute("aria-pressed", String(on));

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function controlsView(act) {
  const button = (
    /** @type {string} */ text,
    /** @type {string} */ title,
    /** @type {() => void} */ run,
    kind = "",
  ) => h("button", { class: kind, title, "aria-label": title, onclick: run }, text);
  const play = button("Play", "play (space)", act.toggle, "play");
  const live = h(
    "button.newest",
    { title: "to the newest moment, and on with it (End)", onclick: () => act.newest() },
    "Live",
  );
  const now = h("span.now");
  const speed = h("span.speed");
  const clocks = CLOCKS.map(([name, text]) =>
    h("button", { "data-clock": name, onclick: () => act.clock(name) }, text),
  );
  const views = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { "aria-label": "view", onchange: () => act.view(views.value) },
      ...Object.entries(VIEWS).map(([value, name]) => h("option", { value }, name)),
    )
  );
  const marks = /** @type {HTMLSelectElement} */ (
    h("select.marks", { "aria-label": "marks", onchange: () => act.seek(Number(marks.value)) })
  );
  const loop = button("Loop", "loop: from here, to here, off (l)", () => act.span());
  const race = h("button", { onclick: () => act.toggleView("race") }, "Race");
  const whatif = h("button", { onclick: () => act.toggleView("whatif") }, "What if");
  const present = button("Present", "present (p)", () => act.present());
  /** @type {import("../core/marks.js").Mark[] | null} */
  let listed = null;
  let drawn = "";
  const copy = h("button", { onclick: () => act.copy() }, "Copy link");
  const help = h(
    "dialog.help",
    { "aria-label": "keys" },
    h("h3", "Keys"),
    h("dl", ...KEYS.map(([keys, text]) => h("div", h("dt", keys), h("dd", text)))),
    h("button", { onclick: () => act.set({ help: false }) }, "Close"),
  );
  help.addEventListener("close", () => act.set({ help: false }));
  const element = h(
    "div.controls",
    { role: "group", "aria-label": "playing" },
    play,
    live,
    h(
      "span.group",
      button("«", "one round back (shift ←)", () => act.round(-1)),
      button("‹", "one token back (←)", () => act.token(-1)),
      button("›", "one token on (→)", () => act.token(1)),
      button("»", "one round on (shift →)", () => act.round(1)),
    ),
    now,
    h("span.group", { role: "group", "aria-label": "clock" }, ...clocks),
    h(
      "span.group",
      button("−", "slower (<)", () => act.speed(-1)),
      speed,
      button("+", "faster (>)", () => act.speed(1)),
    ),
    loop,
    marks,
    h("span.grow"),
    views,
    race,
    whatif,
    present,
    copy,
    button("Open…", "open a recording from disk (o); nothing is uploaded", () => act.open()),
    button("?", "keys", () => act.set({ help: true })),
    help,
  );
  return {
    element,
    brisk: true,
    update({ state, time, track, marks: all, mark }) {
      const length = track.end - track.start;
      write(now, `${moment(Math.max(0, time - track.start), length)} of ${moment(length, length)}`);
      // To set the same value again costs the browser some work, too, and mostly it is only the
      // time that moves.
      const key = JSON.stringify([
        { ...state, time: 0, selected: 0, hovered: 0 },
        mark,
        act.copied(),
      ]);
      if (key === drawn && listed === all) return;
      drawn = key;
      if (listed !== all)
        marks.replaceChildren(
          h("option", { value: "", disabled: true }, "marks"),
          ...all.map((one) => h("option", { value: one.time }, one.title.slice(0, LONGEST))),
        );
      listed = all;
      marks.value = mark ? String(mark.time) : "";
      write(loop, !state.span ? "Loop" : state.span[1] === null ? "Loop to here" : "Looping");
      press(loop, state.span !== null);
      press(race, state.view === "race");
      press(whatif, state.view === "whatif");
      press(present, state.present);
      write(play, state.playing ? "Pause" : "Play");
      play.setAttribute("aria-label", state.playing ? "pause (space)" : "play (space)");
      live.hidden = state.live === "off";
      press(live, state.live === "following");
      write(live, state.live === "following" ? "Live" : "Jump to live");
      write(
        speed,
        state.clock === "beat"
          ? `${state.speed} ${state.speed === 1 ? "round" : "rounds"}/s`
          : `${factor(state.speed)} ${state.clock === "real" ? "real time" : "time"}`,
      );
      for (const one of clocks) press(one, one.dataset.clock === state.clock);
      views.value = state.view;
      write(copy, act.copied() ? "Copied" : "Copy link");
      const dialog = /** @type {HTMLDialogElement} */ (help);
      if (state.help && !dialog.open) dialog.showModal();
      if (!state.help && dialog.open) dialog.close();
    },
  };
}
