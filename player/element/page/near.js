// When an element comes near what the reader sees, so that a page of many players loads only those
// that are looked at, and when one that was hidden is shown.

import { isOn } from "./attributes.js";

const NEAR = 1; // screens above and below what is seen
const LOOK = 200; // ms between two looks at what is hidden

/** Whether an element is less than NEAR screens away from what is seen. @param {Element} element */
export function nearView(element) {
  const { top, bottom, width } = element.getBoundingClientRect();
  return width > 0 && top < (1 + NEAR) * innerHeight && bottom > -NEAR * innerHeight;
}

/**
 * Calls `then` once, when the element comes near; the observer can be disconnected before.
 * @param {Element} element
 * @param {() => void} then
 */
export function whenNear(element, then) {
  const nearing = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      nearing.disconnect();
      then();
    },
    { rootMargin: `${100 * NEAR}% 0px` },
  );
  nearing.observe(element);
  return nearing;
}

/**
 * Whether the reader could see an element: it is in the page, and nothing hides it, as a slide deck
 * hides the slides that are not shown.
 * @param {Element} element
 */
export const seen = (element) =>
  element.isConnected &&
  element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

/**
 * Lets a player play only while the reader could see it. Nothing tells of a style that an element
 * around it gets: one that waits is looked at now and then.
 */
export class Sight {
  waits = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  looks;

  /** @param {import("../spec-player.js").SpecPlayer} player */
  constructor(player) {
    this.player = player;
  }

  /** Plays as soon as the player is seen. */
  play() {
    this.waits = true;
    this.resume();
  }

  /** The player plays, and was hidden: one that plays of itself goes on when it is shown again. */
  hold() {
    this.player.pause();
    if (isOn(this.player, "autoplay")) this.play();
  }

  /** Looks on, if it waits at all. */
  resume() {
    clearInterval(this.looks);
    const look = () => this.waits && seen(this.player) && this.player.play();
    look();
    if (this.waits && this.player.isConnected) this.looks = setInterval(look, LOOK);
  }

  /** While the player is nowhere. */
  pause() {
    clearInterval(this.looks);
  }

  drop() {
    this.waits = false;
    clearInterval(this.looks);
  }
}
