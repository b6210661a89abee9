// Shows in a player a recording whose bytes still come: from the moment on at which its first track
// has begun.

import { Growing } from "../core/recording/arriving.js";
import { parseRecording, RecordingError } from "../define.js";
import { Growth } from "../element/later.js";

export class GrowingRecording {
  /**
   * @param {import("../element/spec-player.js").SpecPlayer} player
   * @param {() => void} ended called once, when the recording is whole
   */
  constructor(player, ended) {
    this.player = player;
    this.ended = ended;
    this.held = new Growing();
    this.whole = false;
    /** @type {import("../core/recording/recording.js").Recording | null} */
    this.recording = null;
    /** @type {Growth | null} how the player shows it */
    this.growth = null;
  }

  /** @param {Uint8Array<ArrayBuffer>} part */
  append(part) {
    this.held.append(part);
    this.show(false);
  }

  /** Takes in what came; `last` when no more will. @param {boolean} last */
  show(last) {
    if (this.recording) this.recording.grow(this.held.bytes);
    else {
      this.recording = this.begun(last);
      if (this.recording) this.growth = new Growth(this.player, this.recording);
    }
    if (!this.recording || this.whole) return;
    this.whole = last || this.recording.decoder.end !== null;
    this.growth?.grown(this.whole);
    if (this.whole) this.ended();
  }

  /** @param {boolean} last */
  begun(last) {
    try {
      const recording = parseRecording(this.held.bytes);
      const { pieces, end } = recording.main;
      return recording.decoder.events && (last || (pieces.length && end > 0)) ? recording : null;
    } catch (error) {
      if (last || !(error instanceof RecordingError)) throw error;
      return null;
    }
  }
}
