// The laboratory's page: the line above the stage, a worker, and the player that shows what the
// worker records while it is recorded. Nothing is loaded before the first run is asked for.

import { rate } from "../core/measures/numbers.js";
import { GrowingRecording } from "../live/growing.js";
import { playSlowly } from "../live/slowly.js";
import { byId, createAsk } from "./ask.js";

const [form, save, again, five] = ["ask", "save", "again", "five"].map(byId);
const fields = form.elements;
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);
const REPEATS = 5;
/**
 * Tokens a character from which a prompt is mostly pieces of words: English of its kind has 0.3.
 */
const PIECES = 0.55;

/** @type {Worker | null} */
let worker = null;
/** @type {GrowingRecording | null} the run that was asked for last */
let shown = null;
/** Runs still to make of those that were asked for together, and the speedups of those made. */
let left = 0;
/** @type {number[]} */
let speedups = [];

const ask = createAsk(
  () => begin(1),
  () => {
    left = 0;
    worker?.postMessage({ do: "stop" });
  },
);

/** @param {boolean} on */
function busy(on) {
  ask.busy(on);
  five.hidden = on;
  save.hidden = again.hidden = on || !shown?.whole;
}

/** @param {MessageEvent} message */
function hear({ data }) {
  if (data.state) ask.report(`${data.state} …`);
  if (data.bytes) shown?.append(data.bytes);
  if (data.error) ask.report(data.error, true);
  if (data.error) left = 0;
  if (data.done && left) run();
  else if (data.done || data.error) busy(false);
}

function ended() {
  const speedup = player.scene?.speedups.autoregressive; // its screen may be of an earlier picture
  if (speedup) speedups.push(speedup);
  if (left) return;
  const played = playSlowly(player) || "recorded in this page just now";
  const report = [spread(speedups), fewWords(player.recording), played].filter(Boolean);
  ask.report(report.join("; "));
}

/** @param {number} runs how many, each with a seed of its own if there are several */
function begin(runs) {
  left = runs;
  speedups = [];
  form.parentElement.scrollIntoView({ block: "start" });
  run();
}

/** Shows nothing of the run before, whatever becomes of this one. */
function run() {
  left--;
  if (fields.fresh.checked) fields.seed.value = String(Math.floor(Math.random() * 2 ** 32));
  if (!worker) {
    worker = new Worker(form.dataset.worker, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => {
      ask.report(event.message || "the worker could not be started", true);
      left = 0;
      busy(false);
    };
  }
  player.clear();
  shown = new GrowingRecording(player, ended);
  busy(true);
  worker.postMessage({
    do: "run",
    request: ask.values(),
    base: new URL(form.dataset.models, document.baseURI).href,
  });
}

/**
 * The middle one of some speedups and between which they lie; of one, itself.
 * @param {number[]} speedups each over the target alone in its own run
 */
function spread(speedups) {
  const sorted = [...speedups].sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) return "";
  if (sorted.length === 1) return `${rate(middle)} times the target alone, measured once`;
  const ends = `${rate(sorted[0])} to ${rate(sorted[sorted.length - 1])}`;
  return `${sorted.length} runs: ${rate(middle)} times the target alone (median; ${ends})`;
}

/**
 * A warning where a prompt is made of words, or of a language, that the pair has hardly seen.
 * @param {import("../core/recording/recording.js").Recording | null} recording
 */
function fewWords(recording) {
  const { text, ids } = recording?.header.prompt ?? {};
  if (!text || !ids || ids.length / text.length < PIECES) return "";
  return (
    `the pair hardly knows the words of this prompt (${ids.length} tokens for ${text.length} ` +
    "characters): expect nonsense"
  );
}

ask.report("the pair is loaded when you first press Run");
// Whoever writes a seed wants that one.
fields.seed.addEventListener("input", () => (fields.fresh.checked = false));
again.onclick = () => {
  fields.fresh.checked = false;
  form.requestSubmit();
};
five.onclick = () => {
  fields.fresh.checked = true;
  fields.baseline.checked = true;
  if (form.reportValidity()) begin(REPEATS);
};
for (const preset of document.querySelectorAll(".presets button"))
  preset.addEventListener("click", () => {
    const set = JSON.parse(/** @type {HTMLElement} */ (preset).dataset.set ?? "{}");
    for (const [name, value] of Object.entries(set)) fields[name].value = value;
    form.onchange();
    fields.rule.value = set.rule;
    form.requestSubmit();
  });
for (const presets of document.querySelectorAll(".presets"))
  /** @type {HTMLElement} */ (presets).hidden = false;
save.onclick = () => {
  if (!shown) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([shown.held.bytes]));
  link.download = "laboratory.specrec";
  link.click();
  URL.revokeObjectURL(link.href);
};
// No run stands under a prompt or a setting that is refused, and no refusal under another prompt.
form.addEventListener(
  "invalid",
  (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const name = field.labels?.[0]?.textContent?.trim() || "the prompt";
    player.clear();
    shown = null;
    busy(false);
    ask.report(`${name}: ${field.validationMessage}`, true);
  },
  true,
);
fields.prompt.addEventListener("input", () => ask.report(""));
form.hidden = false;
busy(false);
