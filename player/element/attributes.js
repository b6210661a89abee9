// The element's settings: what each attribute does once a recording is shown.

/**
 * In the order in which they are applied.
 * @type {Record<string, (player: import("./spec-player.js").SpecPlayer, value: string) => void>}
 */
const SETTINGS = {
  clock: ({ acts }, value) => acts.clock(value),
  speed: ({ store }, value) => Number(value) > 0 && store.set({ speed: Number(value) }),
  view: ({ acts }, value) => acts.view(value),
  present: ({ store }, value) => store.set({ present: value !== "off" }),
  round: (player, value) => player.goToRound(Number(value)),
  at: (player, value) => player.seek({ start: "0%", end: "100%" }[value] ?? value),
};

export const ATTRIBUTES = Object.keys(SETTINGS);

/**
 * @param {import("./spec-player.js").SpecPlayer} player
 * @param {string[]} [names]
 */
export function applyAttributes(player, names = ATTRIBUTES) {
  for (const name of names) {
    const value = player.getAttribute(name);
    if (value !== null) SETTINGS[name]?.(player, value);
  }
}
