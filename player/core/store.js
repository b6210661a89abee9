// The one place where the player's state lives. Views never keep any: the screen is one function of
// it.

/**
 * @template State
 * @param {State} initial
 * @param {(state: State, before: State) => void} changed called after every change
 */
export function createStore(initial, changed) {
  let state = initial;
  return {
    /** @returns {State} */
    get state() {
      return state;
    },
    /** @param {Partial<State>} patch */
    set(patch) {
      const before = state;
      const next = { ...state, ...patch };
      const keys = /** @type {(keyof State)[]} */ (Object.keys(patch));
      if (keys.every((key) => Object.is(before[key], next[key]))) return;
      state = next;
      changed(state, before);
    },
  };
}
