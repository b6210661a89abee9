// <spec-player>: a recording under the thumb. Attributes are its settings; what stands inside it in
// the page stays visible until the recording is decoded. One store holds the state.

import { actions, openingClock } from "./actions.js";
import { applyAttributes, DOCUMENTED, isOn, reflect, upgrade } from "./page/attributes.js";
import { openingTime, ownMarks } from "../core/marks.js";
import {
  failure,
  fetchPieces,
  readRecording,
  RecordingError,
  sealProblem,
} from "../core/recording/recording.js";
import { createStore } from "../core/store.js";
import { outdated, Shell } from "../dom/shell.js";
import { acceptDrops } from "./page/files.js";
import { keeps, press } from "./keys.js";
import { claim, HERE, owns, readLink, release, showLink } from "./page/link.js";
import { nearView, seen, Sight, whenNear } from "./page/near.js";
import { Playback } from "./playback.js";
import { createScene, createScreen, START } from "./screen.js";
import { Stage } from "./stage.js";
import { spoken } from "../parts/spoken.js";
import { factsView } from "../views/facts.js";

const SETTLED = 250; // ms after which the seal is computed: it is not what the reader waits for
const LINK_DELAY = 300; // ms of rest before the address follows the playhead

/** @typedef {import("../core/recording/recording.js").Recording} Recording */
/** @typedef {import("./screen.js").State} State */

/** The element. player/README.md lists its attributes, properties and events. */
export class SpecPlayer extends Shell {
  static observedAttributes = DOCUMENTED;

  store = createStore(START, (state, before) => this.changed(state, before));
  /** @type {import("./screen.js").Scene | null} what is shown */
  scene = null;
  /** @type {import("./screen.js").Screen | null} the screen as it was drawn last */
  drawn = null;
  /** @type {import("./actions.js").Actions} */
  acts = actions(this);
  playback = new Playback();
  stage = new Stage((late) => this.schedule(late));
  /** Whether the reader has done anything: only then does the address follow the playhead. */
  touched = false;
  /** Counts what was asked for, so that what comes late is not shown. */
  asked = 0;
  /** @type {string | null} the `src` that is shown or on its way */
  source = null;
  sight = new Sight(this);
  pendingFrame = 0;
  /** Whether the next picture is only for what is out of sight. */
  late = false;
  /** @type {import("./growth.js").Growth | undefined} of a recording that grows */
  growth;
  createScene = createScene;
  openingClock = openingClock;
  /** @type {Record<string, Recording>} the one that later views are made of, by their part */
  loaded = {};
  lastRound = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  linkTimer;
  /** @type {AbortController | undefined} */
  listening;
  /** @type {IntersectionObserver | undefined} */
  nearing;
  resizes = new ResizeObserver(() => this.stage.fit(this, this.store.state.present));
  facts = factsView();
  /** @type {import("../dom/notes.js").Notes | undefined} */
  notes;

  constructor() {
    super();
    const { body, announced, probe } = this.stage;
    this.frame.hidden = true;
    this.frame.append(...this.facts.elements, body, announced, probe);
    acceptDrops(this, (files) => this.openFiles(files));
  }

