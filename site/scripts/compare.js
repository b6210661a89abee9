// Chooses the columns of the comparison. The choice stands in the address: ?runs=one,other.

const picks = /** @type {HTMLElement} */ (document.querySelector(".picks"));
const boxes = /** @type {HTMLInputElement[]} */ ([...picks.querySelectorAll("input")]);
const cells = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".compare [data-run]")]);

function show() {
  const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const cell of cells) cell.hidden = !shown.has(cell.dataset.run ?? "");
  for (const name of document.querySelectorAll(".group-name"))
    name.setAttribute("colspan", String(shown.size + 1));
}

const asked = new URLSearchParams(location.search).get("runs")?.split(",");
if (asked) for (const box of boxes) box.checked = asked.includes(box.value);
picks.addEventListener("change", () => {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  history.replaceState(
    null,
    "",
    chosen.length === boxes.length ? location.pathname : `?runs=${chosen.join(",")}`,
  );
  show();
});
picks.hidden = false;
show();
