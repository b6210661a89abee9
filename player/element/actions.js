// What a reader can do, in one place: views and keys call these, these change the store.

import { CLOCKS, humaneSpeed, nextSpeed } from "../core/clock.js";
import { decision, decisions, referenceOf } from "../core/decision.js";
import { frame, neighbourTime } from "../core/frame.js";
import { Round } from "../core/round.js";
import { writeLink } from "./page/link.js";
import { same } from "./screen.js";

const LATER = ["race", "whatif", "metrics"]; // fetched when they are asked for
const SCENES = ["all", "round", "tree", "race", "metrics"]; // of a talk
const SHORT = 5; // seconds: a run under these is played a round at a time
const BEAT = 1 / 3; // rounds a second

/** @typedef {import("./screen.js").State} State */
/** @typedef {ReturnType<typeof actions>} Actions */

/**
 * The clock on which a run opens, and its speed.
 * @param {import("./screen.js").Scene} scene
 * @returns {Pick<State, "clock" | "speed">}
 */
export function openingClock(scene) {
  const { length } = scene.map("real");
  return length < SHORT
    ? { clock: "beat", speed: BEAT }
    : { clock: "real", speed: humaneSpeed(length) };
}

/** @param {import("./spec-player.js").SpecPlayer} player the element: its store, its scene */
export function actions(player) {
  const { store } = player;
  /** What is shown; buttons and keys act only while something is. */
  const scene = () => {
    if (!player.scene) throw new Error("no recording is shown");
    return player.scene;
  };
  /** @param {Partial<State>} patch */
  const go = (patch) => {
    player.touched = true;
    if (!player.scene) return;
    const { track } = player.scene;
    const time = Math.min(track.end, Math.max(track.start, patch.time ?? store.state.time));
    store.set({ playing: false, selected: null, hovered: null, ...behind(), ...patch, time });
  };
  /** Whoever goes elsewhere in a recording that grows no longer follows it. */
  const behind = () =>
    store.state.live === "following" ? { live: /** @type {const} */ ("behind") } : {};
  /** @type {Partial<State>} what was asked for last, of what may have to be fetched */
  const latest = {};
  /**
   * Changes the state once `part` is there, but for what was asked for otherwise meanwhile.
   * @param {Partial<State>} patch
   * @param {string | false} part what is fetched for it
   */
  const fetched = async (patch, part) => {
    Object.assign(latest, patch);
    if (part) await player.loadLater(part);
    const keys = /** @type {(keyof State)[]} */ (Object.keys(patch));
    const kept = keys.filter((key) => latest[key] === patch[key]);
    store.set(Object.fromEntries(kept.map((key) => [key, patch[key]])));
  };
  const act = {
    set: (/** @type {Partial<State>} */ patch) => store.set(patch),
    toggle() {
      if (!player.scene) return;
      const own = player.stage.later.find(
        ({ toggle, element }) => toggle && element.dataset.view === store.state.view,
      );
      if (own) return own.toggle?.(); // a race has a clock of its own
      const { playing, time } = store.state;
      const { start, end } = player.scene.track;
      go({ playing: !playing, time: !playing && time >= end ? start : time });
    },
    seek: (/** @type {number} */ time) => go({ time }),
    /** A seek of many: the pointer is held down and moves. @param {number} time */
    drag(time) {
      player.stage.drag();
      go({ time });
    },
    /** Back to the newest moment of a recording that grows, and on with it. */
    newest() {
      if (store.state.live === "off") return;
      store.set({
        live: "following",
        playing: false,
        selected: null,
        hovered: null,
        time: scene().track.end,
      });
    },
    share(/** @type {number} */ share) {
      if (share >= 1 && store.state.live !== "off") return act.newest();
      if (!player.scene) return;
      const map = player.scene.map(store.state.clock);
      go({ time: share >= 1 ? player.scene.track.end : map.toTime(share * map.length) });
    },
    event: (/** @type {1 | -1} */ direction) =>
      go({ time: neighbourTime(scene().track, store.state.time, direction, scene().rule) }),
    token(/** @type {1 | -1} */ direction) {
      const current = player.screen?.current ?? -1;
      act.choose(Math.min(scene().track.output.length - 1, Math.max(0, current + direction)));
    },
    /**
     * Steps through every token, those that were drafted and lost included.
     * @param {1 | -1} direction
     */
    drafted(direction) {
      const { recording, track } = scene();
      if (!player.screen) return;
      const { focus, round } = player.screen;
      const near = [-1, 0, 1].flatMap((offset) => decisions(recording, track, round + offset));
      const next = near[near.findIndex((one) => same(one.at, focus)) + direction];
      if (next) act.select(next.at);
    },
    round(/** @type {1 | -1} */ direction) {
      const { track } = scene();
      const round = player.screen?.round ?? -1;
      const ended = round >= 0 && store.state.time >= new Round(track, round).end;
      act.toRow(direction > 0 && round >= 0 && !ended ? round : round + direction);
    },
    /** @param {number} row */
    toRow(row) {
      const { track } = scene();
      if (row >= track.rounds.length) return go({ time: track.end });
      go({ time: row < 0 ? track.start : new Round(track, row).end });
    },
    /**
     * A round by its recorded index, and one of its tokens.
     * @param {number} index
     * @param {number | null} node
     */
    toRound(index, node) {
      const { track, recording } = scene();
      const { rounds } = track;
      const row = rounds.index.subarray(0, rounds.length).indexOf(index);
      if (row < 0) return;
      const at = { round: row, node: node ?? 0 };
      const touched = player.touched;
      go({
        time: new Round(track, row).end,
        selected: node !== null && decision(recording, track, at) ? at : null,
      });
      player.touched = touched;
    },
    /** Moves to the text's token number `index`. @param {number} index */
    choose(index) {
      const at = referenceOf(scene().track, index);
      if (at) go({ time: scene().track.output.time[index], selected: at });
    },
    /** Chooses any token, emitted or not. @param {import("../core/decision.js").Reference} at */
    select(at) {
      const found = decision(scene().recording, scene().track, at);
      if (found)
        go({
          time: Math.max(
            found.time,
            Math.min(store.state.time, new Round(scene().track, at.round).end),
          ),
          selected: at,
        });
    },
    /** Lights a token of the text, when it has come. @param {number | null} index */
    hover(index) {
      const came = index !== null && player.screen && index < player.screen.frame.tokens;
      act.light(came ? referenceOf(scene().track, index) : null);
    },
    light(/** @type {import("../core/decision.js").Reference | null} */ at) {
      const { hovered, playing } = store.state;
      if (!playing && !same(hovered, at)) store.set({ hovered: at });
    },
    clock(/** @type {string} */ name) {
      const clock = CLOCKS.find(([one]) => one === name)?.[0];
      if (!player.scene || !clock) return;
      const map = player.scene.map(clock);
      player.playback.start(map, store.state.time);
      store.set({ clock, speed: clock === "beat" ? BEAT : humaneSpeed(map.length) });
    },
    /**
     * The round under the playhead alone, from its begin, again and again.
     * @param {number} seconds that it takes
     */
    slowMotion(seconds) {
      const { track, recording } = scene();
      // A round's end may be the next one's begin.
      const row = Math.max(0, frame(recording, store.state.time - 0.5, track).round);
      const [from, to] = [row, row + 1].map((at) => track.rounds.time[at]);
      const span = /** @type {[number, number]} */ ([
        from,
        row + 1 < track.rounds.length ? to : track.end,
      ]);
      store.set({ clock: "beat", speed: 1 / seconds, span, time: from });
    },
    speed: (/** @type {1 | -1} */ direction) =>
      store.set({ speed: nextSpeed(store.state.speed, direction) }),
    /**
     * Steps the marks: the author's, and those found in the run.
     * @param {1 | -1} direction
     * @param {import("../core/marks.js").Mark[]} [marks]
     */
    mark(direction, marks = scene().marks) {
      const { time } = store.state;
      const next =
        direction > 0
          ? marks.find((mark) => mark.time > time)
          : marks.findLast((mark) => mark.time < time);
      if (next) go({ time: next.time });
    },
    /**
     * A clicker's step: the author's marks in a presentation that has some, else rounds.
     * @param {1 | -1} direction
     */
    click(direction) {
      const own = scene().marks.filter((mark) => mark.own);
      if (store.state.present && own.length) act.mark(direction, own);
      else act.round(direction);
    },
    /** Sets where a loop begins, then where it ends; a third time clears it. */
    span() {
      const { span, time } = store.state;
      if (!span) store.set({ span: [time, null] });
      else if (span[1] === null && time > span[0])
        store.set({ span: [span[0], time], time: span[0] });
      else store.set({ span: null });
    },
    /**
     * Shows one view alone, or all; what is not on the stage is fetched.
     * @param {string} view
     */
    view: (view) => fetched({ view, sheet: "" }, LATER.includes(view) && view),
    /** @param {string} tab of a screen with room for one part */
    tab: (tab) => fetched({ tab }, LATER.includes(tab) && tab),
    /** @param {State["sheet"]} sheet */
    sheet: (sheet) => fetched({ sheet }, "rest"),
    /** The next scene of a talk. @param {1 | -1} direction */
    scene(direction) {
      const at = SCENES.indexOf(store.state.view) + direction;
      return act.view(SCENES[(at + SCENES.length) % SCENES.length]);
    },
    /** The tree with this round only, as a picture for a slide; or all of it. */
    onlyRound: () => store.set({ only: !store.state.only }),
    toggleView: (/** @type {string} */ view) => act.view(store.state.view === view ? "all" : view),
    present: (present = !store.state.present) => fetched({ present, sheet: "" }, present && "rest"),
    presenting: () => store.state.present,
    notes: async () => (await import("./later.js")).toggleNotes(player),
    open: async () => (await import("./later.js")).chooseFiles(player),
    more: () => act.sheet("more"),
    help: () => act.sheet("help"),
    fullscreen: () =>
      (document.fullscreenElement
        ? document.exitFullscreen()
        : player.requestFullscreen?.()
      )?.catch(() => {}),
    /** The link to what is on screen. */
    link() {
      const { selected, view, time, span, only } = store.state;
      const { track } = scene();
      const round = Math.max(0, player.screen?.round ?? 0);
      const whole = track.rounds.length > 0 && time === new Round(track, round).end;
      return writeLink({
        round: track.rounds.index[round] ?? 0,
        token: selected ? selected.node : null,
        view: view === "all" ? null : view,
        time: whole ? null : time - track.start,
        only,
        loop: span && span[1] !== null ? [span[0] - track.start, span[1] - track.start] : null,
      });
    },
    /** Copies that link, and says so for a while. */
    copy: async () => (await import("./later.js")).copyLink(player),
  };
  return act;
}
