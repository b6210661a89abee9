// The laboratory's page: a form, a worker, and the player that shows what the worker records while
// it is recorded. Nothing is loaded before the first run is asked for.

import { parseRecording, RecordingError } from "../define.js";

/** The fields that hold numbers, and what a run calls them. */
const NUMBERS = {
  k: "k",
  temperature: "temperature",
  top_k: "topK",
  top_p: "topP",
  max_tokens: "maxTokens",
  seed: "seed",
  trip: "trip",
};
const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const [form, start, stop, save, said] = [
  "lab",
  "lab-start",
  "lab-stop",
  "lab-save",
  "lab-said",
].map(find);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);

/** @type {Worker | null} */
let worker = null;
let bytes = new Uint8Array(0);
/** @type {import("../core/recording/recording.js").Recording | null} */
let recording = null;
/** @type {Uint8Array<ArrayBuffer> | null} */
let whole = null;

/** @param {string} text @param {boolean} [wrong] */
function tell(text, wrong = false) {
  said.textContent = text;
  said.classList.toggle("wrong", wrong);
}

/** @param {boolean} on */
function busy(on) {
  start.disabled = on;
  stop.disabled = !on;
  save.disabled = on || !whole;
  form.toggleAttribute("data-busy", on);
}

/** @returns {Record<string, any>} */
function request() {
  const asked = {
    prompt: form.prompt.value,
    rule: form.rule.value,
    tree: form.tree.value,
    baseline: form.baseline.checked,
  };
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([field, name]) => [name, Number(form[field].value)]),
  );
  if (asked.tree !== "chain") numbers.k = asked.tree.split("x").length;
  return { ...asked, ...numbers };
}

/** Shows what has come so far. @param {Uint8Array<ArrayBuffer>} part */
function take(part) {
  const longer = new Uint8Array(bytes.length + part.length);
  longer.set(bytes);
  longer.set(part, bytes.length);
  bytes = longer;
  if (recording) {
    recording.grow(bytes);
    player.grown(false);
    return;
  }
  try {
    const begun = parseRecording(bytes);
    if (!begun.main.pieces.length || begun.main.end <= 0) return;
    recording = begun;
    player.openGrowing(begun);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
  }
}

/** @param {MessageEvent} message */
function hear({ data }) {
  if (data.state) tell(`${data.state} …`);
  if (data.bytes) take(data.bytes);
  if (data.error) {
    tell(data.error, true);
    busy(false);
  }
  if (!data.done) return;
  whole = data.done;
  bytes = data.done;
  recording?.grow(bytes);
  player.grown(true);
  tell("recorded; every number below was measured in this page just now");
  busy(false);
  player.dispatchEvent(new CustomEvent("recorded"));
}

form.addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  if (!worker) {
    worker = new Worker(form.dataset.worker, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => tell(event.message || "the worker could not be started", true);
  }
  [bytes, recording, whole] = [new Uint8Array(0), null, null];
  busy(true);
  worker.postMessage({
    do: "run",
    request: request(),
    base: new URL(form.dataset.models, document.baseURI).href,
  });
});
stop.addEventListener("click", () => worker?.postMessage({ do: "stop" }));
save.addEventListener("click", () => {
  if (!whole) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([whole], { type: "application/octet-stream" }));
  link.download = "laboratory.specrec";
  link.click();
  URL.revokeObjectURL(link.href);
});

/** Which trees a rule can judge. */
function offerTrees() {
  const branches = form.dataset.treeRules.split(" ").includes(form.rule.value);
  for (const option of form.tree.options) option.disabled = option.value !== "chain" && !branches;
  if (form.tree.selectedOptions[0].disabled) form.tree.value = "chain";
  form.k.disabled = form.tree.value !== "chain";
}
form.addEventListener("change", offerTrees);
offerTrees();
form.hidden = false;
busy(false);
