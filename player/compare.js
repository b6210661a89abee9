// What compares: <spec-race>, and the race, difference and what-if of a player. The player asks for
// this file when the reader does; a page that holds a <spec-race> loads it itself.

import { SpecRace } from "./element/spec-race.js";

if (!customElements.get("spec-race")) customElements.define("spec-race", SpecRace);

export { runnersOf } from "./core/race.js";
export { raceView } from "./views/race.js";
export { whatifView } from "./views/whatif.js";
export { SpecRace };
