// Brings a chapter's figures to life: controls, dragging, the experiment, and the choice of another
// recording.

import { h } from "../../player/dom/dom.js";
import { total } from "../../player/lab/distributions.js";
import { drawToken, throwCoin } from "./figures/distributions.js";
import { HEADROOM, placeOf, probAt } from "./figures/draw.js";
import { KINDS, outcomes } from "./figures/kinds.js";
import { inText, shown } from "./numbers.js";

/** @typedef {import("./figures/speed.js").FigureData} FigureData */
/** @typedef {"p" | "q"} Side */

const BATCH = 500; // tokens a frame draws
const HUNDRED = 100;
const SETS_PROBS = ["coin", "rules"];
const ENOUGH = 30_000; // tokens after which the experiment stops by itself
const RULES = {
  rule: "coin, then residual",
  always: "wrong: always accept",
  fresh: "wrong: coin, then p",
};

/**
 * What became of one drafted token, in a sentence or two.
 * @param {string[]} tokens
 * @param {Float64Array} p
 * @param {Float64Array} q
 * @param {ReturnType<typeof throwCoin>} thrown
 */
function throwWords(tokens, p, q, { drafted, keep, uniform, yes, token }) {
  const [a, b] = [p[drafted], q[drafted]].map((prob) => shown(prob));
  const verdict = yes
    ? "less, so it stays."
    : `not less, so it goes. From the residual comes ${tokens[token]}.`;
  return (
    `The draft wrote ${tokens[drafted]}: q ${b}, p ${a}. It may stay with ` +
    `min(1, ${a} / ${b}) = ${shown(keep)}. The coin: u = ${shown(uniform)}, ${verdict}`
  );
}

