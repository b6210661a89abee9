// The round under the playhead as arithmetic: its tokens with their tests, the formula of the one
// in focus with its own recorded numbers, and the distributions it was drawn from and held against.

import { branches } from "../core/decision.js";
import { count, length, probability } from "../core/measures/numbers.js";
import { Round } from "../core/round.js";
import { CRITERIA, trialOf } from "../core/trial.js";
import { glyph, h, holder, markup, panel, pointable, write } from "../dom/dom.js";
import { arithmetic } from "../parts/arithmetic.js";
import { bars } from "../parts/bars.js";

/** @typedef {import("../core/decision.js").Decision} Decision */
/** @typedef {import("../element/screen.js").Screen} Screen */

/** What stands in the place of a coin that was never thrown. @type {Record<string, string>} */
const UNTRIED = { pending: "", untested: "never tested" };

/**
 * @param {import("../element/actions.js").Actions} act
 * @returns {import("../element/screen.js").View}
 */
export function roundView(act) {
  const body = h("tbody");
  const heads = ["drafted", "draft", "target", "", "outcome"].map((name) =>
    h("th", { scope: "col" }, name),
  );
  const table = h("table", h("thead", h("tr", ...heads)), body);
  // A long formula scrolls on a phone, for keys too.
  const why = h("div.why", { tabindex: "0" });
  const distributions = h("div.distributions");
  const { element, heading, note } = panel(
    "round",
    "Round",
    h("div.decisions", table),
    why,
    distributions,
  );
  const [showRows, showWhy, showBars] = [holder(body), holder(why), holder(distributions)];
  let drawn = "";
  /** @type {Decision[]} what the rows of the table stand for */
  let listed = [];
  const at = (/** @type {Event} */ { target }) => {
    const row = target instanceof Element ? target.closest("tr") : null;
    return row && (listed[[...body.children].indexOf(row)]?.at ?? null);
  };
  pointable(body, at, act.light, act.select);
  return {
    element,
    update(screen) {
      const { track, round, decisions, decision, k, rule } = screen;
      const key = JSON.stringify([
        round,
        decision?.at,
        decisions.map((one) => one.state),
        decision?.state,
        screen.recording.events,
      ]);
      element.style.setProperty("--rows", String(Math.min(k, 10) + 1));
      if (key === drawn) return;
      drawn = key;
      write(heading, round < 0 ? "Round" : `Round ${track.rounds.index[round]}`);
      write(note, round < 0 ? "none has begun" : summary(screen));
      write(heads[3], CRITERIA[rule] ?? "the test");
      // There, tokens never tested are counted instead, except the one in focus.
      const tree = branches(decisions);
      listed = tree
        ? decisions.filter((one) => one.state !== "untested" || one === decision)
        : decisions;
      const hidden = decisions.length - listed.length;
      showRows([
        ...listed.flatMap((one) => row(one, one === decision, tree, rule)),
        ...(hidden ? beyond(hidden) : []),
      ]);
      showWhy(decision ? arithmetic(decision, { rule, tokens: decisions }) : []);
      showBars(decision ? bars(decision, screen) : []);
    },
  };
}

const beyond = (/** @type {number} */ hidden) => markup`
  <tr><td class="quiet" colspan="5">${hidden} more drafted on other branches, never tested</td></tr>`;

/** @param {Screen} screen */
function summary({ track, round: row, decisions, time }) {
  const states = decisions.map((one) => one.state);
  const accepted = states.filter((state) => state === "accepted").length;
  const emitted = states.filter((state) => state === "resampled" || state === "bonus");
  const { start, end } = new Round(track, row);
  const came = count(accepted + emitted.length, "token");
  const took = end <= time ? `${came} in ${length(end - start)}` : "under way";
  const parts = [`${states.length - emitted.length} drafted`, `${accepted} accepted`];
  return `${[...parts, ...emitted.map((state) => `1 ${state}`)].join(", ")} · ${took}`;
}

/** @param {Decision} one @param {boolean} chosen @param {boolean} tree @param {string} rule */
function row(one, chosen, tree, rule) {
  const indent = tree ? `padding-left:${6 + 10 * one.depth}px` : null;
  const target = isNaN(one.left) ? one.targetProb : one.left;
  return markup`
    <tr class="${one.state} ${chosen ? "chosen" : ""}">
      <td>
        <button class="plain" style="${indent}" aria-pressed="${String(chosen)}">
          <code>${one.label}</code>
        </button>
      </td>
      <td class="number">${isNaN(one.draftProb) ? "–" : probability(one.draftProb)}</td>
      <td class="number">${one.state === "pending" ? "–" : probability(target)}</td>
      <td>${line(one, rule)}</td>
      <td class="outcome ${one.state}">${glyph(one.state)}${one.state}</td>
    </tr>`;
}

/**
 * The line from 0 to 1 with the share that counts and the uniform that fell.
 * @param {Decision} one
 * @param {string} rule
 */
function line(one, rule) {
  const trial = trialOf(one, rule);
  if (!trial) return markup`<span class="quiet">${UNTRIED[one.state] ?? "not revealed"}</span>`;
  const { from, to, u } = trial;
  const bounded = !isNaN(from) && !isNaN(to);
  const place = `margin-left:${100 * from}%;width:${100 * Math.max(0, to - from)}%`;
  const bounds = `from ${probability(from, 3)} to ${probability(to, 3)}`;
  const text = `u = ${probability(u, 3)}, ${bounded ? bounds : "its bound is unknown"}`;
  return markup`
    <span class="trial" role="img" aria-label="${text}" title="${text}">
      ${bounded && markup`<i class="share ${one.state}" style="${place}"></i>`}
      <i class="coin" style="margin-left:calc(${100 * u}% - 1px)"></i>
    </span>`;
}
