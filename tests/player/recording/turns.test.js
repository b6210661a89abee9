// Who draws while the reader drags: the scrubber always, the others as time allows, and everything
// in the end.
import assert from "node:assert/strict";
import test from "node:test";
import { createTurns } from "../../../player/element/turns.js";

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

test("all that must be in a picture are", () => {
  const { views, turns } = world([1, 50, 50]);
  turns(views, [], 0, NOTHING, {});
  assert.deepEqual(
    views.map((view) => view.drawn),
    [1, 1, 1],
  );
});

test("while dragging the first view draws in every frame and slow ones seldom, but they do", () => {
  const { clock, views, turns } = world([1, 2, 2, 40]);
  const [first, ...others] = views;
  turns(views, [], 0, NOTHING, {});
  let slow = 0;
  for (let frame = 0; frame < 400; frame++) {
    const start = clock.now;
    turns([first], others, 40, NOTHING, {});
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

/** A view that remembers what it drew. @param {() => void} [took] */
const view = (took) => {
  /** @type {number[]} */
  const drawn = [];
  return {
    drawn,
    element: /** @type {any} */ (null),
    update: (/** @type {{ time: number }} */ { time }) => {
      drawn.push(time);
      took?.();
    },
  };
};

test("brisk views are in every picture, slow ones take turns and catch up", () => {
  let clock = 0;
  const slow = () => void (clock += 5);
  const [text, ...others] = [view(), view(slow), view(slow), view(slow)];
  const turns = createTurns(() => clock);
  for (const time of [1, 2, 3, 4, 5, 6]) turns([text], others, 0, moment(time), {});
  assert.deepEqual(text.drawn, [1, 2, 3, 4, 5, 6]);
  for (const other of others) assert.equal(other.drawn.length, 2);
  // Nothing new comes: as many pictures as there are others, and all show the same moment.
  const behind = [1, 2].map(() => turns([text], others, 0, moment(6), {}));
  assert.deepEqual(behind, [true, false]);
  for (const one of [text, ...others]) assert.equal(one.drawn.at(-1), 6);
});

test("what there is time for is drawn at once", () => {
  const views = [view(), view(), view()];
  assert.equal(createTurns(() => 0)([], views, 40, moment(9), {}), false);
  for (const one of views) assert.deepEqual(one.drawn, [9]);
});