/** One figure of the page. */
class Figure {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.name = element.dataset.figure ?? "";
    this.kind = KINDS[this.name];
    this.stage = /** @type {HTMLElement} */ (element.querySelector(".still-figure"));
    this.controls = /** @type {HTMLElement} */ (element.querySelector(".controls"));
    element.querySelector(".readout")?.setAttribute("aria-live", "polite");
    /** @type {(() => void)[]} */
    this.updates = []; // of the sliders
    /** @type {FigureData[]} */
    this.others = [];
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.follow(JSON.parse(element.querySelector("script")?.textContent ?? "{}"));
  }

  /** Takes up another run: its numbers are where every control starts. @param {FigureData} run */
  follow(run) {
    this.run = run;
    this.running = false;
    this.updates = [];
    this.able = this.kind.needs(run);
    const controls = this.able ? this.kind.controls : [];
    /** @type {Record<string, any>} */
    this.at = Object.fromEntries(controls.map((control) => [control.key, control.start(run)]));
    if (run.distributions) {
      this.at.p = new Float64Array(run.distributions.p);
      this.at.q = new Float64Array(run.distributions.q);
      this.restart("rule");
    }
    this.controls.replaceChildren(...(this.able ? this.widgets(run) : []));
    this.controls.hidden = !this.controls.childElementCount;
    this.show();
  }

  /** The controls with the bounds that the run sets them. */
  ranges() {
    return this.kind.controls.map((one) => ({ ...one, ...one.within?.(this.run ?? {}) }));
  }

  /** @param {FigureData} run */
  widgets(run) {
    /** @type {HTMLElement[]} */
    const widgets = this.ranges()
      .filter(({ low, high }) => low < high)
      .map((control) =>
        this.slider(
          control,
          () => this.at[control.key],
          (value) => (this.at[control.key] = value),
        ),
      );
    if (SETS_PROBS.includes(this.name)) widgets.push(this.probSliders(run));
    if (this.name === "experiment") widgets.push(...this.experiment());
    if (this.name === "coin") widgets.unshift(...this.coins(run));
    if (!widgets.length) return [];
    const onclick = () => this.follow(run);
    return [...widgets, h("button", { onclick }, "Back to the recording")];
  }

  /**
   * A labelled slider with its value. Times are on a logarithmic scale.
   * @param {Omit<import("./figures/speed.js").Control, "key" | "start" | "within">} range
   * @param {() => number} read
   * @param {(value: number) => void} write
   */
  slider({ label, low, high, step, unit, log }, read, write) {
    const [to, from] = log ? [Math.log, Math.exp] : [Number, Number];
    const set = (/** @type {number} */ value) => {
      write(value);
      this.show();
    };
    const input = h("input", {
      type: "range",
      min: to(low),
      max: to(high),
      step: step < 1 ? "any" : step,
      oninput: () => set(from(input.valueAsNumber)),
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const sign = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
        if (!sign || step >= 1) return;
        event.preventDefault();
        const moved = log ? read() * 1.05 ** sign : read() + sign * step;
        set(Math.min(high, Math.max(low, moved)));
      },
    });
    const output = h("output");
    this.updates.push(() => {
      if (document.activeElement !== input || from(input.valueAsNumber) !== read())
        input.value = String(to(read()));
      output.textContent = shown(read(), step < 1 ? unit : "count");
      input.setAttribute("aria-valuetext", output.textContent);
    });
    return h("label.slider", h("span", label), input, output);
  }

  /** @param {FigureData} run */
  probSliders(run) {
    /** @type {(side: Side, token: string, index: number) => HTMLElement} */
    const one = (side, token, index) =>
      this.slider(
        { label: `${side}(${token})`, low: 0, high: 1, step: 0.01 },
        () => this.at[side][index],
        (value) => this.setProb(side, index, value),
      );
    return h(
      "details.prob-sliders",
      h("summary", "Set each probability"),
      ...outcomes(run).flatMap((token, index) => [one("q", token, index), one("p", token, index)]),
    );
  }

  /**
   * Gives one outcome a probability; the others keep their proportions.
   * @param {Side} side
   * @param {number} index
   * @param {number} value
   */
  setProb(side, index, value) {
    const probs = /** @type {Float64Array} */ (this.at[side]);
    [this.at.thrown, this.at.yes] = [0, 0];
    const rest = 1 - probs[index];
    this.at[side] = probs.map((one, x) => {
      if (x === index) return value;
      return (1 - value) * (rest > 0 ? one / rest : 1 / (probs.length - 1));
    });
  }

  /** @param {PointerEvent} event */
  drag(event) {
    const set = this.able && (this.name === "coin" ? this.column(event) : this.picked());
    if (!set) return;
    const move = (/** @type {PointerEvent} */ moved) => {
      set(this.placeOf(moved));
      this.show();
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.onpointermove = move;
    this.stage.onpointerup = this.stage.onpointercancel = () => (this.stage.onpointermove = null);
    move(event);
    event.preventDefault();
  }

  /** @param {PointerEvent} event */
  placeOf(event) {
    const chart = /** @type {SVGElement} */ (this.stage.querySelector("svg.chart"));
    return placeOf(chart, event);
  }

  /** What a drag of the column under a pointer sets. @param {PointerEvent} event */
  column(event) {
    const { p, q } = this.at;
    const high = Math.max(0.1, ...p, ...q) * HEADROOM;
    const { index, side } = probAt(this.placeOf(event), p.length, high);
    return (/** @type {{ x: number, y: number }} */ place) =>
      this.setProb(side, index, probAt(place, p.length, high).value);
  }

  /** What a drag across the picture sets: the control that its place stands for. */
  picked() {
    const { pick } = this;
    return (
      pick &&
      ((/** @type {{ x: number, y: number }} */ { x, y }) => {
        const [key, value] = pick(x, y);
        const { low, high, step } = this.ranges().filter((control) => control.key === key)[0];
        const whole = step >= 1 ? Math.round(value) : value;
        this.at[key] = Math.min(high, Math.max(low, whole));
      })
    );
  }

  experiment() {
    const select = h(
      "select",
      {
        onchange: () => {
          this.restart(select.value);
          this.show();
        },
      },
      ...Object.entries(RULES).map(([value, text]) => new Option(text, value)),
    );
    const onclick = () => this.toggle();
    return [h("label", "Rule ", select), h("button.go", { onclick }, "Draw")];
  }

  /** @param {string} rule */
  restart(rule) {
    this.at.rule = rule;
    this.at.counts = new Float64Array(this.at.p.length);
    [this.at.thrown, this.at.yes] = [0, 0];
  }

  /** Coins to throw, one by one or by the hundred, and what became of the last. */
  coins(/** @type {FigureData} */ run) {
    const words = h("p.throw", { "aria-live": "polite" });
    const again = (/** @type {number} */ times) => () => {
      const { p, q } = this.at;
      for (let count = 0; count < times; count++) {
        const last = throwCoin(p, q, Math.random);
        this.at.thrown++;
        this.at.yes += Number(last.yes);
        words.textContent = throwWords(outcomes(run), p, q, last);
      }
      this.show();
    };
    return [
      h("button", { onclick: again(1) }, "Draft one token, throw its coin"),
      h("button", { onclick: again(HUNDRED) }, "A hundred times"),
      words,
    ];
  }

  toggle() {
    this.running = !this.running;
    if (this.running && total(this.at.counts) >= ENOUGH) this.restart(this.at.rule);
    this.step();
  }

  step() {
    const { p, q, rule, counts } = this.at;
    const batch = this.running ? BATCH : 0;
    for (let count = 0; count < batch; count++) counts[drawToken(p, q, Math.random, rule)]++;
    this.running &&= total(counts) < ENOUGH;
    this.show();
    if (this.running) requestAnimationFrame(() => this.step());
  }

  show() {
    const go = this.controls.querySelector(".go");
    if (go) go.textContent = this.running ? "Stop" : "Draw";
    for (const update of this.updates) update();
    const missing = h("p.note", "This recording does not hold what the figure needs.");
    /** @type {import("./figures/speed.js").Drawn} */
    const { picture, numbers, pick } = this.able
      ? this.kind.draw(/** @type {FigureData} */ (this.run), this.at, this.others)
      : { picture: missing, numbers: {} };
    this.pick = pick;
    this.stage.replaceChildren(...(picture ? [picture] : []));
    /** @type {NodeListOf<HTMLElement>} */
    const rows = this.element.querySelectorAll(".readout > div");
    for (const row of rows) {
      const value = numbers[row.dataset.key ?? ""];
      const cell = /** @type {HTMLElement} */ (row.querySelector("dd"));
      cell.textContent = shown(value, row.dataset.unit);
      row.dataset.value = Number.isFinite(value) ? String(value) : "";
    }
  }
}

