// The live page: asks for runs, shows the newest one while it happens, and every earlier one of
// this session.

import { h } from "../dom/dom.js";
import { connect, follow } from "./feed.js";

/** @typedef {{ name: string, state: string, note: string, prompt: string, saved: boolean }} Run */

const base = new URL(".", location.href);

/** @param {string} path */
const socketAddress = (path) => Object.assign(new URL(path, base), { protocol: "ws:" }).href;
const [form, status, runs, start, stop, mark, chapter] = /** @type {any[]} */ (
  ["ask", "said", "runs", "start", "stop", "mark", "chapter"].map((id) =>
    document.getElementById(id),
  )
);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);

let shown = ""; // the run in the player
let newest = "";
let leave = () => {};

/** What the server sends: an error, or the session's runs. @param {string} message */
function hear(message) {
  /** @type {{ error?: string, busy: boolean, runs: Run[] }} */
  const state = JSON.parse(message);
  if (state.error) return report(state.error, true);
  start.disabled = state.busy;
  stop.disabled = mark.disabled = !state.busy;
  const latest = state.runs.at(-1);
  describe(latest);
  const showable =
    latest && latest.state !== "loading" && (latest.saved || latest.state !== "failed");
  if (showable && latest.name !== newest) {
    newest = latest.name;
    show(newest);
  }
  list(state.runs);
}

/** @param {Run} [run] */
function describe(run) {
  if (!run) return report("ready");
  const { name, state, note } = run;
  if (state === "failed") report(`${name}: ${note}`, true);
  else if (state === "done") report(`${name}: ${note}, saved`);
  else report(state === "loading" ? `${name}: loading the models …` : `recording ${name}`);
}

/** @param {string} text @param {boolean} [wrong] */
function report(text, wrong = false) {
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

/** The runs of this session, each a button. @param {Run[]} all */
function list(all) {
  const buttons = all.map(({ name, state, prompt, saved }) => {
    const onclick = () => {
      show(name);
      list(all);
    };
    return h(
      "button",
      {
        disabled: !saved,
        "aria-current": shown === name && "true",
        title: prompt,
        onclick,
      },
      `${name.replace(/\.specrec$/, "")} · ${state}`,
    );
  });
  runs.replaceChildren(...buttons);
}

/** @param {string} name */
function show(name) {
  leave();
  shown = name;
  leave = follow(player, socketAddress(`stream/${encodeURIComponent(name)}`));
}

const control = connect(
  () => socketAddress("control"),
  hear,
  () => {
    report("the recorder is not reachable; trying again …", true);
    start.disabled = stop.disabled = mark.disabled = true;
    return true;
  },
);
form.addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const request = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  control.send({ do: "start", request });
});
stop.addEventListener("click", () => control.send({ do: "stop" }));
mark.addEventListener("click", () => {
  control.send({ do: "mark", title: chapter.value || "mark" });
  chapter.value = "";
});
