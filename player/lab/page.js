// The laboratory's page: the line above the stage, a worker, and the player that shows what the
// worker records while it is recorded. Nothing is loaded before the first run is asked for.

import { GrowingRecording } from "../live/growing.js";
import { playSlowly } from "../live/slowly.js";
import { byId, createAsk } from "./ask.js";

const [form, save] = ["ask", "save"].map(byId);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);
const ask = createAsk(run, () => worker?.postMessage({ do: "stop" }));

/** @type {Worker | null} */
let worker = null;
/** @type {GrowingRecording | null} the run that was asked for last */
let shown = null;

/** @param {boolean} on */
function busy(on) {
  ask.busy(on);
  save.hidden = on || !shown?.whole;
}

/** @param {MessageEvent} message */
function hear({ data }) {
  if (data.state) ask.report(`${data.state} …`);
  if (data.bytes) shown?.append(data.bytes);
  if (data.error) ask.report(data.error, true);
  if (data.done || data.error) busy(false);
}

function ended() {
  ask.report(playSlowly(player) || "recorded in this page just now");
}

/** Shows nothing of the run before, whatever becomes of this one. @param {Record<string, any>} request */
function run(request) {
  if (!worker) {
    worker = new Worker(form.dataset.worker, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => {
      ask.report(event.message || "the worker could not be started", true);
      busy(false);
    };
  }
  player.clear();
  shown = new GrowingRecording(player, ended);
  busy(true);
  form.parentElement.scrollIntoView({ block: "start" });
  worker.postMessage({
    do: "run",
    request,
    base: new URL(form.dataset.models, document.baseURI).href,
  });
}

ask.report("the pair is loaded when you first press Run");
save.onclick = () => {
  if (!shown) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([shown.held.bytes]));
  link.download = "laboratory.specrec";
  link.click();
  URL.revokeObjectURL(link.href);
};
form.hidden = false;
busy(false);
