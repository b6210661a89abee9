// The link to what is on screen, copied.

const COPIED_FOR = 1500; // ms for which the button says so

/** @type {WeakSet<object>} the actions of players that say so */
const saying = new WeakSet();

/** Whether a player's button says that its link was copied. @param {object} acts */
export const copied = (acts) => saying.has(acts);

/** @param {import("../spec-player.js").SpecPlayer} player */
export async function copyLink(player) {
  const { acts } = player;
  const address = new URL(acts.link(), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    saying.add(acts);
  } catch {
    prompt("The link to this moment", address);
  }
  player.schedule();
  setTimeout(() => {
    saying.delete(acts);
    player.schedule();
  }, COPIED_FOR);
}
