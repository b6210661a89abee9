// A recording that still grows, as a player shows it: at its newest moment, until the reader goes
// elsewhere.

/** @typedef {import("../core/recording/recording.js").Recording} Recording */

export class Growth {
  /** Whether the recording has more than the scene has. */
  stale = false;

  /**
   * Shows the recording at its newest moment until the reader goes elsewhere.
   * @param {import("./spec-player.js").SpecPlayer} player
   * @param {Recording} recording
   */
  constructor(player, recording) {
    this.player = player;
    player.begin(player.getAttribute("src"));
    player.growth = this;
    player.show(player.createScene(recording, { growing: true }), { live: "following" });
    player.warn(recording, null);
    player.emit("ready");
  }

  /** The recording has grown; `ended` when it will not grow further. @param {boolean} ended */
  grown(ended) {
    const { scene, store } = this.player;
    if (store.state.live === "off" || !scene) return;
    this.stale = true;
    if (ended) this.end(scene.recording);
    this.player.schedule();
  }

  /** @param {Recording} recording */
  end(recording) {
    const { player } = this;
    const { live, playing, speed } = player.store.state;
    const scene = player.createScene(recording);
    player.scene = scene;
    this.stale = false;
    const clock = speed === 1 && !playing ? player.openingClock(scene) : {};
    player.store.set({ live: "off", ...clock });
    if (live === "following") player.store.set({ time: scene.track.end });
    player.warn(recording, recording.problem);
    player.checkSeal(recording);
  }

  /** Takes in what has come since the last picture: once a picture, however often it came. */
  catchUp() {
    const { player } = this;
    const { scene, store } = player;
    if (!this.stale || !scene) return;
    this.stale = false;
    player.scene = player.createScene(scene.recording, { growing: true, before: scene });
    if (store.state.live === "following") store.set({ time: player.scene.track.end });
  }
}
