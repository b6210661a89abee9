// The element's settings: what each attribute does once a recording is shown, and the property that
// stands for each. Frameworks set what they find `in` an element as a property.

import { put } from "../../dom/dom.js";

/**
 * In the order in which they are applied.
 * @type {Record<string, (player: import("../spec-player.js").SpecPlayer, value: string) => void>}
 */
const SETTINGS = {
  clock: ({ acts }, value) => acts.clock(value),
  speed: ({ store }, value) => Number(value) > 0 && store.set({ speed: Number(value) }),
  view: ({ acts }, value) => acts.view(value),
  present: (player) => player.acts.present(isOn(player, "present")),
  round: (player, value) => player.goToRound(Number(value)),
  tree: ({ store }, value) => store.set({ only: value === "round" }),
  at: (player, value) => player.seek({ start: "0%", end: "100%" }[value] ?? value),
  "slow-motion": ({ acts }, value) => Number(value) > 0 && acts.slowMotion(Number(value)),
};

/**
 * Whether a flag is set. Frameworks that meet the element before its script write `false`.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function isOn(element, name) {
  const value = element.getAttribute(name);
  return value !== null && value !== "off" && value !== "false";
}

/** What an attribute that is taken away leaves. @type {Record<string, string>} */
const UNSET = { view: "all", present: "off", tree: "all" };
const ATTRIBUTES = Object.keys(SETTINGS);
const FLAGS = ["autoplay", "loop", "pause-on-marks", "present"];
/** Every attribute that is documented. */
export const DOCUMENTED = [
  ...new Set(["src", "theme", "header", "loading", "keys", "link", ...ATTRIBUTES, ...FLAGS]),
];

/**
 * @param {import("../spec-player.js").SpecPlayer} player
 * @param {string[]} [names]
 */
export function applyAttributes(player, names = ATTRIBUTES) {
  for (const name of names) {
    const value = player.getAttribute(name);
    const given = value || (value === "" && FLAGS.includes(name)) ? value : UNSET[name];
    if (given !== undefined) SETTINGS[name]?.(player, given);
  }
}

/** `pause-on-marks` is `pauseOnMarks`. @param {string} name */
const propertyOf = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/**
 * Gives a class a property for each attribute: whether it is there, or its text; null where it is
 * not.
 * @param {typeof HTMLElement} element
 */
export function reflect({ prototype }) {
  for (const name of DOCUMENTED) {
    const flag = FLAGS.includes(name);
    Object.defineProperty(prototype, propertyOf(name), {
      configurable: true,
      enumerable: true,
      /** @this {HTMLElement} */
      get() {
        return flag ? isOn(this, name) : this.getAttribute(name);
      },
      /** @this {HTMLElement} @param {unknown} value */
      set(value) {
        put(this, name, flag ? Boolean(value) : value);
      },
    });
  }
}

/**
 * Hands properties that were set before the class was known to their setters.
 * @param {HTMLElement} element
 */
export function upgrade(element) {
  const held = /** @type {Record<string, any>} */ (/** @type {unknown} */ (element));
  for (const name of DOCUMENTED.map(propertyOf).filter((one) => Object.hasOwn(element, one))) {
    const value = held[name];
    delete held[name];
    held[name] = value;
  }
}
