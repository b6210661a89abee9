// <spec-player>: a recording under the thumb. Attributes are its settings; what stands inside it in
// the page stays visible until the recording is decoded, and again if that fails. The state is in
// one store; the screen follows it.

import { actions } from "./actions.js";
import { humaneSpeed } from "./core/clock.js";
import { markBetween } from "./core/marks.js";
import { fetchPieces, readRecording, RecordingError, sealProblem } from "./core/recording.js";
import { laneTime } from "./core/stats.js";
import { createStore } from "./core/store.js";
import { h, write } from "./dom.js";
import { acceptDrops } from "./files.js";
import { press } from "./keys.js";
import { claim, HERE, owns, readLink, release, showLink } from "./link.js";
import { nearView, whenNear } from "./near.js";
import { colourProbe, palette } from "./paint.js";
import { createScene, createScreen, shows, spoken } from "./screen.js";
import { addStyles } from "./styles.js";
import { createTurns } from "./turns.js";
import { controlsView } from "./views/controls.js";
import { factsView } from "./views/facts.js";
import { markView } from "./views/mark.js";
import { metricsView } from "./views/metrics.js";
import { roundView } from "./views/round.js";
import { textView } from "./views/text.js";
import { timelineView } from "./views/timeline.js";
import { treeView } from "./views/tree.js";

const SETTLED = 250; // ms after which the seal is computed: it is not what the reader waits for
const REST = 60; // ms without a move after which a drag rests
const LINK_DELAY = 300; // ms of rest before the address follows the playhead

/** @type {import("./screen.js").State} */
const START = {
  time: 0,
  selected: null,
  hovered: null,
  playing: false,
  speed: 1,
  clock: "real",
  view: "all",
  lost: false,
  help: false,
  live: "off",
  present: false,
  notes: false,
  span: null,
};

/**
 * The element. Events: `ready`, `play`, `pause`, `ended`, `roundchange` (detail: index), `error`
 * (detail: message).
 */
