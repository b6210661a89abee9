// The live page: asks for runs, shows the newest one while it happens, and every earlier one of
// this session.

import { h } from "../dom/dom.js";
import { follow } from "./feed.js";

const FIRST_WAIT = 250; // ms until the first attempt to connect again; doubles up to LONGEST_WAIT
const LONGEST_WAIT = 4000;
const base = new URL(".", location.href);

/** @param {string} path */
const socketAddress = (path) => Object.assign(new URL(path, base), { protocol: "ws:" }).href;
const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const [form, said, runs, start, stop, mark, chapter] = [
  "ask",
  "said",
  "runs",
  "start",
  "stop",
  "mark",
  "chapter",
].map(find);
const player = /** @type {import("../define.js").SpecPlayer} */ (
  document.querySelector("spec-player")
);

/** @type {WebSocket | null} */
let control = null;
let wait = FIRST_WAIT;
/** @type {{ name: string, feed: ReturnType<typeof follow> } | null} what the player shows */
let shown = null;
/** @type {any} what the server told last */
let state = null;

function connect() {
  control = new WebSocket(socketAddress("control"));
  control.onmessage = ({ data }) => {
    wait = FIRST_WAIT;
    hear(JSON.parse(data));
  };
  control.onclose = () => {
    tell("the recorder is not reachable; trying again …", true);
    start.disabled = stop.disabled = mark.disabled = true;
    setTimeout(connect, wait);
    wait = Math.min(LONGEST_WAIT, 2 * wait);
  };
}

/** @param {any} told */
function hear(told) {
  if (told.error) return tell(told.error, true);
  state = told;
  const latest = told.runs[told.runs.length - 1];
  start.disabled = told.busy;
  stop.disabled = mark.disabled = !told.busy;
  describe(latest);
  if (latest && latest.state !== "loading" && isNew(latest)) show(latest.name);
  list();
}

/** Whether the newest run was not shown yet, though it can be. @param {any} run */
function isNew(run) {
  if (run.state === "failed" && !run.saved) return false;
  const known = newest === run.name;
  newest = run.name;
  return !known;
}
let newest = "";

/** @param {any} run */
function describe(run) {
  if (!run) return tell("ready", false);
  if (run.state === "failed") return tell(`${run.name}: ${run.note}`, true);
  const done = run.note === "complete" ? "complete" : run.note;
  tell(
    run.state === "done"
      ? `${run.name}: ${done}, saved`
      : run.state === "loading"
        ? `${run.name}: loading the models …`
        : `recording ${run.name}`,
    false,
  );
}

/** @param {string} text @param {boolean} wrong */
function tell(text, wrong) {
  said.textContent = text;
  said.classList.toggle("wrong", wrong);
}

/** The runs of this session, each a button. */
function list() {
  runs.replaceChildren(
    ...state.runs.map((/** @type {any} */ run) =>
      h(
        "button",
        {
          type: "button",
          disabled: !run.saved,
          "aria-current": shown?.name === run.name && "true",
          title: run.prompt,
          onclick: () => {
            show(run.name);
            list();
          },
        },
        `${run.name.replace(/\.specrec$/, "")} · ${run.state}`,
      ),
    ),
  );
}

/** @param {string} name */
function show(name) {
  shown?.feed.stop();
  shown = { name, feed: follow(player, socketAddress(`stream/${encodeURIComponent(name)}`)) };
}

form.addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const request = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
  control?.send(JSON.stringify({ do: "start", request }));
});
stop.addEventListener("click", () => control?.send(JSON.stringify({ do: "stop" })));
mark.addEventListener("click", () => {
  control?.send(JSON.stringify({ do: "mark", title: chapter.value || "mark" }));
  chapter.value = "";
});
connect();
