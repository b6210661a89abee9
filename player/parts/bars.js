// Both distributions at a token's place as bars, likeliest first, with the residual where a token
// was drawn from it.

import { memberName } from "../core/decision.js";
import { distributionsAt, residual, worthShowing } from "../core/distributions.js";
import { listed, probability } from "../core/measures/numbers.js";
import { label } from "../core/text.js";
import { markup } from "../dom/dom.js";

const ROWS = 8;
// Of a bar's full width: a residual that rounded lists leave less certain than this is not drawn.
const BLUR = 0.02;
// Whose residual follows from these two distributions alone.
const RESIDUAL_RULES = ["standard"];

/** @typedef {import("../core/decision.js").Decision} Decision */
/** @typedef {import("../core/distributions.js").Distribution} Distribution */
/** @typedef {import("../core/recording/recording.js").Recording} Recording */

/** @param {Decision} one @param {import("../element/screen.js").Screen} screen */
export function bars(one, { recording, track, rule, slow }) {
  const { target, draft } = distributionsAt(recording, track, one);
  if (!target && !draft)
    return markup`<p class="quiet">The distributions were not recorded for this token.</p>`;
  const raw = recording.header.evidence?.of === "raw";
  const lost = one.state === "rejected" || one.state === "resampled";
  const overlap = lost && !raw && RESIDUAL_RULES.includes(rule) ? one.overlap : NaN;
  const named = [
    ...(target ? [["target", "verify"]] : []),
    ...(draft ? [[`draft ${memberName(recording, one)}`.trim(), "draft"]] : []),
    ...(overlap >= 0 ? [["residual", "resampled"]] : []),
  ];
  const about = raw
    ? "the models’ own distributions, at temperature 1"
    : String(recording.header.law ?? "the distribution that is sampled");
  const whole = target?.whole || draft?.whole ? " · recorded whole" : "";
  const formed = slow.step ? slow.residual : 1;
  const ids = worthShowing([target, draft], one.token, ROWS);
  return markup`
    <p class="key">
      ${named.flatMap(([name, tone]) => markup`<span><i class="swatch ${tone}"></i>${name}</span>`)}
      <span class="quiet">${about}${whole}</span>
    </p>
    <div class="bars">
      ${ids.flatMap((id) =>
        bar(id, target, draft, id === one.token ? one : null, overlap, formed, recording),
      )}
    </div>`;
}

/**
 * @param {number} id
 * @param {Distribution | null} target
 * @param {Distribution | null} draft
 * @param {Decision | null} one
 * @param {number} overlap
 * @param {number} formed 0 to 1: how far the residual has formed
 * @param {Recording} recording
 */
function bar(id, target, draft, one, overlap, formed, recording) {
  const [above, below] = [target, draft].map((distribution) =>
    distribution ? distribution.get(id) : NaN,
  );
  // Of two rounded shares, half a step each.
  const blur = one ? 0 : (recording.header.evidence?.step ?? 0) / (1 - overlap);
  const rest = blur > BLUR ? NaN : residual(above, below, overlap);
  const strips = [
    ...(target ? [{ value: above, tone: "verify", high: 5 }] : []),
    ...(draft ? [{ value: below, tone: "draft", high: 5 }] : []),
    ...(isNaN(rest) ? [] : [{ value: rest * formed, tone: "resampled", high: 3 }]),
  ];
  const texts = [
    target && shown(target, above, recording),
    draft && shown(draft, below, recording),
  ].filter(Boolean);
  const name = label(recording.tokens.get(id));
  return markup`
    <code class="${one ? `mine ${one.state}` : ""}"><bdi>${name}</bdi></code>
    <span class="strips" style="${drawn(strips)}"></span>
    <span class="number">${texts.join(" · ")}</span>`;
}

/**
 * Bars one beneath the other, drawn as one background: eight rows of boxes would each be laid out
 * in every picture.
 * @param {{ value: number, tone: string, high: number }[]} strips shares, and pixels
 */
function drawn(strips) {
  let top = 0;
  const layers = strips.map(({ value, tone, high }) => {
    const width = isNaN(value) ? 0 : Math.min(100, 100 * value);
    const layer = `linear-gradient(var(--${tone}) 0 0) 0 ${top}px/${width}% ${high}px no-repeat`;
    top += high + 1;
    return layer;
  });
  return `height:${top - 1}px;background:${layers.join()}`;
}

/** @param {Distribution} distribution @param {number} value @param {Recording} recording */
function shown(distribution, value, { header }) {
  if (!isNaN(value)) return listed(value, header.evidence);
  return isNaN(distribution.floor) ? "?" : `<${probability(distribution.floor)}`;
}
