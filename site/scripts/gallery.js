// Sorts and filters the table of all recordings. The choices stand in the address, so that a view
// can be linked to.

const form = /** @type {HTMLFormElement} */ (document.querySelector(".sieve"));
const list = /** @type {HTMLElement} */ (document.querySelector(".all tbody"));
const rows = /** @type {HTMLElement[]} */ ([...list.children]);
const selects = [...form.querySelectorAll("select")];
const filters = selects.filter((select) => select.name !== "sort");
const find = /** @type {HTMLInputElement} */ (form.querySelector("input"));
const words = new Map(rows.map((row) => [row, row.children[0].textContent?.toLowerCase() ?? ""]));

for (const select of filters) {
  const values = [...new Set(rows.map((row) => row.dataset[select.name] ?? ""))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  select.append(...values.map((value) => new Option(value, value)));
  if (values.length < 2) /** @type {HTMLElement} */ (select.parentElement).hidden = true;
}

function arrange() {
  const key = selects[0].value;
  const of = (/** @type {HTMLElement} */ row) =>
    (key === "started"
      ? Date.parse(row.dataset.started ?? "")
      : Number.parseFloat(row.dataset[key] ?? "")) || 0;
  const order = [...rows].sort((a, b) => of(b) - of(a));
  const wanted = find.value.trim().toLowerCase();
  for (const row of order)
    row.hidden =
      !words.get(row)?.includes(wanted) ||
      filters.some((select) => select.value && row.dataset[select.name] !== select.value);
  list.append(...order);
  const shown = rows.filter((row) => !row.hidden).length;
  /** @type {HTMLOutputElement} */ (form.querySelector("output")).value =
    `${shown} of ${rows.length} recordings`;
}

function remember() {
  const chosen = [find, ...selects]
    .filter((field) => field.value)
    .map((field) => [field.name, field.value]);
  history.replaceState(
    null,
    "",
    chosen.length ? `?${new URLSearchParams(chosen)}` : location.pathname,
  );
}

const asked = new URLSearchParams(location.search);
find.value = asked.get("find") ?? "";
for (const select of selects) {
  const value = asked.get(select.name);
  if (value && [...select.options].some((option) => option.value === value)) select.value = value;
}
form.addEventListener("input", () => {
  arrange();
  remember();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
arrange();
const rest = /** @type {HTMLDetailsElement | null} */ (list.closest("details"));
if (rest && location.search) rest.open = true;
