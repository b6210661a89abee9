// @ts-check
// Keys, as asciinema has them where it has them. They act only while the player has the focus.

/** What the help lists. @type {[string, string][]} */
export const KEYS = [
  ["space", "play, pause"],
  ["← →", "a token back, on"],
  ["shift ← →, Page keys", "a round back, on"],
  [", .", "an event back, on"],
  ["< >", "slower, faster"],
  ["[ ]", "previous, next mark"],
  ["0 … 9", "to a tenth of the run"],
  ["Home End", "to the start, the end"],
  ["f", "full screen"],
  ["?", "this list"],
];

/**
 * Does what a key says; true when it meant something.
 * @param {KeyboardEvent} event @param {any} act
 */
export function press(event, act) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const origin = /** @type {HTMLElement} */ (event.composedPath()[0]);
  if (origin.closest?.("select, input, dialog") && event.key !== "?") return false;
  if (event.key === " " && origin.closest?.("button")) return false;
  if (/^[0-9]$/.test(event.key)) return done(act.share(Number(event.key) / 10));
  const run = /** @type {Record<string, () => void>} */ ({
    " ": act.toggle,
    ArrowLeft: () => (event.shiftKey ? act.round(-1) : act.token(-1)),
    ArrowRight: () => (event.shiftKey ? act.round(1) : act.token(1)),
    PageUp: () => act.round(-1),
    PageDown: () => act.round(1),
    ",": () => act.event(-1),
    ".": () => act.event(1),
    "<": () => act.speed(-1),
    ">": () => act.speed(1),
    "[": () => act.mark(-1),
    "]": () => act.mark(1),
    Home: () => act.share(0),
    End: () => act.share(1),
    f: act.fullscreen,
    "?": act.help,
  })[event.key];
  if (!run) return false;
  return done(run());
}

/** @param {unknown} _ */
const done = (_) => true;
