// The element's settings: what each attribute does once a recording is shown.

import { HERE } from "./link.js";

/** In the order in which they are applied. */
export const ATTRIBUTES = ["clock", "speed", "view", "present", "round", "at"];

/**
 * @param {import("./spec-player.js").SpecPlayer} player
 * @param {string[]} [names]
 */
export function applyAttributes(player, names = ATTRIBUTES) {
  for (const name of names) {
    const value = player.getAttribute(name);
    if (value === null) continue;
    if (name === "clock") player.acts.clock(value);
    if (name === "speed" && Number(value) > 0) player.store.set({ speed: Number(value) });
    if (name === "view") player.acts.view(value);
    if (name === "present") player.store.set({ present: value !== "off" });
    if (name === "round") player.follow({ ...HERE, round: Number(value) });
    if (name === "at") player.seek(value === "start" ? "0%" : value === "end" ? "100%" : value);
  }
}
