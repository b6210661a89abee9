// The picture of the tree: no name over another, tokens where their outcome puts them, and motion
// without a leap.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import test from "node:test";
import { openRecording } from "../../player/core/recording/recording.js";
import { slowMotion } from "../../player/core/slow-motion.js";
import { treePicture } from "../../player/core/tree.js";
import { createScene, createScreen, START } from "../../player/element/screen.js";
import { random } from "./helpers/load.js";

const FOLDER = new URL("../../recordings/", import.meta.url);
const NAMES = (await readdir(FOLDER)).filter((name) => name.endsWith(".specrec"));
const PAPERS = [
  { width: 340, height: 200, em: 13, only: false },
  { width: 980, height: 160, em: 13, only: false },
  { width: 1240, height: 420, em: 13, only: false },
  { width: 1240, height: 480, em: 30, only: true },
];
const LEAP = 30; // pixels that a token may move in a 250th of a beat

/** @param {string} name */
const sceneOf = async (name) =>
  createScene(await openRecording(new Uint8Array(await readFile(new URL(name, FOLDER)))));

/** @param {import("../../player/element/screen.js").Scene} scene @param {number} seconds */
function screenAt(scene, seconds) {
  const time = scene.map("beat").toTime(seconds);
  return createScreen(scene, { ...START, clock: "beat", time });
}

for (const name of NAMES)
  test(`${name}: no name over another, and every token where it belongs`, async () => {
    const scene = await sceneOf(name);
    const next = random(3);
    let [named, tokens] = [0, 0];
    for (let count = 0; count < 20; count++) {
      const screen = screenAt(scene, next() * scene.map("beat").length);
      for (const paper of PAPERS) {
        const { names, knots, trunk } = treePicture(screen, paper);
        namesApart(names, paper);
        for (const knot of knots) {
          for (const value of [knot.x, knot.y, knot.radius, knot.from.x, knot.from.y])
            assert.ok(Number.isFinite(value));
          const kept = ["accepted", "resampled", "bonus"].includes(knot.one.state);
          if (!knot.current) assert.ok(kept ? knot.y === trunk.y : knot.y > trunk.y);
        }
        named += names.filter(({ one }) => one.at.round === screen.slow.row).length;
        tokens += screen.slow.tokens.length;
      }
    }
    assert.ok(named > tokens * 0.7, `${named} of ${tokens} tokens of a round under way are named`);
  });

/**
 * @param {import("../../player/core/tree.js").Name[]} names
 * @param {{ width: number, height: number, em: number }} paper
 */
function namesApart(names, { width, height, em }) {
  names.forEach((one, at) => {
    assert.ok(one.x - one.width / 2 >= 0 && one.x + one.width / 2 <= width);
    assert.ok(one.y - one.height / 2 >= 0 && one.y + one.height / 2 <= height);
    assert.ok(one.width >= [...one.text].length * em * 0.6);
    for (const other of names.slice(0, at)) {
      const across = (one.width + other.width) / 2 - Math.abs(one.x - other.x);
      const down = (one.height + other.height) / 2 - Math.abs(one.y - other.y);
      assert.ok(across <= 0 || down <= 0, `${one.text} stands over ${other.text}`);
    }
  });
}

for (const name of ["story.specrec", "tree-specinfer.specrec", "smollm2-tree-6.specrec"])
  test(`${name}: tokens move, and do not leap`, async () => {
    const scene = await sceneOf(name);
    let [moves, farthest] = [0, 0];
    /** @type {Map<string, { x: number, y: number }>} */
    let before = new Map();
    for (let seconds = 2; seconds < 12; seconds += 0.004) {
      const now = new Map();
      for (const { one, x, y } of treePicture(screenAt(scene, seconds), PAPERS[1]).knots) {
        const at = `${one.at.round}:${one.at.node}`;
        const was = before.get(at);
        if (was) farthest = Math.max(farthest, Math.abs(x - was.x), Math.abs(y - was.y));
        if (was && was.y !== y) moves++;
        now.set(at, { x, y });
      }
      before = now;
    }
    assert.ok(moves > 100);
    assert.ok(farthest <= LEAP, `a token moved ${farthest} pixels at once`);
  });

test("accepted tokens rise to the trunk in turn; without motion they are there", async () => {
  const scene = await sceneOf("story.specrec");
  const { recording, track, rule } = scene;
  const row = 20; // all four hold
  const { steps } = slowMotion(recording, track, row);
  const coins = steps.filter((step) => step.kind === "coin");
  assert.equal(coins.length, 4);
  const heights = (/** @type {number} */ time, still = false) => {
    const slow = slowMotion(recording, track, row, time, still);
    const { knots, trunk } = treePicture({ recording, track, slow, focus: null }, PAPERS[1]);
    const own = knots.filter(({ one, current }) => current && one.at.node >= 0);
    return own.map(({ y }) => (y - trunk.y) / (own[3].y - trunk.y));
  };
  assert.equal(rule, "standard");
  assert.deepEqual(heights(coins[0].from), [1, 1, 1, 1]);
  assert.deepEqual(heights(coins[0].to), [1, 1, 1, 1]);
  assert.deepEqual(heights(coins[1].to), [0, 1, 1, 1]);
  assert.deepEqual(heights(coins[2].to), [0, 0, 1, 1]);
  const half = heights((coins[1].from + coins[1].to) / 2);
  assert.ok(half[0] > 0.3 && half[0] < 0.7 && half[1] === 1);
  assert.deepEqual(heights((coins[1].from + coins[1].to) / 2, true), [1, 1, 1, 1]);
});
