// Races: <spec-race>, which a page loads itself, and the race that a player fetches when its reader
// asks for one.

import { trackTime } from "./core/measures/counts.js";
import { runnersOf } from "./core/race/race.js";
import { Racing } from "./element/racing.js";
import { SpecRace } from "./element/spec-race.js";

if (!customElements.get("spec-race")) customElements.define("spec-race", SpecRace);

/**
 * A player's race. It has a clock of its own, since it lasts longer than the run where a baseline
 * is slower: it follows the playhead, and is over where the run is.
 * @param {import("./core/recording/recording.js").Recording} recording
 * @returns {import("./element/screen.js").View[]}
 */
export function viewsOf(recording) {
  const racing = new Racing(runnersOf(recording));
  let shown = NaN;
  return [
    {
      element: racing.element,
      toggle: () => racing.toggle(),
      update({ track, time }) {
        racing.style();
        if (time === shown) return;
        shown = time;
        racing.pause();
        racing.seek(time < track.end ? trackTime(track, time) / 1e6 : racing.length);
      },
    },
  ];
}

export { SpecRace };
