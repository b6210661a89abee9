// Figures of one round: what its one pass computes, and what it costs beside the target alone. As
// in specrecord/publish/figures/of_rounds.py; the still forms are in site/templates/figures.html.

import { h } from "../../../player/dom/dom.js";
import { chart, path, picture, rect, text } from "./draw.js";

/** @typedef {import("./speed.js").FigureData} FigureData */
/** @typedef {import("./speed.js").Kind} Kind */

const [PASS, ROW, TOP, CELL, SEES] = [440, 24, 24, 14, 136];
/** @type {Record<string, string>} */
const SIGNS = { accepted: "●", rejected: "✕", untested: "◌" };
const ROUNDS_SHOWN = 3;
const [LEFT, WIDE, BAR] = [10, 620, 22];

/**
 * The rows that a row sees: itself and those above it on its branch.
 * @param {(number | null)[]} parents
 * @param {number} place
 */
function seen(parents, place) {
  const rows = [place];
  for (let at = parents[place]; at !== null; at = parents[at]) rows.unshift(at);
  return rows;
}

/** @param {any} shown a run's `pass` @param {number} place */
const placeNumbers = (shown, place) => ({
  places: shown.tokens.length,
  sees: shown.before + seen(shown.parents, place).length - 1,
  judges: shown.parents.filter((/** @type {number | null} */ one) => one === place).length,
});

/** Mean milliseconds of a round. @param {FigureData} run */
const roundMs = (run) => (run.drafted / run.rounds) * run.draft_ms + run.verify_ms + run.other_ms;

/** @param {FigureData} run @param {number} at milliseconds */
const clockNumbers = (run, at) => ({
  round: roundMs(run),
  step: run.target_ms,
  speculative: Math.floor(at / roundMs(run) + 1e-9) * run.mean_acceptance_length,
  alone: Math.floor(at / run.target_ms + 1e-9),
  ratio: (run.mean_acceptance_length * run.target_ms) / roundMs(run),
});

/** @param {any} shown @param {number} place */
function passPicture(shown, place) {
  const { tokens, parents, fates } = shown;
  const asked = SEES + tokens.length * CELL + 8;
  const marked = seen(parents, place);
  const rows = tokens.flatMap((/** @type {string} */ token, /** @type {number} */ row) => {
    const y = TOP + row * ROW;
    const own = seen(parents, row);
    const children = tokens.flatMap((/** @type {string} */ child, /** @type {number} */ node) =>
      parents[node] === row
        ? [h("tspan", { class: fates[node] }, `${SIGNS[fates[node]]} ${child} `)]
        : [],
    );
    const kind = row === place ? "cell lit" : "cell";
    return [
      ...(row === place ? [rect("row", 0, y, PASS, ROW)] : []),
      text(marked.includes(row) ? "reads lit" : "reads", 6, y + 16, token),
      text("reads depth", 104, y + 16, `+${own.length - 1}`),
      ...own.map((column) => rect(kind, SEES + column * CELL, y + 5, CELL - 3, ROW - 10)),
      h("text", { class: "answers", x: asked, y: y + 16 }, ...(children.length ? children : ["…"])),
    ];
  });
  const { sees, judges } = placeNumbers(shown, place);
  return picture(
    `The place after ${tokens[place]} sees ${sees} tokens and judges ${judges}.`,
    PASS,
    TOP + tokens.length * ROW + 4,
    text("head", 6, 15, "reads"),
    text("head", SEES, 15, "sees"),
    text("head", asked, 15, "judges"),
    ...rows,
  );
}

/** @param {FigureData} run @param {number} at */
function clockPicture(run, at) {
  const span = roundMs(run);
  const across = (/** @type {number} */ ms) => LEFT + (ms / (ROUNDS_SHOWN * span)) * WIDE;
  const bar = (
    /** @type {string} */ kind,
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {number} */ y,
  ) => rect(kind, across(from), y, Math.max(0.5, across(to) - across(from) - 1), BAR);
  const drafted = run.drafted / run.rounds;
  const rounds = Array.from({ length: ROUNDS_SHOWN }, (_, round) => {
    const from = round * span;
    const verify = from + drafted * run.draft_ms;
    const other = verify + run.verify_ms;
    const drafts = Array.from({ length: Math.ceil(drafted) }, (_, step) =>
      bar(
        "draft",
        from + step * run.draft_ms,
        Math.min(verify, from + (step + 1) * run.draft_ms),
        34,
      ),
    );
    return [
      ...drafts,
      bar("verify", verify, other, 34),
      bar("other", other, from + span, 34),
      text("gain", across(from + span) - 4, 74, `+${run.mean_acceptance_length.toPrecision(3)}`),
    ];
  }).flat();
  const whole = Math.floor((ROUNDS_SHOWN * span) / run.target_ms);
  const steps = Array.from({ length: whole }, (_, step) => [
    bar("verify", step * run.target_ms, (step + 1) * run.target_ms, 110),
    text("gain", across((step + 1) * run.target_ms) - 4, 150, "+1"),
  ]).flat();
  steps.push(bar("verify begun", whole * run.target_ms, ROUNDS_SHOWN * span, 110));
  const now = clockNumbers(run, at);
  return chart(
    `After ${at.toFixed(1)} ms: ${now.speculative.toPrecision(3)} tokens by rounds, ` +
      `${now.alone} by the target alone.`,
    164,
    text("head", LEFT, 22, "rounds: draft, verify, all else; tokens that each yields"),
    ...rounds,
    text("head", LEFT, 100, "the target alone: a pass for each token"),
    ...steps,
    path("playhead", `M${across(at)} 26V156`),
  );
}

/** @type {Record<string, Kind>} */
export const ROUND_KINDS = {
  one_pass: {
    needs: (run) => Boolean(run.pass),
    controls: [
      {
        key: "place",
        label: "place in the pass",
        low: 0,
        high: 0,
        step: 1,
        start: () => 0,
        within: (run) => ({ low: 0, high: run.pass.tokens.length - 1 }),
      },
    ],
    draw: (run, { place }) => ({
      picture: passPicture(run.pass, place),
      numbers: placeNumbers(run.pass, place),
      pick: (_, y) => ["place", (y - TOP) / ROW - 0.5],
    }),
  },
  one_clock: {
    needs: (run) => typeof run.target_ms === "number" && run.rounds > 0,
    controls: [
      {
        key: "at",
        label: "time, ms",
        low: 0,
        high: 0,
        step: 0.01,
        unit: "ms",
        start: (run) => ROUNDS_SHOWN * roundMs(run),
        within: (run) => ({
          low: 0,
          high: ROUNDS_SHOWN * roundMs(run),
          step: Math.min(0.99, roundMs(run) / 30), // a key's
        }),
      },
    ],
    draw: (run, { at }) => ({
      picture: clockPicture(run, at),
      numbers: clockNumbers(run, at),
      pick: (x) => ["at", ((x - LEFT) / WIDE) * ROUNDS_SHOWN * roundMs(run)],
    }),
  },
};
