// @ts-check
// Buttons for everything that time can do, the three clocks, and the list of keys.

import { CLOCKS } from "../core/clock.js";
import { factor, moment } from "../core/numbers.js";
import { h, write } from "../dom.js";
import { KEYS } from "../keys.js";

const VIEWS = ["all", "text", "round", "timeline", "tree", "metrics"];

/** @param {any} act @returns {{ element: HTMLElement, update(screen: import("../screen.js").Screen): void }} */
export function controlsView(act) {
  const button = (/** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ run, kind = "") => h("button", { type: "button", class: kind, title, "aria-label": title, onclick: run }, text);
  const play = button("Play", "play (space)", act.toggle, "play");
  const live = h("button", { type: "button", class: "newest", title: "to the newest moment, and on with it (End)", onclick: () => act.newest() }, "Live");
  const now = h("span", { class: "now" });
  const speed = h("span", { class: "speed" });
  const clocks = CLOCKS.map(([name, text]) => h("button", { type: "button", "data-clock": name, onclick: () => act.clock(name) }, text));
  const views = /** @type {HTMLSelectElement} */ (h("select", { "aria-label": "view", onchange: () => act.set({ view: views.value }) }, ...VIEWS.map((name) => h("option", { value: name }, name === "all" ? "all views" : name))));
  const copy = h("button", { type: "button", onclick: () => act.copy() }, "Copy link");
  const help = h("dialog", { class: "help", "aria-label": "keys" }, h("h3", {}, "Keys"), h("dl", {}, ...KEYS.map(([keys, text]) => h("div", {}, h("dt", {}, keys), h("dd", {}, text)))), h("button", { type: "button", onclick: () => act.set({ help: false }) }, "Close"));
  help.addEventListener("close", () => act.set({ help: false }));
  const element = h("div", { class: "controls", role: "group", "aria-label": "playing" },
    play, live,
    h("span", { class: "group" }, button("«", "one round back (shift ←)", () => act.round(-1)), button("‹", "one token back (←)", () => act.token(-1)), button("›", "one token on (→)", () => act.token(1)), button("»", "one round on (shift →)", () => act.round(1))),
    now,
    h("span", { class: "group", role: "group", "aria-label": "clock" }, ...clocks),
    h("span", { class: "group" }, button("−", "slower (<)", () => act.speed(-1)), speed, button("+", "faster (>)", () => act.speed(1))),
    h("span", { class: "grow" }), views, copy, button("?", "keys", () => act.set({ help: true })), help);
  return {
    element,
    update({ state, time, lane }) {
      write(play, state.playing ? "Pause" : "Play");
      play.setAttribute("aria-label", state.playing ? "pause (space)" : "play (space)");
      const length = lane.end - lane.start;
      write(now, `${moment(Math.max(0, time - lane.start), length)} of ${moment(length, length)}`);
      live.hidden = state.live === "off";
      live.setAttribute("aria-pressed", String(state.live === "following"));
      write(live, state.live === "following" ? "Live" : "Jump to live");
      write(speed, state.clock === "beat" ? `${state.speed} ${state.speed === 1 ? "round" : "rounds"}/s` : `${factor(state.speed)} ${state.clock === "real" ? "real time" : "time"}`);
      for (const one of clocks) one.setAttribute("aria-pressed", String(one.dataset.clock === state.clock));
      views.value = state.view;
      write(copy, act.copied() ? "Copied" : "Copy link");
      const dialog = /** @type {HTMLDialogElement} */ (help);
      if (state.help && !dialog.open) dialog.showModal();
      if (!state.help && dialog.open) dialog.close();
    },
  };
}
