// A file of the reader's own in the player of a run's page: what the page itself says of its run is
// then said of that file, or not at all.

import { shown } from "./numbers.js";

/** @param {Event} event the player's `opened` */
export async function tell(event) {
  const { target, detail: file } = /** @type {CustomEvent<string>} */ (event);
  const player = /** @type {any} */ (target);
  const address = new URL("../player/index.js", location.href).href;
  const { recordingInfo } = await import(address);
  const { header } = player.recording;
  const info = recordingInfo(player.recording);
  const title = String(header.title || file);
  document.title = title;
  write(".run-head h1", title);
  write(
    ".run-head .setup",
    `${file}, opened from your disk and sent nowhere: ${info.draft} drafts for ${info.target}, ` +
      `K ${info.k}, T ${info.temperature}, rule ${info.rule}, distribution ${info.law}`,
  );
  const numbers = document.querySelector("#numbers")?.parentElement;
  if (numbers) renew(numbers, info);
  // What else stands here is of the page's own run: its making, its file, its neighbours.
  for (const block of document.querySelectorAll(".block")) if (block !== numbers) block.remove();
}

/** @param {string} where @param {string} text */
function write(where, text) {
  const element = document.querySelector(where);
  if (element) element.textContent = text;
}

/**
 * @param {Element} numbers
 * @param {Record<string, any>} info
 */
function renew(numbers, info) {
  const note = numbers.querySelector(".note");
  if (note)
    note.textContent =
      `${info.rounds} rounds; ${info.drafted} tokens drafted, ${info.accepted} accepted. ` +
      "Each value is followed by its formula.";
  for (const row of /** @type {NodeListOf<HTMLElement>} */ (
    numbers.querySelectorAll("[data-number]")
  )) {
    const key = row.dataset.number ?? "";
    const value = key.split(".").reduce((part, name) => part?.[name], info);
    const cell = row.querySelector(".value");
    if (cell)
      cell.textContent = [value]
        .flat()
        .map((one) => worded(key, one))
        .join(" ");
    row.querySelector(".counted")?.remove();
  }
}

/**
 * The values of one number: of a list, or of each baseline that was recorded.
 * @param {any} value
 */
const each = (value) => (value && typeof value === "object" ? Object.values(value) : [value]);

/** @param {string} key @param {any} value */
function worded(key, value) {
  if (typeof value !== "number") return shown(null);
  if (key.endsWith("_s")) {
    if (value >= 1) return `${shown(value)} s`;
    return value >= 1e-3 ? `${shown(1e3 * value)} ms` : `${Math.round(1e6 * value)} µs`;
  }
  if (key === "tokens") return shown(value, "count");
  return shown(value, key.startsWith("speedup") ? "times" : "");
}
