// Who draws in a frame while the reader drags: the scrubber always, the others as far as the frame
// has time for them, those that have waited longest first. When the drag rests or ends, everything
// is drawn. The same for a run that is followed while it is recorded: text and clock in every
// picture, the others in turn.

// Ms of a frame that views may take: the layout of what they write takes up to three times as long.
const FRAME = 4;
// A view that needs longer than a frame has comes alone, once in so many frames.
const PATIENCE = 40;

/** @typedef {import("./screen.js").View} View */
/** @typedef {import("./screen.js").Screen} Screen */
/** @typedef {import("./screen.js").Palette} Palette */
/** @typedef {{ cost: number, waited: number, screen: Screen | null }} Turn */

/** @param {() => number} [now] milliseconds */
export function createTurns(now = () => performance.now()) {
  /** @type {Map<View, Turn>} */
  const turns = new Map();
  /** @param {View} view */
  const turnOf = (view) => {
    const turn = turns.get(view) ?? { cost: 0, waited: 0, screen: null };
    turns.set(view, turn);
    return turn;
  };
  /** @param {View} view @param {Screen} screen @param {Palette} colours */
  const draw = (view, screen, colours) => {
    const turn = turnOf(view);
    const start = now();
    view.update(screen, colours);
    turn.cost = Math.max(now() - start, turn.cost * 0.8);
    turn.waited = 0;
    turn.screen = screen;
  };
  return {
    /** Draws every view. @param {View[]} views @param {Screen} screen @param {Palette} colours */
    all(views, screen, colours) {
      for (const view of views) draw(view, screen, colours);
    },
    /**
     * Draws the brisk views and one of the others; whether any is still behind.
     * @param {View[]} views
     * @param {Screen} screen
     * @param {Palette} colours
     */
    inTurn(views, screen, colours) {
      const others = views.filter((view) => !view.brisk);
      for (const view of views) if (view.brisk) draw(view, screen, colours);
      for (const view of others) turnOf(view).waited++;
      others.sort((one, other) => turnOf(other).waited - turnOf(one).waited);
      if (others.length) draw(others[0], screen, colours);
      return others.some((view) => turnOf(view).screen?.time !== screen.time);
    },
    /**
     * Draws the first view and whichever others fit.
     * @param {View[]} views
     * @param {Screen} screen
     * @param {Palette} colours
     */
    some([first, ...others], screen, colours) {
      const start = now();
      draw(first, screen, colours);
      const waiting = others.map((view) => ({ view, turn: turnOf(view) }));
      waiting.sort((one, other) => other.turn.waited - one.turn.waited);
      let alone = true;
      for (const { view, turn } of waiting) {
        const due = ++turn.waited > PATIENCE && alone;
        if (!due && now() - start + turn.cost >= FRAME) continue;
        draw(view, screen, colours);
        alone = false;
      }
    },
  };
}