  connectedCallback() {
    upgrade(this);
    this.toggleAttribute("ready", this.scene !== null); // a clone has the attribute alone
    claim(this, this.getAttribute("link"));
    if (!this.hasAttribute("tabindex")) this.tabIndex = 0;
    this.listening = new AbortController();
    const { signal } = this.listening;
    const refresh = () => this.stage.refresh();
    this.addEventListener("keydown", (event) => this.keydown(event), { signal });
    for (const kind of ["pointermove", "pointerdown"])
      this.addEventListener(kind, () => this.stage.wake(), { signal });
    addEventListener("hashchange", () => owns(this) && this.follow(readLink(location.hash)), {
      signal,
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh, { signal });
    // Paper has colours of its own, and waits for no further picture.
    const paper = () => [true, false].forEach((late) => this.draw(late));
    matchMedia("print").addEventListener("change", paper, { signal });
    for (const one of [this, this.stage.body]) this.resizes.observe(one);
    refresh();
    this.sight.resume();
    this.loadNearView();
  }

  /**
   * Fetches what `src` names when the player comes near what the reader sees; a link to it, or
   * `loading="eager"`, does not wait for that.
   */
  loadNearView() {
    this.nearing?.disconnect();
    const source = this.getAttribute("src");
    if (!this.isConnected || !source || source === this.source) return;
    const load = () => this.load(source);
    const linked = owns(this) && readLink(location.hash);
    if (this.getAttribute("loading") === "eager" || linked || nearView(this)) load();
    else this.nearing = whenNear(this, load);
  }

  /** Like a video: what is moved goes on, what is taken out stands still. */
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.store.set({ playing: false }));
    release(this);
    this.sight.pause();
    this.listening?.abort();
    this.resizes.disconnect();
    this.nearing?.disconnect();
  }

  /** @param {string} name @param {string | null} before @param {string | null} value */
  attributeChangedCallback(name, before, value) {
    if (before === value) return;
    if (name === "src") this.loadNearView();
    else if (this.scene) applyAttributes(this, [name]);
    this.stage.refresh();
  }

  /** Microseconds since the run's track began. */
  get currentTime() {
    return this.store.state.time - (this.scene?.track.start ?? 0);
  }
  set currentTime(value) {
    this.acts.seek(value + (this.scene?.track.start ?? 0));
  }
  get duration() {
    return this.scene ? this.scene.track.end - this.scene.track.start : NaN;
  }
  get paused() {
    return !this.store.state.playing;
  }
  get recording() {
    return this.scene?.recording ?? null;
  }
  /** What was drawn last, or will be drawn first. */
  get screen() {
    return this.drawn ?? (this.scene && createScreen(this.scene, this.store.state));
  }

  play() {
    this.sight.drop();
    if (this.paused) this.acts.toggle();
  }
  pause() {
    this.sight.drop();
    if (!this.paused) this.acts.toggle();
  }
  /**
   * Moves to a time in microseconds since the track began, or to a share: "40%".
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
    const turn = this.begin(source);
    try {
      const asked = fetchPieces(source);
      this.stage.makeViews(this.acts, this.facts.gain); // while the bytes are on their way
      await this.openPieces(await asked, turn);
    } catch (error) {
      if (turn !== this.asked) return;
      this.clear();
      this.fail(error, source);
    }
  }

  /** Shows nothing but what stands inside it in the page. */
  clear() {
    this.begin(null);
    this.store.set({ playing: false, live: "off" });
    this.scene = this.drawn = null;
    this.frame.hidden = this.status.hidden = true;
    this.toggleAttribute("ready", false);
  }

  /** What was asked for before is not shown any more. @param {string | null} source */
  begin(source) {
    this.nearing?.disconnect();
    this.source = source;
    return ++this.asked;
  }

  /** Shows a recording from its bytes. @param {ArrayBuffer | Uint8Array<ArrayBuffer>} data */
  async open(data) {
    await this.openPieces([new Uint8Array(data)], this.begin(this.getAttribute("src")));
  }

  /**
   * Shows a recording once its bytes have arrived.
   * @param {AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>} pieces
   * @param {number} turn
   */
  async openPieces(pieces, turn) {
    if (outdated) throw new RecordingError(outdated);
    const recording = await readRecording(pieces);
    if (turn !== this.asked) return;
    const scene = createScene(recording);
    const time = isOn(this, "autoplay")
      ? scene.track.start
      : openingTime(scene.track, ownMarks(recording));
    this.show(scene, { ...openingClock(scene), time });
    applyAttributes(this);
    if (owns(this)) this.follow(readLink(location.hash));
    this.stage.opening = true;
    this.drawn = null;
    this.emit("ready");
    if (turn === this.asked && isOn(this, "autoplay")) this.sight.play();
    await this.checkSeal(recording);
  }

  /**
   * @param {import("./screen.js").Scene} scene
   * @param {Partial<State>} state
   */
  show(scene, state) {
    this.stage.makeViews(this.acts, this.facts.gain);
    this.scene = scene;
    this.status.hidden = true;
    this.toggleAttribute("ready", true);
    this.facts.describe(scene.recording, this.getAttribute("header") === "none");
    this.warn(scene.recording, scene.recording.problem);
    this.store.set({ ...START, time: scene.track.end, ...state });
  }

  /** Shows a file of the reader's own; several race. @param {File[]} files */
  async openFiles(files) {
    await (await import("./later.js")).openFiles(this, files);
  }

  /**
   * Fetches what a reader asks for, and puts its views among the others; the race comes apart.
   * @param {string} [view] that is asked for
   * @returns {Promise<void>}
   */
  async loadLater(view) {
    const { recording } = this;
    const part = view === "race" ? "race" : "rest";
    if (!recording || this.loaded[part] === recording) return;
    const { viewsOf } = await (part === "race" ? import("../compare.js") : import("./later.js"));
    // One that grows has had other scenes since, and a reader may have opened another.
    if (this.recording !== recording) return this.loadLater(view);
    if (this.loaded[part] === recording) return;
    this.stage.add(part, viewsOf(recording, this.acts));
    this.loaded[part] = recording;
  }

  /** @param {Recording} recording */
  async checkSeal(recording) {
    // Once the page has shown what it has.
    await new Promise((resolve) => setTimeout(resolve, SETTLED));
    const seal = this.recording === recording ? await sealProblem(recording) : null;
    if (seal && this.recording === recording) this.warn(recording, seal);
  }

  /** @param {unknown} error @param {string} source */
  fail(error, source) {
    if (!this.scene) this.frame.hidden = true;
    this.refuse("recording", failure(error, source));
  }

  /** @param {Recording} recording @param {string | null} problem */
  warn(recording, problem) {
    this.facts.warn(recording, problem, this.store.state.live !== "off");
  }

  /** Goes where a link says. @param {import("./page/link.js").Link | null} link */
  follow(link) {
    if (!link || !this.scene) return;
    if (link.view) this.acts.view(link.view);
    if (link.only) this.store.set({ only: true });
    this.acts.toRound(link.round, link.token);
    const { start } = this.scene.track;
    if (link.time !== null)
      this.store.set({ time: Math.min(this.scene.track.end, start + link.time) });
    if (link.loop) this.store.set({ span: [start + link.loop[0], start + link.loop[1]] });
  }

  /** @param {State} state @param {State} before */
  changed(state, before) {
    if (state.playing !== before.playing) {
      if (state.playing && this.scene) this.playback.start(this.scene.map(state.clock), state.time);
      this.emit(state.playing ? "play" : "pause");
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
    if (!this.isConnected) return;
    this.growth?.catchUp();
    if (!this.scene) return;
    if (!this.paused && !seen(this)) this.sight.hold();
    const state = this.store.state;
    if (state.playing) {
      const over = this.playback.advance(this.scene.map(state.clock), now, state.speed);
      if (over && state.live !== "off") return this.acts.newest();
      const wishes = {
        pauseOnMarks: isOn(this, "pause-on-marks"),
        loop: isOn(this, "loop"),
      };
      this.store.set(this.playback.state(this.scene, state, wishes));
      if (over && this.paused) this.emit("ended");
      this.schedule();
    }
    this.draw(this.late);
  }

  /** @param {boolean} late only what is out of sight */
  draw(late) {
    this.late = false;
    if (!this.scene) return;
    const screen = createScreen(this.scene, this.store.state);
    this.drawn = screen;
    this.frame.hidden = false; // not before: a pointer at rest has the page measured at any time
    const { present } = screen.state;
    if (this.hasAttribute("presenting") !== present) {
      this.toggleAttribute("presenting", present);
      this.stage.fit(this, present);
    }
    this.stage.draw(screen, late);
    this.notes?.show(screen.own, spoken(screen));
    if (screen.round !== this.lastRound && screen.round >= 0)
      this.emit("roundchange", this.scene.track.rounds.index[screen.round]);
    this.lastRound = screen.round;
  }

  offerLink() {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => {
      const rests = this.scene && this.touched && this.paused;
      if (rests && owns(this)) showLink(this.acts.link());
    }, LINK_DELAY);
  }

  /** @param {KeyboardEvent} event */
  keydown(event) {
    if (!this.scene || this.getAttribute("keys") === "off" || event.defaultPrevented) return;
    if (!seen(this)) return;
    if (!/^(Page|Arrow| )/.test(event.key)) this.stage.wake(); // a clicker shows no controls
    const { time } = this.store.state;
    const used = press(event, this.acts);
    // A clicker at the run's end steps the deck around it.
    if (used && event.key.startsWith("Page") && this.store.state.time === time) return;
    if (used) event.preventDefault();
    if (used || keeps(event)) event.stopPropagation();
  }
}

reflect(SpecPlayer);
