// What a reader asks for: <spec-race>, and of a player the race, what-if, all numbers, the sheets and
// what a talk looks like. The player asks for this file when the reader does; a page that holds a
// <spec-race> loads it itself.

import { trackTime } from "./core/measures/counts.js";
import { runnersOf } from "./core/race/race.js";
import { Notes } from "./dom/notes.js";
import { Racing } from "./element/racing.js";
import { SpecRace } from "./element/spec-race.js";
import { GLOSSARY, sheetsView } from "./parts/sheets.js";
import { metricsView } from "./views/metrics.js";
import { whatifView } from "./views/whatif.js";

if (!customElements.get("spec-race")) customElements.define("spec-race", SpecRace);

/**
 * A player's views that are asked for. The race has a clock of its own, since it lasts longer than the
 * run where a baseline is slower: it follows the playhead, and is over where the run is.
 * @param {import("./core/recording/recording.js").Recording} recording
 * @param {import("./element/actions.js").Actions} act
 * @returns {import("./element/screen.js").View[]}
 */
export function comparingViews(recording, act) {
  const racing = new Racing(runnersOf(recording));
  const sheets = sheetsView(act);
  let shown = NaN;
  return [
    {
      element: racing.element,
      toggle: () => racing.toggle(),
      update({ track, time }) {
        if (time === shown) return;
        shown = time;
        racing.pause();
        racing.seek(time < track.end ? trackTime(track, time) / 1e6 : racing.length);
      },
    },
    { element: whatifView(recording).element, update() {} },
    metricsView(),
    {
      ...sheets,
      update(screen, colours) {
        racing.style();
        sheets.update(screen, colours);
      },
    },
  ];
}

export { GLOSSARY, Notes, SpecRace };
