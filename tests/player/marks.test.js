// Marks: the author's beside those that are found in every run, each where its round ends.
import assert from "node:assert/strict";
import test from "node:test";
import { markAt, markBetween, marksOf, openingTime, ownMarks } from "../../player/core/marks.js";
import { openRecording } from "../../player/core/recording/recording.js";
import { Round } from "../../player/core/round.js";
import { bytes } from "./helpers/load.js";

test("the author's marks and three found ones stand in the order of time", async () => {
  const recording = await openRecording(await bytes("fixtures/standard.specrec"));
  const marks = marksOf(recording);
  assert.deepEqual(
    ownMarks(recording).map((mark) => [mark.title, mark.note]),
    [["the third round", "a speaker's note"]],
  );
  assert.deepEqual(marks.map((mark) => mark.title.split(":")[0]).sort(), [
    "first rejection",
    "longest acceptance",
    "the third round",
    "worst round",
  ]);
  assert.deepEqual(
    [...marks].sort((one, other) => one.time - other.time),
    marks,
  );
  const longest = marks.find((mark) => mark.title.startsWith("longest"));
  assert.ok(longest);
  const round = Number(/round (\d+)/.exec(longest.title)?.[1]);
  assert.equal(longest.time, new Round(recording.main, round).end);
  for (let other = 0; other < recording.main.rounds.length; other++)
    assert.ok(
      new Round(recording.main, other).path.length <= new Round(recording.main, round).path.length,
    );
});

test("a mark is passed when its time has come", async () => {
  const marks = marksOf(await openRecording(await bytes("fixtures/standard.specrec")));
  const [first, second] = marks;
  assert.equal(markAt(marks, first.time - 1), null);
  assert.equal(markAt(marks, first.time), first);
  assert.equal(markBetween(marks, first.time, second.time), second);
  assert.equal(markBetween(marks, second.time, second.time), null);
});

test("a run opens at the author's mark, else on the round with the most outcomes", async () => {
  const recording = await openRecording(await bytes("fixtures/standard.specrec"));
  const { main: track } = recording;
  const [own] = recording.marks;
  assert.equal(openingTime(track, marksOf(recording)), own.time);
  const opened = openingTime(track, []);
  const worth = Array.from({ length: track.rounds.length }, (_, row) => {
    const round = new Round(track, row);
    const fates = round.nodes.map((node) => track.verdicts.fate[round.verdict(node)]);
    return { end: round.end, kinds: new Set(fates).size, accepted: round.path.length };
  });
  const there = worth.find(({ end }) => end === opened);
  assert.ok(there);
  for (const { end, kinds, accepted } of worth) {
    assert.ok(kinds < there.kinds || (kinds === there.kinds && accepted <= there.accepted));
    if (kinds === there.kinds && accepted === there.accepted) assert.ok(end >= opened);
  }
});
