// The header line: who drafts for whom, by which settings, and what was won over which baseline;
// and the banner for what must be known as long as it is on screen.

import { rate } from "../core/measures/numbers.js";
import { h, holder, markup, write } from "../dom/dom.js";
import { term } from "../parts/words.js";

/** The baselines in words. @type {Record<string, string>} */
const BASELINES = {
  autoregressive: "the target alone",
  per_request: "the target, one request per token",
  chunked: "the target in chunks of K+1",
  streaming: "the target, streaming",
};

/** @param {import("../element/actions.js").Actions} act */
export function factsView(act) {
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
          <b>${worded(header.draft?.name)}</b> ${term("draft", act, "drafts")} for
          ${" "}<b>${worded(header.target?.name)}</b> · ${term("K", act)} ${worded(header.k)} ·
          ${" "}${term("T", act)} ${worded(header.temperature)} ·
          ${" "}${term("rule", act)} ${worded(header.rule)}
          <span class="law"> · distribution: ${worded(header.law)}</span>
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
      update({ speedups, state }) {
        const [least] = Object.entries(speedups)
          .filter(([, times]) => times !== null)
          .sort(([, one], [, other]) => Number(one) - Number(other));
        const none = state.live === "off" ? "no baseline recorded" : "";
        write(gain, least ? `${rate(least[1])}× ${BASELINES[least[0]]}, recorded here` : none);
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
        ...recording.simulated.flatMap((part) => chip(`simulated: ${part}`)),
        ...(growing ? chip("live: being recorded now", "growing") : []),
        ...(problem && !growing ? chip(`incomplete: ${problem}`) : []),
      ];
      showBanner(chips);
      banner.hidden = !chips.length;
    },
  };
}