export class SpecPlayer extends HTMLElement {
  static observedAttributes = ["src", "round", "at", "speed", "clock", "view", "present"];

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    this.store = createStore(START, (state, before) => this.changed(state, before));
    /** @type {import("./screen.js").Scene | null} */
    this.scene = null;
    /** @type {any[]} */
    this.views = [];
    this.pendingFrame = this.loading = this.lastTick = this.seconds = 0;
    this.acts = actions(this);
    this.turns = createTurns();
    this.dragged = this.opening = this.late = false;
    /** @type {Set<Element>} panels that are scrolled out of sight */
    this.away = new Set();
    this.onhash = () => owns(this) && this.follow(readLink(location.hash));
    addStyles(root);
    this.probe = colourProbe();
    this.status = h("p", { class: "status", role: "status", hidden: true });
    this.live = h("p", { class: "live", "aria-live": "polite" });
    this.facts = factsView();
    this.body = h("div", { class: "body" });
    this.frame = h(
      "div",
      { class: "sp", hidden: true },
      ...this.facts.elements,
      this.body,
      this.live,
      this.probe,
    );
    root.append(h("div", { class: "sp-status" }, this.status), this.frame, h("slot"));
  }

  connectedCallback() {
    claim(this, this.getAttribute("link"));
    if (!this.hasAttribute("tabindex")) this.tabIndex = 0;
    const heard = { signal: (this.heard = new AbortController()).signal };
    this.addEventListener("keydown", this.keydown, heard);
    addEventListener("hashchange", this.onhash, heard);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.refresh, heard);
    matchMedia("print").addEventListener("change", this.onpaper, heard);
    this.resizes = new ResizeObserver(this.refresh);
    this.resizes.observe(this);
    if (this.src && !this.scene && !this.loading) this.loadNearView();
  }

  /**
   * Fetches when the player comes near what the reader sees; a link to it, or `loading="eager"`,
   * does not wait for that.
   */
  loadNearView() {
    this.nearing?.disconnect();
    const load = () => this.src && this.load(this.src);
    if (
      this.getAttribute("loading") === "eager" ||
      (owns(this) && readLink(location.hash)) ||
      nearView(this)
    )
      return void load();
    this.nearing = whenNear(this, load);
  }

  disconnectedCallback() {
    release(this);
    this.store.set({ playing: false });
    this.heard?.abort();
    this.resizes?.disconnect();
    this.nearing?.disconnect();
  }

  /** @param {string} name @param {string | null} before @param {string | null} value */
  attributeChangedCallback(name, before, value) {
    if (before === value) return;
    if (name === "src" && this.isConnected && value) this.loadNearView();
    else if (this.scene) this.applyAttributes([name]);
  }

  get src() {
    return this.getAttribute("src");
  }
  set src(value) {
    value === null ? this.removeAttribute("src") : this.setAttribute("src", value);
  }
  /** Microseconds since the run's lane began. */
  get currentTime() {
    return this.store.get().time - (this.scene?.lane.start ?? 0);
  }
  set currentTime(value) {
    this.acts.seek(value + (this.scene?.lane.start ?? 0));
  }
  get duration() {
    return this.scene ? this.scene.lane.end - this.scene.lane.start : NaN;
  }
  get paused() {
    return !this.store.get().playing;
  }
  get recording() {
    return this.scene?.recording ?? null;
  }

  play() {
    if (this.paused) this.acts.toggle();
  }
  pause() {
    if (!this.paused) this.acts.toggle();
  }
  /**
   * Moves to a time in microseconds since the lane began, or to a share: "40%".
   * @param {number | string} where
   */
  seek(where) {
    if (typeof where === "string" && where.endsWith("%")) this.acts.share(parseFloat(where) / 100);
    else this.currentTime = Number(where);
  }
  /**
   * Moves to the end of a round, by its recorded index; `token` chooses one of its drafted tokens.
   * @param {number} index
   * @param {number | null} [token]
   */
  goToRound(index, token = null) {
    this.follow({ ...HERE, round: index, token });
  }

  /** Fetches a recording. @param {string} source */
  async load(source) {
    const turn = ++this.loading;
    try {
      const asked = fetchPieces(source);
      this.makeViews(); // while the bytes are on their way
      await this.openPieces(await asked, turn);
    } catch (error) {
      if (turn === this.loading) this.fail(error, source);
    }
  }

  /** Shows a recording from its bytes. @param {ArrayBuffer | Uint8Array} data */
  async open(data) {
    await this.openPieces(
      [data instanceof Uint8Array ? data : new Uint8Array(data)],
      ++this.loading,
    );
  }

  /**
   * Shows a recording once its bytes have arrived.
   * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} pieces
   * @param {number} turn
   */
  async openPieces(pieces, turn) {
    const recording = await readRecording(pieces);
    if (turn !== this.loading) return;
    const scene = createScene(recording);
    this.show(scene, { speed: humaneSpeed(scene.map("real").length) });
    this.applyAttributes(["clock", "speed", "view", "present", "round", "at"]);
    if (owns(this)) this.follow(readLink(location.hash));
    this.opening = true;
    this.screen = createScreen(scene, this.store.get());
    this.dispatchEvent(new CustomEvent("ready"));
    if (this.hasAttribute("autoplay")) this.play();
    await this.checkSeal(recording);
  }

  /**
   * @param {import("./screen.js").Scene} scene
   * @param {Partial<import("./screen.js").State>} state
   */
  show(scene, state) {
    this.makeViews();
    this.scene = scene;
    this.status.hidden = true;
    this.frame.hidden = false;
    this.toggleAttribute("ready", true);
    this.facts.describe(scene.recording, this.getAttribute("header") === "none");
    this.warn(scene.recording, scene.recording.problem);
    this.store.set({ ...START, time: scene.lane.end, ...state });
  }

  /** Shows a file of the reader's own; several race. @param {File[]} files */
  async openFiles(files) {
    try {
      const data = await Promise.all(files.map((file) => file.arrayBuffer()));
      if (data.length === 1) return await this.open(data[0]);
      const { SpecRace } = await import("./compare.js");
      const race = new SpecRace();
      this.after(race);
      await race.open(
        data,
        files.map((file) => file.name),
      );
    } catch (error) {
      this.fail(error, files.map((file) => file.name).join(", "));
    }
  }

  /** Fetches what compares, and puts its views among the others. */
  async loadComparing() {
    const { scene } = this;
    if (!scene || this.comparing === scene.recording) return;
    const { raceView, runnersOf, whatifView } = await import("./compare.js");
    if (this.scene !== scene) return;
    for (const view of this.views.splice(this.core)) view.element.remove();
    const race = raceView(runnersOf(scene.recording));
    const whatif = whatifView(scene.recording);
    const views = [
      {
        element: race.element,
        update: (/** @type {any} */ { lane, time }) => race.show(laneTime(lane, time) / 1e6),
      },
      { element: whatif.element, update() {} },
    ];
    this.body.append(...views.map((view) => view.element));
    this.views.push(...views);
    this.comparing = scene.recording;
  }

  /** @param {import("./core/recording.js").Recording} recording */
  async checkSeal(recording) {
    // Once the page has shown what it has.
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    const seal = this.recording === recording ? await sealProblem(recording) : null;
    if (seal && this.recording === recording) this.warn(recording, seal);
  }

  /**
   * Shows a recording that still grows, at its newest moment until the reader goes elsewhere.
   * @param {import("./core/recording.js").Recording} recording
   */
  openGrowing(recording) {
    this.loading++;
    this.show(createScene(recording, { growing: true }), { live: "following" });
    this.warn(recording, null);
    this.dispatchEvent(new CustomEvent("ready"));
  }

  /** The recording has grown; `ended` when it will not grow further. @param {boolean} [ended] */
  grown(ended = false) {
    const { live, playing, speed } = this.store.get();
    if (live === "off" || !this.scene) return;
    this.stale = true;
    if (ended) {
      const { recording } = this.scene;
      this.scene = createScene(recording);
      this.stale = false;
      this.store.set({
        live: "off",
        speed: speed === 1 && !playing ? humaneSpeed(this.scene.map("real").length) : speed,
      });
      if (live === "following") this.store.set({ time: this.scene.lane.end });
      this.warn(recording, recording.problem);
      this.checkSeal(recording);
    }
    this.schedule();
  }

  /** Takes in what has come since the last picture: once a picture, however often it came. */
  catchUp() {
    if (!this.stale || !this.scene) return;
    this.stale = false;
    this.scene = createScene(this.scene.recording, { growing: true, before: this.scene });
    if (this.store.get().live === "following") this.store.set({ time: this.scene.lane.end });
  }

  /** @param {any} error @param {string} source */
  fail(error, source) {
    const message =
      error instanceof RecordingError
        ? error.message
        : `${source} could not be loaded (${error?.message ?? error})`;
    this.status.hidden = false;
    this.status.textContent = `This recording cannot be shown: ${message}`;
    if (!this.scene) this.frame.hidden = true;
    this.dispatchEvent(new CustomEvent("error", { detail: message }));
  }

  makeViews() {
    if (this.views.length) return;
    const [mark, text, round, timeline, controls, tree, metrics] = [
      markView,
      textView,
      roundView,
      timelineView,
      controlsView,
      treeView,
      metricsView,
    ].map((make) => make(this.acts));
    this.body.append(
      ...[mark, text, round, timeline, controls, tree, metrics].map((view) => view.element),
    );
    const sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries)
        this.away[isIntersecting ? "delete" : "add"](target);
      this.schedule();
    });
    for (const { element } of [text, round, tree, metrics]) sight.observe(element);
    acceptDrops(this, (files) => this.openFiles(files));
    this.core = 8; // views that are always there; those that compare come after
    // Canvases measure before the others write: one layout a change.
    this.views = [timeline, tree, controls, round, metrics, text, text.beneath, mark];
  }

  /** @param {import("./core/recording.js").Recording} recording @param {string | null} problem */
  warn(recording, problem) {
    this.facts.warn(recording, problem, this.store.get().live !== "off");
  }

  /** @param {string[]} names */
  applyAttributes(names) {
    for (const name of names) {
      const value = this.getAttribute(name);
      if (value === null) continue;
      if (name === "clock") this.acts.clock(value);
      if (name === "speed" && Number(value) > 0) this.store.set({ speed: Number(value) });
      if (name === "view") this.acts.view(value);
      if (name === "present") this.store.set({ present: value !== "off" });
      if (name === "round") this.follow({ ...HERE, round: Number(value) });
      if (name === "at")
        value === "end"
          ? this.acts.share(1)
          : value === "start"
            ? this.acts.share(0)
            : this.seek(value);
    }
  }

  /**
   * Goes where a link says.
   * @param {{ round: number, token: number | null, view: string | null } | null} link
   */
  follow(link) {
    if (!link || !this.scene) return;
    if (link.view) this.acts.view(link.view);
    this.acts.toRound(link.round, link.token);
    const { start } = this.scene.lane;
    if (link.time !== null)
      this.store.set({ time: Math.min(this.scene.lane.end, start + link.time) });
    if (link.loop) this.store.set({ span: [start + link.loop[0], start + link.loop[1]] });
  }

  /** @param {import("./screen.js").State} state @param {import("./screen.js").State} before */
  changed(state, before) {
    if (state.playing !== before.playing) {
      this.lastTick = 0;
      if (state.playing && this.scene)
        this.seconds = this.scene.map(state.clock).toSeconds(state.time);
      this.dispatchEvent(new CustomEvent(state.playing ? "play" : "pause"));
    }
    if (state.time !== before.time || state.selected !== before.selected) this.offerLink();
    this.schedule();
  }

  /** @param {boolean} [late] only for what is out of sight */
  schedule(late = false) {
    this.late = late;
    if (!this.pendingFrame && this.scene)
      this.pendingFrame = requestAnimationFrame((now) => this.tick(now));
  }

  /** @param {number} now */
  tick(now) {
    this.pendingFrame = 0;
    this.catchUp();
    if (!this.scene) return;
    const state = this.store.get();
    if (state.playing) {
      const map = this.scene.map(state.clock);
      this.seconds += this.lastTick ? (Math.min(100, now - this.lastTick) / 1000) * state.speed : 0;
      this.lastTick = now;
      const over = this.seconds >= map.length;
      if (over && state.live !== "off") return this.acts.newest();
      this.store.set(this.advance(map, state, over));
      if (over && !this.store.get().playing) this.dispatchEvent(new CustomEvent("ended"));
      this.schedule();
    }
    this.render();
  }

  /**
   * Where playing has come to: on, back to the loop's beginning, or to a stop at a mark or at the
   * end.
   * @param {import("./core/clock.js").TimeMap} map
   * @param {import("./screen.js").State} state
   * @param {boolean} over
   */
  advance(map, { time: before, span }, over) {
    const time = map.toTime(Math.min(this.seconds, map.length));
    if (span && span[1] !== null && time >= span[1]) return this.back(map, span[0]);
    const stop = this.hasAttribute("pause-on-marks")
      ? markBetween(this.scene?.marks ?? [], before, time)
      : null;
    if (stop) return { time: stop.time, playing: false };
    if (over && this.hasAttribute("loop")) return this.back(map, this.scene?.lane.start ?? 0);
    return { time, playing: !over };
  }

  /** @param {import("./core/clock.js").TimeMap} map @param {number} time */
  back(map, time) {
    this.seconds = map.toSeconds(time);
    return { time, playing: true };
  }

  render() {
    if (!this.scene) return;
    const screen = createScreen(this.scene, this.store.get());
    this.screen = screen;
    this.body.dataset.show = screen.state.view;
    this.toggleAttribute("presenting", screen.state.present);
    const ink = getComputedStyle(this.probe).color;
    if (ink !== this.ink) this.colours = palette(this.probe);
    this.ink = ink;
    // What there is to read and to take hold of is in the first picture, the rest and what is out
    // of sight in the next.
    const { opening, late } = this;
    this.opening = this.late = false;
    const views = this.views.filter((view) => shows(view, screen.state.view));
    for (const view of this.views)
      if (view.element.dataset.view) view.element.hidden = !views.includes(view);
    const shown = views.filter(
      (view) => late === (!view.brisk && (opening || this.away.has(view.element))),
    );
    const how = this.dragged ? "some" : screen.state.live === "following" ? "inTurn" : "all";
    const behind = this.turns[how](shown, screen, this.colours);
    if (this.dragged) this.rest();
    else if (opening || behind) this.schedule();
    else if (!late && shown.length < views.length) this.schedule(true);
    else if (how === "all" && !screen.state.playing && !screen.state.hovered)
      write(this.live, spoken(screen));
    if (screen.round !== this.lastRound && screen.round >= 0)
      this.dispatchEvent(
        new CustomEvent("roundchange", { detail: this.scene.lane.rounds.index[screen.round] }),
      );
    this.lastRound = screen.round;
  }

  /**
   * The reader drags: a frame draws as much as it has time for, and all of it once the pointer
   * rests.
   */
  drag() {
    this.dragged = true;
  }

  rest() {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.dragged = false;
      this.schedule();
    }, REST);
  }

  offerLink() {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(
      () => owns(this) && this.touched && !this.store.get().playing && showLink(this.acts.link()),
      LINK_DELAY,
    );
  }

  refresh = () => {
    this.ink = "";
    this.schedule();
  };

  /** Paper has colours of its own, and waits for no further picture. */
  onpaper = () => {
    for (this.late of [true, false]) this.render();
  };

  /** @param {KeyboardEvent} event */
  keydown = (event) => {
    if (!this.scene || this.getAttribute("keys") === "off" || event.defaultPrevented) return;
    if (press(event, this.acts)) event.preventDefault();
  };
}
