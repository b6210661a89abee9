// Slow motion: every round of every shipped recording ends in what was recorded, nothing is told
// before the microsecond that it is stamped with, and a picture depends on its time alone.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import test from "node:test";
import { timeMap } from "../../player/core/clock.js";
import { decisions } from "../../player/core/decision.js";
import { neighbourTime } from "../../player/core/frame.js";
import { paceUpTo, roundsUpTo } from "../../player/core/measures/history.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { Round } from "../../player/core/round.js";
import { slowMotion, stepsOf } from "../../player/core/slow-motion.js";
import { treePicture } from "../../player/core/tree.js";
import { createScene, createScreen, START } from "../../player/element/screen.js";
import { random } from "./helpers/load.js";

const FOLDER = new URL("../../recordings/", import.meta.url);
const NAMES = (await readdir(FOLDER)).filter((name) => name.endsWith(".specrec"));
const RULES = ["standard", "match", "block", "gumbel", "specinfer", "rrs", "drawn"];

/** @typedef {import("../../player/core/slow-motion.js").Step} Step */

const PAPER = { width: 900, height: 200, em: 13, only: false };

/** @param {string} name */
const opened = async (name) => openRecording(new Uint8Array(await readFile(new URL(name, FOLDER))));

/** @param {unknown} value a picture's state as text: NaN told from null */
const text = (value) =>
  JSON.stringify(value, (_, one) => (Number.isNaN(one) ? "NaN" : one === Infinity ? "all" : one));

/** Times at which the steps of a round are told. @param {Step[]} steps */
const timesIn = (steps) => steps.flatMap(({ from, to }) => [from, (from + to) / 2, to]);

test("every rule is among the shipped recordings, chains and trees", async () => {
  const seen = new Set();
  for (const name of NAMES) {
    const { header } = await opened(name);
    seen.add(header.rule).add(header.tree === "chain" ? "chain" : "tree");
  }
  for (const wanted of [...RULES, "chain", "tree"]) assert.ok(seen.has(wanted), wanted);
});

for (const name of NAMES)
  test(`${name}: rounds are told as they were recorded, and nothing too early`, async () => {
    const recording = await opened(name);
    const { main, header } = recording;
    for (let row = 0; row < main.rounds.length; row++) {
      const round = new Round(main, row);
      const steps = stepsOf(main, row, header.rule);
      const end = slowMotion(recording, main, row, round.end);
      assert.equal(end.step, null);
      assert.deepEqual(
        end.tokens.map(({ one }) => text(one)),
        decisions(recording, main, row).map(text),
      );
      const came = end.tokens.find(({ one }) => one.at.node < 0)?.one.state;
      const forms =
        came === "resampled" && !["match", "gumbel", "drawn", "own"].includes(header.rule);
      assert.equal(steps.filter((step) => step.kind === "residual").length, Number(forms));
      let before = round.start;
      for (const { since, from, to } of steps) {
        assert.ok(before <= from && since <= from && from <= to && to <= round.end);
        before = to;
      }
      for (const time of timesIn(steps)) notTooEarly(recording, row, time);
    }
  });

/**
 * @param {import("../../player/core/recording/recording.js").Recording} recording
 * @param {number} row
 * @param {number} time
 */
function notTooEarly(recording, row, time) {
  const { main } = recording;
  const { tokens, draw, bars } = slowMotion(recording, main, row, time);
  const [round, now] = [new Round(main, row), Math.ceil(time)];
  const judged = round.list("verdict", now).length > 0;
  for (const { one, coin, trial } of tokens) {
    assert.ok(one.time <= now);
    assert.ok(one.at.node < 0 || main.drafts.time[round.draft(one.at.node)] <= now);
    if (one.at.node < 0) assert.ok(draw > 0 && round.list("emit", now).length);
    else if (!judged) assert.equal(one.state, "pending");
    if (one.state === "pending" && !coin) assert.ok(isNaN(one.uniform) && isNaN(one.accept));
    if (!bars && one.at.node >= 0) assert.ok(isNaN(one.targetProb) && !trial);
  }
}

