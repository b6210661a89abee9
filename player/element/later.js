// What a player fetches when its reader asks: all numbers, what-if, the sheets, what a talk looks
// like, words of the glossary, what is known of a token; and recordings that still grow.

// What the first script and races have in common counts as used here, too: so all that is common
// stands in one file, and a page asks for two.
import "../core/frame.js";
import "../core/race/lanes.js";
import "../core/recording/recording.js";
import "../parts/words.js";
import { Notes } from "../dom/notes.js";
import { addSheet } from "../dom/shell.js";
import { sheetsView } from "../parts/sheets.js";
import { metricsView } from "../views/metrics.js";
import { whatifView } from "../views/whatif.js";

/** Gives the player around an element the look of all this. @param {Element} element */
export function addLook(element) {
  const root = element.getRootNode();
  if (typeof LATER_CSS !== "undefined" && root instanceof ShadowRoot) addSheet(root, LATER_CSS);
}

/**
 * @param {import("../core/recording/recording.js").Recording} recording
 * @param {import("./actions.js").Actions} act
 * @returns {import("./screen.js").View[]}
 */
export function viewsOf(recording, act) {
  const sheets = sheetsView(act);
  return [
    { element: whatifView(recording).element, update() {} },
    metricsView(),
    {
      ...sheets,
      update(screen, colours) {
        addLook(sheets.element);
        sheets.update(screen, colours);
      },
    },
  ];
}

/** @param {import("./spec-player.js").SpecPlayer} player */
export function toggleNotes(player) {
  player.notes ??= new Notes((event) => player.keydown(event));
  player.notes.toggle();
  player.schedule();
}

export { Growth } from "./growth.js";
export { copyLink } from "./page/copy.js";
export { chooseFiles, openFiles } from "./page/own.js";
export { describe } from "../parts/described.js";
export { partOf } from "../parts/reasoning.js";
export { GLOSSARY } from "../parts/sheets.js";
