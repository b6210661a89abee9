// Chooses what is compared: columns of the table, and who races. Nothing is ticked until a reader
// chooses; two runs of one prompt stand there first. The choice stands in the address:
// ?runs=one,other.

import { h } from "../../player/dom/dom.js";

const MOST = 4; // racers
const place = /** @type {HTMLElement} */ (document.querySelector(".racing"));
const boxes = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll(".picks input")]);
const rows = /** @type {HTMLTableRowElement[]} */ ([...document.querySelectorAll(".compare tr")]);
const pair = (place.dataset.pair ?? "").split(",");

/** The boxes of what is compared. */
function compared() {
  const ticked = boxes.filter((box) => box.checked);
  return ticked.length ? ticked : boxes.filter((box) => pair.includes(box.value));
}

/** A race of the chosen where all have one prompt. @param {HTMLInputElement[]} chosen */
function race(chosen) {
  const one = new Set(chosen.map((box) => box.dataset.prompt)).size === 1;
  const racers = one && chosen.length > 1 && chosen.length <= MOST ? chosen : [];
  const src = racers.map(({ value }) => `recordings/${encodeURIComponent(value)}.specrec.gz`);
  const names = racers.map((box) => (box.dataset.title ?? "").replaceAll(",", ""));
  const element = h("spec-race", { src: src.join(" "), names: names.join(", ") });
  place.replaceChildren(...(racers.length ? [element] : []));
  place.hidden = !racers.length;
  /** @type {HTMLElement} */ (document.querySelector(".apart")).hidden = one;
}

/** A bar for each number of a row, the longest being the largest. @param {HTMLElement[]} cells */
function bars(cells) {
  const most = Math.max(...cells.map((cell) => Math.abs(Number(cell.dataset.value ?? 0))));
  for (const cell of cells) {
    cell.querySelector("svg")?.remove();
    const value = Number(cell.dataset.value);
    if (!(most > 0) || Number.isNaN(value)) continue;
    const width = ((100 * Math.abs(value)) / most).toFixed(1);
    cell.append(
      h(
        "svg.bar",
        { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" },
        h("rect", { width, height: 1 }),
      ),
    );
  }
}

function show() {
  const chosen = compared();
  const shown = new Set(chosen.map((box) => box.value));
  for (const row of rows) {
    const cells = /** @type {HTMLElement[]} */ ([...row.querySelectorAll("[data-run]")]);
    for (const cell of cells) cell.hidden = !shown.has(cell.dataset.run ?? "");
    bars(cells.filter((cell) => !cell.hidden));
  }
  for (const name of document.querySelectorAll(".group-name"))
    name.setAttribute("colspan", String(shown.size + 1));
  race(chosen);
}

const asked = new URLSearchParams(location.search).get("runs")?.split(",") ?? [];
for (const box of boxes) box.checked = asked.includes(box.value);
const choose = /** @type {HTMLDetailsElement} */ (document.querySelector(".choose"));
choose.addEventListener("change", () => {
  const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
  const address = ticked.length ? `?runs=${ticked.join(",")}` : location.pathname;
  history.replaceState(null, "", address);
  show();
});
show();
