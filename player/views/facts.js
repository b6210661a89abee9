// What the header tells of the run, and the banner for what must be known as long as it is on
// screen.

import { h, holder, markup } from "../dom/dom.js";

export function factsView() {
  const facts = h("header.facts");
  const banner = h("p.banner", { hidden: true });
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
          <b>${worded(header.draft?.name)}</b> drafts for <b>${worded(header.target?.name)}</b>
          ${` · K ${worded(header.k)} · T ${worded(header.temperature)} · rule ${worded(header.rule)}`}
          ${` · distribution: ${worded(header.law)}`}
        </p>`);
      facts.hidden = hidden;
    },
    /**
     * @param {import("../core/recording/recording.js").Recording} recording
     * @param {string | null} problem
     * @param {boolean} growing
     */
    warn(recording, problem, growing) {
      const chips = [
        ...recording.simulated.flatMap((part) => chip(`simulated: ${part}`)),
        ...(growing ? chip("live: being recorded now", "growing") : []),
        ...(problem && !growing ? chip(`incomplete: ${problem}`) : []),
      ];
      showBanner(chips);
      banner.hidden = !chips.length;
    },
  };
}
