// Who draws while the reader drags: the scrubber always, the others as time allows, and everything
// in the end.
import assert from "node:assert/strict";
import test from "node:test";
import { createTurns } from "../../player/element/turns.js";

/** @type {any} a screen that these views do not look at */
const NOTHING = {};

/** Views that each take a while, on a clock that they move. @param {number[]} costs */
function world(costs) {
  const clock = { now: 0 };
  const views = costs.map((cost) => ({
    drawn: 0,
    cost,
    element: /** @type {any} */ (null),
    update() {
      this.drawn++;
      clock.now += this.cost;
    },
  }));
  return { clock, views, turns: createTurns(() => clock.now) };
}

test("all draws every view", () => {
  const { views, turns } = world([1, 50, 50]);
  turns.all(views, NOTHING, {});
  assert.deepEqual(
    views.map((view) => view.drawn),
    [1, 1, 1],
  );
});

test("while dragging the first view draws in every frame and slow ones seldom, but they do", () => {
  const { clock, views, turns } = world([1, 2, 2, 40]);
  turns.all(views, NOTHING, {});
  let slow = 0;
  for (let frame = 0; frame < 400; frame++) {
    const start = clock.now;
    turns.some(views, NOTHING, {});
    if (clock.now - start > 16) slow++;
    clock.now = start + 16;
  }
  assert.equal(views[0].drawn, 401);
  assert.ok(views[1].drawn > 100 && views[2].drawn > 100);
  assert.ok(views[3].drawn >= 8);
  assert.ok(slow <= 20, `${slow} of 400 frames were slow`);
});
