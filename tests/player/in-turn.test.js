// Who draws in a picture of a run that is followed live: the brisk views in each, the others in
// turn, none left behind.
import assert from "node:assert/strict";
import test from "node:test";
import { createTurns } from "../../player/element/turns.js";

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
