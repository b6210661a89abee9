// Recordings of the reader's own, dropped onto the player.

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
