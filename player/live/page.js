// The live page: asks for runs, shows the newest one while it happens, and every earlier one of
// this session. The stage holds the run that was asked for last, or nothing.

import { h } from "../dom/dom.js";
import { byId, createAsk } from "../lab/ask.js";
import { connect, follow } from "./feed.js";
import { playSlowly } from "./slowly.js";

/** @typedef {{ name: string, state: string, note: string, prompt: string, saved: boolean }} Run */

const SHOWN = 24; // characters of a prompt, in the list of runs
const base = new URL(".", location.href);

/** @param {string} path */
const socketAddress = (path) => Object.assign(new URL(path, base), { protocol: "ws:" }).href;
const [runs, marking, chapter] = ["runs", "marking", "chapter"].map(byId);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);
const ask = createAsk(
  (request) => {
    empty("The run will be shown here.");
    ask.report("asking for the run …");
    control.send({ do: "start", request });
  },
  () => control.send({ do: "stop" }),
);

let shown = ""; // the run in the player
let newest = "";
let slowly = ""; // what is said of a run that is played again
/** @type {Run[]} */
let all = [];
let leave = () => {};

/** Shows no run, and says why. @param {string} why */
function empty(why) {
  leave();
  player.clear();
  byId("empty").textContent = why;
  shown = slowly = "";
  list();
}

/** What the server sends: an error, or the session's runs. @param {string} message */
function hear(message) {
  /** @type {{ error?: string, busy: boolean, runs: Run[] }} */
  const state = JSON.parse(message);
  if (state.error) {
    empty("Nothing was started.");
    return ask.report(state.error, true);
  }
  ask.busy(state.busy);
  marking.hidden = !state.busy;
  all = state.runs;
  const latest = all.at(-1);
  const showable =
    latest && latest.state !== "loading" && (latest.saved || latest.state !== "failed");
  if (showable && latest.name !== newest) {
    newest = latest.name;
    show(newest, (slow) => {
      slowly = slow;
      describe(all.at(-1));
    });
  }
  describe(latest);
  list();
}

/** @param {Run} [run] */
function describe(run) {
  if (!run) return ask.report("ready");
  const { name, state, note } = run;
  if (state === "failed") ask.report(`${name}: ${note}`, true);
  else if (state === "done") ask.report(`${note}, saved${slowly && `; ${slowly}`}`);
  else ask.report(state === "loading" ? `${name}: loading the models …` : `recording ${name}`);
}

/** The runs of this session, to choose one of. */
function list() {
  const options = all.map(({ name, state, prompt, saved }) =>
    h(
      "option",
      { value: name, disabled: !saved, title: name },
      `${prompt.trim().slice(0, SHOWN)} · ${state}`,
    ),
  );
  runs.replaceChildren(...options);
  runs.hidden = !all.length;
  runs.value = shown;
}

/**
 * @param {string} name
 * @param {(slowly: string) => void} [again] a run that comes now is played again where it was too
 *   quick; gets what is to be said of that
 */
function show(name, again) {
  leave();
  shown = name;
  slowly = "";
  list();
  const ended = () => again?.(playSlowly(player));
  leave = follow(player, socketAddress(`stream/${encodeURIComponent(name)}`), ended);
}

const control = connect(
  () => socketAddress("control"),
  hear,
  () => {
    ask.report("the recorder is not reachable; trying again …", true);
    ask.disable();
    marking.hidden = true;
    return true;
  },
);
runs.onchange = () => show(runs.value);
byId("mark").onclick = () => {
  control.send({ do: "mark", title: chapter.value || "mark" });
  chapter.value = "";
};
