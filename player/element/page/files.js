// A recording of the reader's own: dropped onto the player or opened from disk. Nothing leaves the
// page.

import { h } from "../../dom/dom.js";

const ACCEPT = ".specrec,.gz,application/gzip,application/octet-stream";

/**
 * Takes files that are dropped onto an element.
 * @param {HTMLElement} element
 * @param {(files: File[]) => void} take
 */
export function acceptDrops(element, take) {
  const carries = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  element.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    element.toggleAttribute("dropping", true);
  });
  element.addEventListener("dragleave", () => element.toggleAttribute("dropping", false));
  element.addEventListener("drop", (event) => {
    element.toggleAttribute("dropping", false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}

/** Lets the reader choose files. @param {(files: File[]) => void} take */
export function chooseFiles(take) {
  const input = /** @type {HTMLInputElement} */ (
    h("input", { type: "file", accept: ACCEPT, multiple: true })
  );
  input.addEventListener("change", () => take([...(input.files ?? [])]));
  input.click();
}
