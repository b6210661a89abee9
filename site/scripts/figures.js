// Brings a chapter's figures to life: controls, dragging, the experiment, and the choice of another
// recording.

import { drawToken } from "./distributions.js";
import { HEADROOM, probAt } from "./draw.js";
import { KINDS, outcomes } from "./kinds.js";
import { inText, shown } from "./numbers.js";

/** @typedef {import("./speed.js").FigureData} FigureData */

const BATCH = 500; // tokens a frame draws
const ENOUGH = 30_000; // tokens after which the experiment stops by itself

/**
 * @param {string} name
 * @param {Record<string, any>} properties
 * @param {(Node | string)[]} children
 */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties))
    if (key in element || typeof value === "function") Object.assign(element, { [key]: value });
    else element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** One figure of the page. */
class Figure {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.name = element.dataset.figure ?? "";
    this.kind = KINDS[this.name];
    this.stage = /** @type {HTMLElement} */ (element.querySelector(".still-figure"));
    this.controls = h("div", { className: "controls" });
    element.querySelector(".stage")?.prepend(this.controls);
    element.querySelector(".readout")?.setAttribute("aria-live", "polite");
    /** @type {FigureData[]} */
    this.others = [];
    this.running = false;
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.follow(JSON.parse(element.querySelector("script")?.textContent ?? "{}"));
  }

  /** Takes up another run: its numbers are where every control starts. @param {FigureData} run */
  follow(run) {
    this.run = run;
    this.running = false;
    this.able = this.kind.needs(run);
    /** @type {Record<string, any>} */
    this.at = Object.fromEntries(
      this.able ? this.kind.controls.map((control) => [control.key, control.start(run)]) : [],
    );
    if (run.distributions)
      Object.assign(this.at, {
        p: run.distributions.p,
        q: run.distributions.q,
        counts: run.distributions.p.map(() => 0),
        rule: "rule",
      });
    this.controls.replaceChildren(...(this.able ? this.widgets() : []));
    this.show();
  }

  /** @returns {Node[]} */
  widgets() {
    const run = /** @type {FigureData} */ (this.run);
    const sliders = this.kind.controls
      .map((control) => ({ ...control, ...control.within?.(run) }))
      .filter(({ low, high }) => low < high)
      .map((control) =>
        this.slider(
          control.label,
          control,
          () => this.at[control.key],
          (value) => (this.at[control.key] = value),
        ),
      );
    if (this.name === "coin" || this.name === "rules") sliders.push(...this.probSliders());
    if (this.name === "experiment") sliders.push(...this.experiment());
    const back = h(
      "button",
      { type: "button", onclick: () => this.follow(run) },
      "Back to the recording",
    );
    return sliders.length ? [...sliders, back] : [];
  }

  /**
   * A labelled slider with its value. Times are on a logarithmic scale.
   * @param {string} label
   * @param {{ low: number, high: number, step: number, unit?: string, log?: boolean }} range
   * @param {() => number} read
   * @param {(value: number) => void} write
   */
  slider(label, { low, high, step, unit = "", log = false }, read, write) {
    const [to, from] = log ? [Math.log, Math.exp] : [Number, Number];
    const input = /** @type {HTMLInputElement} */ (
      h("input", {
        type: "range",
        min: String(to(low)),
        max: String(to(high)),
        step: step < 1 ? "any" : String(step),
        value: String(to(read())),
      })
    );
    const output = h("output", {});
    const update = () => {
      if (document.activeElement !== input || from(Number(input.value)) !== read())
        input.value = String(to(read()));
      output.textContent = shown(read(), step < 1 ? unit : "count");
      input.setAttribute("aria-valuetext", `${output.textContent}`);
    };
    input.addEventListener("keydown", (event) => {
      const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!sign || step >= 1) return;
      event.preventDefault();
      write(Math.min(high, Math.max(low, log ? read() * 1.05 ** sign : read() + sign * step)));
      this.show();
    });
    input.addEventListener("input", () => {
      write(from(Number(input.value)));
      this.show();
    });
    update();
    return h("label", { className: "slider", update }, h("span", {}, label), input, output);
  }

  probSliders() {
    const tokens = outcomes(/** @type {FigureData} */ (this.run));
    /** @type {(side: "p" | "q", index: number) => HTMLElement} */
    const one = (side, index) =>
      this.slider(
        `${side}(${tokens[index]})`,
        { low: 0, high: 1, step: 0.01 },
        () => this.at[side][index],
        (value) => this.setProb(side, index, value),
      );
    const group = h(
      "details",
      { className: "prob-sliders" },
      h("summary", {}, "Set each probability"),
      ...tokens.flatMap((_, index) => [one("q", index), one("p", index)]),
    );
    return [group];
  }

  /**
   * Gives one outcome a probability; the others keep their proportions.
   * @param {"p" | "q"} side
   * @param {number} index
   * @param {number} value
   */
  setProb(side, index, value) {
    const probs = this.at[side];
    const rest = 1 - probs[index];
    this.at[side] = probs.map((/** @type {number} */ one, /** @type {number} */ x) =>
      x === index
        ? value
        : rest > 0
          ? (one / rest) * (1 - value)
          : (1 - value) / (probs.length - 1),
    );
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const chart = /** @type {SVGElement | null} */ (this.stage.querySelector("svg.chart"));
    if (!chart || !this.able || (this.name !== "coin" && this.name !== "rules")) return;
    const high = Math.max(0.1, ...this.at.p, ...this.at.q) * HEADROOM;
    const { index, side } = probAt(chart, event, this.at.p.length, high);
    const move = (/** @type {PointerEvent} */ moved) => {
      const now = /** @type {SVGElement} */ (this.stage.querySelector("svg.chart"));
      this.setProb(
        /** @type {"p" | "q"} */ (side),
        index,
        probAt(now, moved, this.at.p.length, high).value,
      );
      this.show();
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    const stop = () => this.stage.removeEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", stop, { once: true });
    this.stage.addEventListener("pointercancel", stop, { once: true });
    move(event);
    event.preventDefault();
  }

  /** @returns {HTMLElement[]} */
  experiment() {
    const rules = {
      rule: "coin, then residual",
      always: "wrong: always accept",
      fresh: "wrong: coin, then p",
    };
    const choice = h(
      "select",
      { onchange: () => this.restart(/** @type {HTMLSelectElement} */ (choice).value) },
      ...Object.entries(rules).map(([value, text]) => new Option(text, value)),
    );
    const go = h(
      "button",
      { type: "button", className: "go", onclick: () => this.toggle() },
      "Draw",
    );
    return [h("label", {}, "Rule ", choice), go];
  }

  /** @param {string} rule */
  restart(rule) {
    this.at.rule = rule;
    this.at.counts = this.at.p.map(() => 0);
    this.show();
  }

  toggle() {
    this.running = !this.running;
    if (this.running && this.drawn >= ENOUGH) this.restart(this.at.rule);
    if (this.running) requestAnimationFrame(() => this.step());
    this.show();
  }

  get drawn() {
    return this.at.counts.reduce(
      (/** @type {number} */ total, /** @type {number} */ count) => total + count,
      0,
    );
  }

  step() {
    if (!this.running) return;
    for (let draw = 0; draw < BATCH; draw++)
      this.at.counts[drawToken(this.at.p, this.at.q, Math.random, this.at.rule)]++;
    this.running = this.drawn < ENOUGH;
    this.show();
    if (this.running) requestAnimationFrame(() => this.step());
  }

  show() {
    const go = this.controls.querySelector(".go");
    if (go) go.textContent = this.running ? "Stop" : "Draw";
    for (const label of this.controls.querySelectorAll("label.slider"))
      /** @type {any} */ (label).update();
    /** @type {Record<string, number | string | null>} */
    let numbers = {};
    if (this.able) {
      const drawn = this.kind.draw(/** @type {FigureData} */ (this.run), this.at, this.others);
      numbers = drawn.numbers;
      this.stage.replaceChildren(...(drawn.picture ? [drawn.picture] : []));
    } else
      this.stage.replaceChildren(
        h("p", { className: "note" }, "This recording does not hold what the figure needs."),
      );
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (
      this.element.querySelectorAll(".readout > div")
    )) {
      const value = this.able ? numbers[row.dataset.key ?? ""] : null;
      /** @type {HTMLElement} */ (row.querySelector("dd")).textContent = shown(
        value,
        row.dataset.unit ?? "",
      );
      row.dataset.value = typeof value === "number" ? String(value) : "";
    }
  }
}

