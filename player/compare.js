// What compares: <spec-race>, and the race and what-if of a player. The player asks for this file
// when the reader does; a page that holds a <spec-race> loads it itself.

import { trackTime } from "./core/measures/counts.js";
import { runnersOf } from "./core/race.js";
import { SpecRace } from "./element/spec-race.js";
import { raceView } from "./views/race.js";
import { whatifView } from "./views/whatif.js";

if (!customElements.get("spec-race")) customElements.define("spec-race", SpecRace);

/**
 * A player's views that compare.
 * @param {import("./core/recording/recording.js").Recording} recording
 * @returns {import("./element/screen.js").View[]}
 */
export function comparingViews(recording) {
  const race = raceView(runnersOf(recording));
  return [
    {
      element: race.element,
      update: ({ track, time }) => void race.show(trackTime(track, time) / 1e6),
    },
    { element: whatifView(recording).element, update() {} },
  ];
}

export { SpecRace };