test("coins fall one after another, and what follows the first failure is not tested", async () => {
  const recording = await opened("story.specrec");
  const { main, header } = recording;
  const row = Array.from({ length: main.rounds.length }, (_, at) => at).find((at) => {
    const round = new Round(main, at);
    return round.path.length === 1 && round.rejected === 1 && round.nodes.length === 4;
  });
  assert.ok(row !== undefined);
  const steps = stepsOf(main, row, header.rule);
  const kinds = steps.map((step) => step.kind);
  const drafts = ["draft", "draft", "draft", "draft"];
  const verdicts = ["coin", "coin", "residual", "draw", "join"];
  assert.deepEqual(kinds, [...drafts, "verify", "bars", ...verdicts]);
  const states = steps.map(({ to }) =>
    slowMotion(recording, main, row, to)
      .tokens.map(({ one }) => one.state[0])
      .join(""),
  );
  const waiting = ["p", "pp", "ppp", "pppp", "pppp", "pppp"];
  assert.deepEqual(states, [...waiting, "appp", "aruu", "aruu", "aruur", "aruur"]);
  const [verify] = steps.filter((step) => step.kind === "verify");
  const half = slowMotion(recording, main, row, (verify.since + verify.to) / 2);
  assert.ok(Math.abs(half.sweep - 0.5) < 1e-9 && half.bars === 0);
});

test("a prefix of block verification is known once every coin has fallen", async () => {
  const recording = await opened("rule-block.specrec");
  const { main } = recording;
  const steps = stepsOf(main, 10, "block");
  const settle = steps.findIndex((step) => step.kind === "settle");
  const states = (/** @type {number} */ time) =>
    slowMotion(recording, main, 10, time)
      .tokens.map(({ one }) => one.state[0])
      .join("");
  assert.equal(states(steps[settle - 1].to), "pppppp");
  assert.equal(states(steps[settle].to), "arrrrr");
});

test("whoever wants no motion sees whole steps", async () => {
  const recording = await opened("story.specrec");
  const { main, header } = recording;
  for (const { from, to } of stepsOf(main, 3, header.rule)) {
    const still = slowMotion(recording, main, 3, (from + to) / 2, true);
    for (const share of [still.bars, still.residual, still.draw, still.joined, still.sweep])
      assert.ok(share === 0 || share === 1);
    for (const { shown, coin } of still.tokens)
      assert.ok(shown === 1 && (coin === 0 || coin === 1));
  }
});

test("a beat gives each step its time, and stepping goes through all of them", async () => {
  const recording = await opened("tree-rrs.specrec");
  const { main, header } = recording;
  const map = timeMap(main, "beat", header.rule);
  for (let row = 0; row < main.rounds.length; row++) {
    const steps = stepsOf(main, row, header.rule);
    steps.forEach(({ to }, at) => {
      assert.equal(map.toTime(map.toSeconds(to)), to);
      if (at) assert.ok(map.toSeconds(to) - map.toSeconds(steps[at - 1].to) > 0.005);
      if (at) assert.equal(neighbourTime(main, steps[at - 1].to, 1, header.rule), to);
      if (at) assert.equal(neighbourTime(main, to, -1, header.rule), steps[at - 1].to);
    });
  }
});

test("a picture at 1,000 times is the one that playing there reaches, on and back", async () => {
  for (const name of ["story.specrec", "tree-specinfer.specrec", "network-match-30.specrec"]) {
    const [jumping, playing] = [createScene(await opened(name)), createScene(await opened(name))];
    const next = random(11);
    const map = jumping.map("beat");
    const seconds = Array.from({ length: 1000 }, () => next() * map.length);
    const picture = (/** @type {import("../../player/element/screen.js").Scene} */ scene) => {
      return (/** @type {number} */ at) => {
        const time = scene.map("beat").toTime(at);
        const screen = createScreen(scene, { ...START, clock: "beat", time });
        const { frame, slow, focus, round, current, track } = screen;
        const paces = [paceUpTo(track, time), roundsUpTo(track, time, 100)];
        return text([frame, slow, focus, round, current, treePicture(screen, PAPER), paces]);
      };
    };
    const jumped = new Map(seconds.map((at) => [at, picture(jumping)(at)]));
    seconds.sort((one, other) => one - other);
    for (const at of seconds) assert.equal(picture(playing)(at), jumped.get(at));
    for (const at of seconds.reverse()) assert.equal(picture(playing)(at), jumped.get(at));
  }
});