const figures = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-figure]")]).map(
  (element) => new Figure(element),
);

/** @param {FigureData} run @param {FigureData[]} runs */
function chooseRun(run, runs) {
  for (const figure of figures) {
    figure.others = runs;
    figure.follow(run);
  }
  for (const data of /** @type {NodeListOf<HTMLDataElement>} */ (
    document.querySelectorAll("data.bound")
  )) {
    const value = run[data.dataset.key ?? ""];
    data.value = String(value ?? "");
    data.textContent = inText(data.dataset.key ?? "", value);
  }
  for (const player of document.querySelectorAll(".embed spec-player")) {
    player.removeAttribute("round");
    player.setAttribute("src", `../recordings/${encodeURIComponent(run.name)}.specrec.gz`);
  }
}

const chooser = /** @type {HTMLElement | null} */ (document.querySelector(".chooser"));
if (chooser) {
  const link = /** @type {HTMLAnchorElement} */ (chooser.querySelector("a"));
  const select = /** @type {HTMLSelectElement} */ (
    h(
      "select",
      { "aria-label": "Recording" },
      new Option(link.textContent ?? "", chooser.dataset.run, true, true),
    )
  );
  /** @type {FigureData[]} */
  let runs = [];
  const load = async () => {
    if (runs.length) return;
    runs = await (await fetch(chooser.dataset.runs ?? "")).json();
    const chosen = select.value;
    select.replaceChildren(
      ...runs.map(
        (one) =>
          new Option(`${one.title} (K ${one.k}, T ${one.temperature}, ${one.rule})`, one.name),
      ),
    );
    select.value = chosen;
    for (const figure of figures) {
      figure.others = runs;
      figure.show();
    }
  };
  select.addEventListener("change", () => {
    const run = runs.find((one) => one.name === select.value);
    if (!run) return;
    chooseRun(run, runs);
    link.href = `../runs/${encodeURIComponent(run.name)}.html`;
    link.textContent = "Open it";
  });
  link.textContent = "Open it";
  link.before(select);
  if (location.protocol === "file:") select.disabled = true;
  else load();
}
