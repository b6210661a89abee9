// The line above the stage, on the live page and in the laboratory: a prompt, Start, and the
// settings in a sheet, where only what goes together can be chosen.

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/**
 * Wires the form that `ask.html` made.
 * @param {(values: Record<string, any>) => void} start gets the fields by their names
 * @param {() => void} stop
 */
export function createAsk(start, stop) {
  const [form, sheet, said, begin, end] = ["ask", "sheet", "said", "start", "stop"].map(byId);
  const fields = form.elements;
  const rules = JSON.parse(form.dataset.rules);
  const drafts = JSON.parse(form.dataset.drafts);
  /** Leaves only what goes together. */
  function fit() {
    const chain = fields.tree.value === "chain";
    offer(fields.rule, rules[chain ? "chain" : fields.tree.value] ?? rules.trees);
    if (fields.draft) offer(fields.draft, drafts[fields.target.value]);
    fields.k.disabled = !chain; // a tree says itself how deep it is
    byId("summary").textContent = summary(fields);
  }
  byId("settings").onclick = () => sheet.showModal();
  byId("done").onclick = () => sheet.close();
  sheet.onclick = (/** @type {Event} */ { target }) => {
    if (target === sheet) sheet.close(); // no answer: false would undo a click on what is in it
  };
  end.onclick = stop;
  form.onchange = fit;
  form.onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    sheet.close();
    start(values(fields));
  };
  fields.prompt.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!begin.disabled) form.requestSubmit();
  };
  // What is refused must be seen.
  const reveal = (/** @type {Event} */ { target }) =>
    sheet.contains(target) && !sheet.open && sheet.showModal();
  form.addEventListener("invalid", reveal, true);
  fit();
  return {
    /** @param {boolean} on whether a run is in progress */
    busy(on) {
      begin.disabled = begin.hidden = on;
      end.hidden = !on;
    },
    /** The fields by their names. */
    values: () => values(fields),
    /** While nobody would hear. */
    disable: () => void (begin.disabled = true),
    /** @param {string} text @param {boolean} [wrong] */
    report(text, wrong = false) {
      said.textContent = text;
      said.classList.toggle("wrong", wrong);
    },
  };
}

/**
 * Leaves of a select's choices those that fit, and chooses the first where another was chosen.
 * @param {HTMLSelectElement} select
 * @param {string[] | undefined} fitting
 */
function offer(select, fitting) {
  if (!fitting) return;
  for (const option of select.options)
    option.hidden = option.disabled = !fitting.includes(option.value);
  if (select.selectedOptions[0]?.disabled) select.value = fitting[0];
}

/** @param {any} fields */
function summary({ draft, target, k, tree, temperature, rule }) {
  const pair = draft ? [`${draft.value} drafts for ${target.value}`] : [];
  const shape = tree.value === "chain" ? `K ${k.value}` : `tree ${tree.value}`;
  return [...pair, shape, `T ${temperature.value}`, `rule ${rule.value}`].join(" · ");
}

/**
 * What the fields hold, by their names; what is empty or switched off is left out.
 * @param {any} fields
 */
function values(fields) {
  const given = [...fields].filter(({ name, value, disabled }) => name && value && !disabled);
  return Object.fromEntries(
    given.map(({ name, type, value, checked, valueAsNumber }) => [
      name,
      { checkbox: checked, number: valueAsNumber }[/** @type {"number"} */ (type)] ?? value,
    ]),
  );
}
