// Sorts and filters the gallery's cards. The choices stand in the address, so that a view can be
// linked to.

const form = /** @type {HTMLFormElement} */ (document.querySelector(".sieve"));
const list = /** @type {HTMLElement} */ (document.querySelector(".cards.all"));
const cards = /** @type {HTMLElement[]} */ ([...list.children]);
const selects = [...form.querySelectorAll("select")];
const filters = selects.filter((select) => select.name !== "sort");

for (const select of filters) {
  const values = [...new Set(cards.map((card) => card.dataset[select.name] ?? ""))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  select.append(...values.map((value) => new Option(value, value)));
  if (values.length < 2) /** @type {HTMLElement} */ (select.parentElement).hidden = true;
}

function arrange() {
  const key = selects[0].value;
  const of = (/** @type {HTMLElement} */ card) =>
    (key === "started"
      ? Date.parse(card.dataset.started ?? "")
      : Number.parseFloat(card.dataset[key] ?? "")) || 0;
  const order = [...cards].sort((a, b) => of(b) - of(a));
  for (const card of order)
    card.hidden = filters.some(
      (select) => select.value && card.dataset[select.name] !== select.value,
    );
  list.append(...order);
  const shown = cards.filter((card) => !card.hidden).length;
  /** @type {HTMLOutputElement} */ (form.querySelector("output")).value =
    `${shown} of ${cards.length} recordings`;
}

function remember() {
  const chosen = selects
    .filter((select) => select.value)
    .map((select) => [select.name, select.value]);
  history.replaceState(
    null,
    "",
    chosen.length ? `?${new URLSearchParams(chosen)}` : location.pathname,
  );
}

const asked = new URLSearchParams(location.search);
for (const select of selects) {
  const value = asked.get(select.name);
  if (value && [...select.options].some((option) => option.value === value)) select.value = value;
}
form.addEventListener("change", () => {
  arrange();
  remember();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
arrange();
const rest = /** @type {HTMLDetailsElement | null} */ (list.closest("details"));
if (rest && location.search) rest.open = true;
