// What the header tells of the run, and the banner for what must be known as long as it is on
// screen.

import { h } from "../dom/dom.js";

export function factsView() {
  const facts = h("header.facts");
  const banner = h("p.banner", { hidden: true });
  const chip = (/** @type {string} */ text, kind = "") => h(`span.chip${kind}`, text);
  return {
    elements: [facts, banner],
    /**
     * @param {import("../core/recording/recording.js").Recording} recording
     * @param {boolean} hidden
     */
    describe({ header }, hidden) {
      const named = (/** @type {any} */ model) => h("b", String(model?.name ?? "unknown"));
      const parts = [
        `K ${header.k ?? "unknown"}`,
        `T ${header.temperature ?? "unknown"}`,
        `rule ${header.rule ?? "unknown"}`,
        `distribution: ${header.law ?? "unknown"}`,
      ];
      facts.replaceChildren(
        h("h2", String(header.title || "A recorded run")),
        h(
          "p",
          named(header.draft),
          " drafts for ",
          named(header.target),
          ` · ${parts.join(" · ")}`,
        ),
      );
      facts.hidden = hidden;
    },
    /**
     * @param {import("../core/recording/recording.js").Recording} recording
     * @param {string | null} problem
     * @param {boolean} growing
     */
    warn(recording, problem, growing) {
      const simulated = recording.simulated.map((part) => chip(`simulated: ${part}`));
      const cut = growing
        ? [chip("live: being recorded now", ".growing")]
        : problem
          ? [chip(`incomplete: ${problem}`)]
          : [];
      banner.replaceChildren(...simulated, ...cut);
      banner.hidden = !simulated.length && !cut.length;
    },
  };
}
