// The speaker's notes in a window of their own: the mark that was passed, its note, and where the
// run stands. Keys that are pressed there act on the player.

import { h } from "./dom.js";

const SIZE = "popup,width=520,height=420";

export class Notes {
  /** @type {Window | null} */
  window = null;

  /** @param {(event: KeyboardEvent) => void} press */
  constructor(press) {
    this.press = press;
  }

  /** Opens the window, or closes it. */
  toggle() {
    if (this.window && !this.window.closed) return this.window.close();
    this.window = open("", "", SIZE);
    if (!this.window) return;
    this.window.document.title = "Notes";
    Object.assign(this.window.document.body.style, { font: "24px/1.4 system-ui", margin: "24px" });
    this.window.addEventListener("keydown", this.press);
  }

  /**
   * @param {{ title: string, note: string } | null} mark
   * @param {string} place
   */
  show(mark, place) {
    if (!this.window || this.window.closed) return;
    const lines = [h("h1", mark?.title ?? "No mark yet"), h("p", mark?.note), h("p", place)];
    this.window.document.body.replaceChildren(...lines);
  }
}
