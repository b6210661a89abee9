// The round under the playhead as arithmetic: its tokens with their tests, the formula of the one
// in focus with its own recorded numbers, and the distributions it was drawn from and held against.
// A round that is told in slow motion has its rows from the beginning, and they fill.

import { branches, stateWord } from "../core/decision.js";
import { count, length, probability } from "../core/measures/numbers.js";
import { Round } from "../core/round.js";
import { CRITERIA } from "../core/trial.js";
import { glyph, h, holder, markup, panel, plan, pointable, put, write } from "../dom/dom.js";
import { arithmetic } from "../parts/arithmetic.js";
import { bars } from "../parts/bars.js";

/** @typedef {import("../core/slow-motion.js").Told} Told */
/** @typedef {import("../core/slow-motion.js").SlowMotion} SlowMotion */
/** @typedef {import("../element/screen.js").Screen} Screen */

/** What stands in the place of a coin that was never thrown. @type {Record<string, string>} */
const UNTRIED = { pending: "", untested: "never tested" };
const LISTED = 13; // rows of a tree; where it has more, tokens never tested are counted instead
const FALL = 22; // pixels that a coin falls

/** What the step of a round is that is told. @type {Record<string, (places: number) => string>} */
const STEPS = {
  draft: () => "the draft proposes, token by token",
  verify: (places) => `one pass of the target verifies ${count(places, "place")} at once`,
  bars: () => "the target has answered: how likely each is to stay",
  coin: () => "coins fall, one after another",
  settle: () => "the longest prefix that passed stays",
  residual: () => "the residual: what the target has more of than the draft",
  draw: () => "a token is drawn",
  join: () => "the text takes them",
};

/** The same of an engine's own speculation. @type {typeof STEPS} */
const OWN_STEPS = {
  draft: () => "the engine drafts; of what it loses it tells the number alone",
  verify: STEPS.verify,
  bars: () => "the target has answered",
  coin: () => "what stays, and what is lost",
  draw: () => "the target’s own token",
  join: STEPS.join,
};

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
  // Until a round is drawn there is nothing that could give way to it.
  const parts = [table, why, distributions];
  for (const part of parts) part.hidden = true;
  const { element, heading, note } = panel(
    "round",
    "Round",
    h("div.decisions", table),
    why,
    distributions,
  );
  const [showRows, showWhy, showBars] = [holder(body), holder(why), holder(distributions)];
  let drawn = "";
  /** @type {Told[]} what the rows of the table stand for */
  let listed = [];
  const at = (/** @type {Event} */ { target }) => {
    const row = target instanceof Element ? target.closest("tr") : null;
    return row && (listed[[...body.children].indexOf(row)]?.one.at ?? null);
  };
  pointable(body, at, act.light, act.select);
  return {
    element,
    update(screen) {
      const { track, round, decisions, decision, rule, slow } = screen;
      const key = JSON.stringify([
        round,
        decision?.at,
        decisions.map((one) => one.state),
        decision?.state,
        screen.recording.events,
        slow.step && [screen.time, slow.steps.length],
      ]);
      if (key === drawn) return;
      drawn = key;
      for (const part of parts) part.hidden = false;
      write(heading, round < 0 ? "Round" : `Round ${track.rounds.index[round]}`);
      write(note, round < 0 ? "none has begun" : summary(screen));
      write(heads[3], CRITERIA[rule] ?? "the test");
      const tree = branches(decisions);
      const places = round < 0 ? 0 : new Round(track, round).nodes.length + 1;
      const many = tree && places > LISTED;
      listed = slow.tokens.filter(
        ({ one, coin }) =>
          !many ||
          one === decision ||
          (one.state !== "untested" && (one.state !== "pending" || coin || !slow.step)),
      );
      const hidden = slow.tokens.length - listed.length;
      put(body, "style", tall(Math.min(places, LISTED)) + (slow.bars < 1 ? passing(slow) : ""));
      showRows([
        ...listed.flatMap((told) => row(told, told.one === decision, tree, slow, rule)),
        ...(hidden ? beyond(hidden, slow) : []),
        ...(slow.step && !many ? empty(places - listed.length, slow) : []),
      ]);
      showWhy(decision ? arithmetic(decision, { rule, tokens: decisions }) : []);
      showBars(decision ? bars(decision, screen) : []);
    },
  };
}

/**
 * Rows share the room there is. It is not written as a property of ours: that would be handed down
 * to all that stands in them, and have it styled anew.
 * @param {number} places
 */
const tall = (places) =>
  "grid-auto-rows:minmax(clamp(var(--least,24px)," +
  `var(--room,230px)/${places || 1},var(--tall,31px)),auto);`;

