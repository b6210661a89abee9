// Who draws in a picture where there is no time for all: those that must be in it, and of the
// others as many as the picture has time for, those that have waited longest first. So it is while
// the reader drags, and for a run that is followed while it is recorded.

// Ms of a picture that views may take: the layout of what they write takes up to three times as
// long.
const PICTURE = 4;

/** @typedef {import("./screen.js").View} View */
/** @typedef {import("./screen.js").Screen} Screen */
/** @typedef {import("./screen.js").Palette} Palette */

/** @param {() => number} [now] milliseconds */
export function createTurns(now = () => performance.now()) {
  /** @type {Map<View, { cost: number, waited: number, time: number }>} */
  const turns = new Map();
  /** @param {View} view */
  const turnOf = (view) => {
    const turn = turns.get(view) ?? { cost: 0, waited: 0, time: NaN };
    turns.set(view, turn);
    return turn;
  };
  /**
   * Draws a picture; whether any view is still behind.
   * @param {View[]} must
   * @param {View[]} others
   * @param {number} patience pictures after which one that needs longer than a picture has comes
   *   alone
   * @param {Screen} screen
   * @param {Palette} colours
   */
  return (must, others, patience, screen, colours) => {
    const start = now();
    const draw = (/** @type {View} */ view) => {
      const [turn, begun] = [turnOf(view), now()];
      view.update(screen, colours);
      turn.cost = Math.max(now() - begun, turn.cost * 0.8);
      turn.waited = 0;
      turn.time = screen.time;
    };
    must.forEach(draw);
    let alone = true;
    const waited = (/** @type {View} */ view) => turnOf(view).waited;
    for (const view of others.toSorted((one, other) => waited(other) - waited(one))) {
      const turn = turnOf(view);
      const due = ++turn.waited > patience && alone;
      if (!due && now() - start + turn.cost >= PICTURE) continue;
      draw(view);
      alone = false;
    }
    return others.some((view) => turnOf(view).time !== screen.time);
  };
}