/** @type {NodeListOf<HTMLElement>} */
const places = document.querySelectorAll("[data-figure]");
const figures = [...places].map((element) => new Figure(element));

/** @param {FigureData} run */
function chooseRun(run) {
  for (const figure of figures) figure.follow(run);
  /** @type {NodeListOf<HTMLDataElement>} */
  const bound = document.querySelectorAll("data.bound");
  for (const data of bound) {
    const key = data.dataset.key ?? "";
    data.value = String(run[key] ?? "");
    data.textContent = inText(key, run[key]);
  }
  for (const player of document.querySelectorAll(".embed spec-player")) {
    player.removeAttribute("round");
    player.setAttribute("src", `../recordings/${encodeURIComponent(run.name)}.specrec.gz`);
  }
}

/** Offers the other recordings, once they are loaded. @param {HTMLElement} chooser */
async function offerRuns(chooser) {
  const link = /** @type {HTMLAnchorElement} */ (chooser.querySelector("a"));
  const { runs: address = "", run: own } = chooser.dataset;
  const select = h("select", { "aria-label": "Recording" }, new Option(link.textContent, own));
  link.textContent = "Open it";
  link.before(select);
  /** @type {FigureData[]} */
  const every = await (await fetch(address)).json();
  const asked = [own, ...(chooser.dataset.names ?? "").split(" ")];
  const some = every.filter(({ name }) => asked.includes(name));
  const runs = some.length > 1 ? some : every;
  const options = runs.map(({ title, k, temperature, rule, name }) => {
    const text = `${title} (K ${k}, T ${temperature}, ${rule})`;
    return new Option(text, name, name === own, name === own);
  });
  select.replaceChildren(...options);
  for (const figure of figures) {
    figure.others = every;
    figure.show();
  }
  select.addEventListener("change", () => {
    chooseRun(runs[select.selectedIndex]);
    link.href = `../runs/${encodeURIComponent(select.value)}.html`;
  });
}

const chooser = /** @type {HTMLElement | null} */ (document.querySelector(".chooser"));
if (chooser) offerRuns(chooser);
