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

/** All that turns look at. @param {number} time @returns {any} */
const moment = (time) => ({ time });

/** A view that remembers what it drew. @param {boolean} [brisk] */
const view = (brisk) => {
  /** @type {number[]} */
  const drawn = [];
  return {
    brisk,
    drawn,
    element: /** @type {any} */ (null),
    update: (/** @type {{ time: number }} */ { time }) => void drawn.push(time),
  };
};

test("brisk views are in every picture, the others take turns and catch up", () => {
  const [text, tree, round, numbers] = [view(true), view(), view(), view()];
  const turns = createTurns(() => 0);
  const views = [tree, text, round, numbers];
  for (const time of [1, 2, 3, 4, 5, 6]) turns.inTurn(views, moment(time), {});
  assert.deepEqual(text.drawn, [1, 2, 3, 4, 5, 6]);
  for (const other of [tree, round, numbers]) assert.equal(other.drawn.length, 2);
  // Nothing new comes: as many pictures as there are others, and all show the same moment.
  const behind = [turns.inTurn(views, moment(6), {}), turns.inTurn(views, moment(6), {})];
  assert.equal(behind[1], false);
  for (const one of views) assert.equal(one.drawn.at(-1), 6);
});

test("when it is over every view is drawn", () => {
  const views = [view(), view(true), view()];
  createTurns(() => 0).all(views, moment(9), {});
  for (const one of views) assert.deepEqual(one.drawn, [9]);
});
