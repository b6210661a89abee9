// Keys, as asciinema has them where it has them. They act only while the player has the focus.

/**
 * Does what a key says; true when it meant something.
 * @param {KeyboardEvent} event
 * @param {import("./actions.js").Actions} act
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
    ...(origin.matches?.(".branches") && {
      ArrowUp: () => act.drafted(-1),
      ArrowDown: () => act.drafted(1),
    }),
    PageUp: () => act.click(-1),
    PageDown: () => act.click(1),
    ",": () => act.event(-1),
    ".": () => act.event(1),
    "<": () => act.speed(-1),
    ">": () => act.speed(1),
    "[": () => act.mark(-1),
    "]": () => act.mark(1),
    Home: () => act.share(0),
    End: () => act.share(1),
    l: act.span,
    t: act.onlyRound,
    p: act.present,
    v: () => act.scene(1),
    V: () => act.scene(-1),
    n: act.notes,
    c: act.copy,
    o: act.open,
    f: act.fullscreen,
    "?": act.help,
  })[event.key];
  if (event.key === "Escape" && act.presenting()) return done(act.present());
  if (!run) return false;
  return done(run());
}

/**
 * Whether what has the focus uses a key itself, as a slider does the arrows.
 * @param {KeyboardEvent} event
 */
export function keeps(event) {
  const origin = /** @type {HTMLElement} */ (event.composedPath()[0]);
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return false;
  if (event.key === " " || event.key === "Enter")
    return Boolean(origin.closest?.("button, a, summary, select, input, dialog"));
  if (event.key === "Escape") return Boolean(origin.closest?.("dialog"));
  return Boolean(origin.closest?.("select, input, dialog"));
}

/** @param {unknown} _ */
const done = (_) => true;
