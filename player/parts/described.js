// What is known of a token, told beneath the text or the tree once it is chosen.

import { memberName, stateWord } from "../core/decision.js";
import { listed, logarithm, probability } from "../core/measures/numbers.js";
import { EMIT } from "../core/recording/fields.js";
import { label } from "../core/text.js";
import { glyph, markup } from "../dom/dom.js";
import { channelAt } from "./reasoning.js";

/** @typedef {import("../element/screen.js").Screen} Screen */

const SECOND_PASS =
  "target, by a second pass over the finished text; prefill and decode may differ in rounding";

/** @param {Screen} screen */
export function describe({ recording, track, decision, round }) {
  if (!decision)
    return markup`
      <p class="quiet">
        ${
          round < 0
            ? "No token yet: the prompt is being read."
            : "The round has begun; nothing is drafted yet."
        }
      </p>`;
  const { at } = decision;
  const rule = String(recording.header.rule);
  const word = stateWord(rule, decision.state);
  const facts = [
    ["draft", word === "bonus" ? "not drafted" : probability(decision.draftProb, 3)],
    ["target", probability(decision.targetProb, 3)],
    [
      "acceptance",
      decision.share >= 0
        ? "drawn, not tested"
        : word === "untested" || word === "pending"
          ? "not tested"
          : probability(decision.accept, 3),
    ],
    ["draft log, raw", decision.at.node < 0 ? "not recorded" : logarithm(decision.draftRaw)],
    ["target log, raw", logarithm(decision.targetRaw)],
    ["entropy", isNaN(decision.entropy) ? "unknown" : `${decision.entropy.toFixed(2)} nats`],
  ];
  const member = memberName(recording, decision);
  const written = !["rejected", "untested", "pending"].includes(decision.state);
  const channel = written && channelAt(recording, track, decision.position);
  const at4 = 4 * decision.position;
  const told = written && track.finish?.second_pass?.slice(at4, at4 + 4);
  if (told && told.length)
    facts.push([SECOND_PASS, probability(Math.exp(new Float32Array(told.buffer)[0]), 3)]);
  const place =
    `round ${track.rounds.index[at.round]} · position ${decision.position}` +
    (member && at.node !== EMIT ? ` · drafted by ${member}` : "") +
    (channel ? ` · in the channel ${channel}` : "");
  const { state } = decision;
  return markup`
    <p class="what ${state}">
      ${glyph(state)}<code><bdi>${decision.label}</bdi></code><b>${word}</b>
      <span class="quiet">${place}</span>
    </p>
    <dl>
      ${facts.flatMap(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${alternatives(recording, "target", decision.targetTop, decision)}
    ${alternatives(recording, `draft ${member}`.trim(), decision.draftTop, decision)}`;
}

/**
 * @param {Screen["recording"]} recording
 * @param {string} side
 * @param {[number, number][] | null} top
 * @param {import("../core/decision.js").Decision} decision
 */
function alternatives(recording, side, top, decision) {
  const likeliest = (top ?? []).slice(0, 6);
  const items = likeliest.flatMap(([id, prob]) => {
    const name = label(recording.tokens.get(id));
    return markup`
      <span>
        <code><bdi>${name}</bdi></code> ${listed(prob, recording.header.evidence)}
      </span>`;
  });
  const unasked = decision.state === "bonus" && side !== "target";
  const none = markup`
    <span class="quiet">${unasked ? "was not asked" : "alternatives unknown"}</span>`;
  return markup`
    <p class="alternatives"><span class="quiet">${side}</span>${items.length ? items : none}</p>`;
}
