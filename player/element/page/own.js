// A recording of the reader's own, dropped onto the player or opened from disk, or several that
// race. Nothing leaves the page.

import { h } from "../../dom/dom.js";

const ACCEPT = ".specrec,.gz,application/gzip,application/octet-stream";

/** @typedef {import("../spec-player.js").SpecPlayer} SpecPlayer */

/** @param {SpecPlayer} player @param {File[]} files */
export async function openFiles(player, files) {
  const names = files.map((file) => file.name);
  try {
    const data = await Promise.all(files.map((file) => file.arrayBuffer()));
    if (data.length === 1) {
      await player.open(data[0]);
      return player.emit("opened", names[0]);
    }
    const { SpecRace } = await import("../../compare.js");
    const race = new SpecRace();
    player.after(race);
    await race.open(data, names);
  } catch (error) {
    player.fail(error, names.join(", "));
  }
}

/** Lets the reader choose files. @param {SpecPlayer} player */
export function chooseFiles(player) {
  const input = /** @type {HTMLInputElement} */ (
    h("input", { type: "file", accept: ACCEPT, multiple: true })
  );
  input.addEventListener("change", () => openFiles(player, [...(input.files ?? [])]));
  input.click();
}