/** The target's pass over all places at once. @param {SlowMotion} slow */
const passing = ({ sweep, bars }) =>
  "background:linear-gradient(90deg,transparent,color-mix(in srgb,var(--verify) " +
  `${28 * (1 - bars)}%,transparent)) 0/${100 * sweep}% no-repeat`;

/** @param {number} hidden @param {SlowMotion} slow */
const beyond = (hidden, { step }) => markup`
  <tr><td class="quiet" colspan="5">
    ${hidden}${step ? " drafted, not tested" : " more drafted on other branches, never tested"}
  </td></tr>`;

/**
 * Rows that wait for their tokens, the last of them for what the target adds.
 * @param {number} rows
 * @param {SlowMotion} slow
 */
const empty = (rows, { residual }) =>
  Array.from({ length: rows }, (_, at) => {
    const forms = residual > 0 && at === rows - 1;
    return forms
      ? markup`
        <tr class="place">
          <td class="quiet" colspan="3">residual</td>
          <td colspan="2">
            <span class="trial resampled forming" style="--from:0%;--to:${100 * residual}%"></span>
          </td>
        </tr>`
      : plan("tr.place", ...Array(5).fill(plan("td")));
  }).flat();

/** @param {Screen} screen */
function summary({ track, round: row, decisions, slow, time, rule }) {
  const states = decisions.map((one) => one.state);
  const accepted = states.filter((state) => state === "accepted").length;
  const emitted = states.filter((state) => state === "resampled" || state === "bonus");
  const { nodes, start, end } = new Round(track, row);
  const steps = rule === "own" ? OWN_STEPS : STEPS;
  if (slow.step) return steps[slow.step.kind](nodes.length + 1);
  const came = count(accepted + emitted.length, "token");
  const took = end <= time ? `${came} in ${length(end - start)}` : "under way";
  const parts = [`${accepted} accepted`, ...emitted.map((state) => `1 ${state}`)];
  if (rule === "prediction") parts.length = 0; // none of these is told
  return `${[`${states.length - emitted.length} drafted`, ...parts].join(", ")} · ${took}`;
}

/**
 * @param {Told} told
 * @param {boolean} chosen
 * @param {boolean} tree
 * @param {SlowMotion} slow
 * @param {string} rule
 */
function row(told, chosen, tree, slow, rule) {
  const { one, shown } = told;
  const indent = tree ? `padding-left:${6 + 10 * one.depth}px` : null;
  const target = isNaN(one.left) ? one.targetProb : one.left;
  const unknown = one.state === "pending" && isNaN(target);
  return markup`
    <tr class="${one.state} ${chosen ? "chosen" : ""}" style="${
      shown < 1 ? `opacity:${shown}` : null
    }">
      <td>
        <button class="plain" style="${indent}" aria-pressed="${String(chosen)}">
          <code><bdi>${one.label}</bdi></code>
        </button>
      </td>
      <td class="number">${isNaN(one.draftProb) ? "–" : probability(one.draftProb)}</td>
      <td class="number">${unknown ? "–" : probability(target)}</td>
      <td>${line(told, slow)}</td>
      <td class="outcome ${one.state}">${glyph(one.state)}${stateWord(rule, one.state)}</td>
    </tr>`;
}

/**
 * The line from 0 to 1 with the share that counts and the uniform that fell.
 * @param {Told} told
 * @param {SlowMotion} slow
 */
function line({ one, trial, coin }, { bars: grown, step }) {
  if (!trial) return markup`<span class="quiet">${UNTRIED[one.state] ?? "not revealed"}</span>`;
  const { from, to, u } = trial;
  const bounded = !isNaN(from) && !isNaN(to);
  const end = from + Math.max(0, to - from) * (step?.kind === "bars" ? grown : 1);
  const bounds = `from ${probability(from, 3)} to ${probability(to, 3)}`;
  const held = bounded ? bounds : "its bound is unknown";
  const text = isNaN(u) ? `the coin has not fallen, ${held}` : `u = ${probability(u, 3)}, ${held}`;
  const falls = coin < 1 && !isNaN(u);
  const style = [
    bounded && `--from:${100 * from}%;--to:${100 * end}%`,
    !isNaN(u) && !falls && `--u:${100 * u}%`,
  ];
  const place = `margin-left:calc(${100 * u}% - 1px);translate:0 ${-FALL * (1 - coin * coin)}px`;
  return markup`
    <span class="trial ${one.state}" role="img" aria-label="${text}" title="${text}"
      style="${style.filter(Boolean).join(";")}">
      ${falls && markup`<i class="coin" style="${place}"></i>`}
    </span>`;
}
