// The header line: who drafts for whom, by which settings, and what was won over which baseline;
// and the banner for what must be known as long as it is on screen.

import { draftName, laneName, targetName } from "../core/race/lanes.js";
import { countTrack } from "../core/measures/counts.js";
import { rate } from "../core/measures/numbers.js";
import { h, holder, markup, write } from "../dom/dom.js";
import { explained } from "../parts/words.js";

/** Of an engine's own speculation, for as long as it is on screen. */
const UNTOLD =
  "the engine’s own rounds: which tokens it rejected, their probabilities and coins " +
  "it does not tell";

/** @param {import("../core/recording/recording.js").Recording} recording */
function ofPrediction({ main }) {
  const { accepted, drafted } = countTrack(main);
  return `the server accepted ${accepted} of ${drafted} predicted tokens; it does not tell which`;
}

export function factsView() {
  const facts = h("header.facts");
  const banner = h("p.banner", { hidden: true });
  const gain = h("p.gain");
  const [showFacts, showBanner] = [holder(facts), holder(banner)];
  const chip = (/** @type {string} */ text, kind = "") =>
    markup`<span class="chip ${kind}">${text}</span>`;
  return {
    elements: [facts, banner],
    /**
     * @param {import("../core/recording/recording.js").Recording} recording
     * @param {boolean} hidden
     */
    describe({ header }, hidden) {
      const worded = (/** @type {unknown} */ value) => String(value ?? "unknown");
      showFacts(markup`
        <h2>${String(header.title || "A recorded run")}</h2>
        <p>
          <b>${draftName(header.draft)}</b> ${explained("draft", "drafts")} for
          ${" "}<b>${targetName(header.target)}</b> · ${explained("K")} ${worded(header.k)} ·
          ${" "}${explained("T")} ${worded(header.temperature)} ·
          ${" "}${explained("rule")} ${worded(header.rule)}
          <span class="law"> · ${explained("distribution")}: ${worded(header.law)}</span>
        </p>
        ${gain}`);
      facts.hidden = hidden;
    },
    /**
     * What was won over the fastest baseline: of the whole run, and never estimated.
     * @type {import("../element/screen.js").View}
     */
    gain: {
      element: gain,
      update({ recording, speedups, state }) {
        const [least] = Object.entries(speedups)
          .filter(([, times]) => times !== null)
          .sort(([, one], [, other]) => Number(one) - Number(other));
        const none = state.live === "off" ? "no baseline recorded" : "";
        const over = () =>
          `${rate(least[1])}× ${laneName(recording, least[0]).full}, recorded here`;
        write(gain, least ? over() : none);
        gain.classList.toggle("won", Number(least?.[1]) > 1);
      },
    },
    /**
     * @param {import("../core/recording/recording.js").Recording} recording
     * @param {string | null} problem
     * @param {boolean} growing
     */
    warn(recording, problem, growing) {
      const chips = [
        ...(recording.header.rule === "own" ? chip(UNTOLD, "own") : []),
        ...(recording.header.rule === "prediction" ? chip(ofPrediction(recording), "own") : []),
        ...recording.simulated.flatMap((part) => chip(`simulated: ${part}`)),
        ...(growing ? chip("live: being recorded now", "growing") : []),
        ...(problem && !growing ? chip(`incomplete: ${problem}`) : []),
      ];
      showBanner(chips);
      banner.hidden = !chips.length;
    },
  };
}
