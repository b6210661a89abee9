// The laboratory's page: a form, a worker, and the player that shows what the worker records while
// it is recorded. Nothing is loaded before the first run is asked for.

import { GrowingRecording } from "../live/growing.js";

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const form = find("lab");
const [start, stop, save, status] = ["start", "stop", "save", "said"].map((id) =>
  find(`lab-${id}`),
);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);

/** @type {Worker | null} */
let worker = null;
let shown = new GrowingRecording(player);

/** @param {string} text @param {boolean} [wrong] */
function report(text, wrong = false) {
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

/** @param {boolean} on */
function busy(on) {
  start.disabled = on;
  stop.disabled = !on;
  save.disabled = on || !shown.recording;
  form.toggleAttribute("data-busy", on);
}

/** The fields by their names. */
function request() {
  const fields = [...form.elements].filter(({ name }) => name);
  return Object.fromEntries(
    fields.map(({ name, type, value, checked, valueAsNumber }) => [
      name,
      { checkbox: checked, number: valueAsNumber }[/** @type {"number"} */ (type)] ?? value,
    ]),
  );
}

/** @param {MessageEvent} message */
function hear({ data }) {
  if (data.state) report(`${data.state} …`);
  if (data.bytes) shown.append(data.bytes);
  if (data.error) report(data.error, true);
  if (data.done) report("recorded; every number below was measured in this page just now");
  if (data.done || data.error) busy(false);
}

form.addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  if (!worker) {
    worker = new Worker(form.dataset.worker, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => report(event.message || "the worker could not be started", true);
  }
  shown = new GrowingRecording(player);
  busy(true);
  worker.postMessage({
    do: "run",
    request: request(),
    base: new URL(form.dataset.models, document.baseURI).href,
  });
});
stop.addEventListener("click", () => worker?.postMessage({ do: "stop" }));
save.addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([shown.held.bytes], { type: "application/octet-stream" }),
  );
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
