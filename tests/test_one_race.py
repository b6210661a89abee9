"""A race tells the same in `info`, on the site and in the player: rank, lead, speedup and names, of
every shipped recording and of every pair that the gallery races.
"""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.runs.lanes import finish_text, race_lanes, same_text
from specrecord.recording.measures.stats import count_recording, recording_info
from specrecord.recording.reader import read_recording
from tests.node import node

ROOT = Path(__file__).parents[1]
# An engine's own speculation has no baseline to race with.
RECORDINGS = sorted(
    {*(ROOT / "recordings").glob("*.specrec")} - {*(ROOT / "recordings").glob("engine-*.specrec")}
)
GALLERY = tomllib.loads((ROOT / "recordings" / "gallery.toml").read_text())
RACES = [
    [entry["name"], *entry["race"]]
    for section in GALLERY["section"]
    for entry in section["run"]
    if "race" in entry
]
# What the player makes of each recording's tracks, and of each race of several recordings.
SCRIPT = """
const core = new URL("player/core/", ROOT);
const race = await import(new URL("race/race.js", core));
const { standingText } = await import(new URL("race/race-words.js", core));
const { openRecording } = await import(new URL("recording/recording.js", core));
const { readFile } = await import("node:fs/promises");
const open = async (name) =>
  openRecording(await readFile(new URL(`recordings/${name}.specrec`, ROOT)));
const described = (runners) => {
  const end = race.result(runners);
  const over = race.standing(runners, race.raceLength(runners), end.winner);
  return {
    ...end,
    over,
    said: standingText(runners, end, over),
    lanes: runners.map(({ name, full, duration, tokens, against, track }) => ({
      track: track.name, name, full, duration, tokens,
      passes: track.verifies.length,
      against: against.map(({ value }) => value),
    })),
  };
};
const found = { runs: {}, races: [] };
for (const name of NAMES) found.runs[name] = described(race.runnersOf(await open(name)));
for (const names of RACES)
  found.races.push(described(race.runnersOfEach(await Promise.all(names.map(open)))));
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def player() -> dict[str, Any]:
    """What JavaScript makes of every race."""
    given = f"const ROOT = {json.dumps(ROOT.as_uri() + '/')};"
    given += f"const NAMES = {json.dumps([path.stem for path in RECORDINGS])};"
    given += f"const RACES = {json.dumps(RACES)};"
    command = [node(), "--input-type=module", "-e", given + SCRIPT]
    found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    races: dict[str, Any] = json.loads(found.stdout)
    return races


def info_of(name: str) -> dict[str, Any]:
    return recording_info(read_recording(ROOT / "recordings" / f"{name}.specrec"))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_run_against_its_baselines(path: Path, player: dict[str, Any]) -> None:
    recording, shown = read_recording(path), player["runs"][path.stem]
    totals = count_recording(recording)
    info, lanes = recording_info(recording, totals), race_lanes(recording, totals.tracks)
    assert [one["name"] for one in shown["lanes"]] == [lane.name for lane in lanes]
    assert [one["full"] for one in shown["lanes"]] == [lane.full for lane in lanes]
    assert [one["duration"] for one in shown["lanes"]] == [lane.microseconds for lane in lanes]
    assert [one["passes"] for one in shown["lanes"]] == [lane.passes for lane in lanes]
    assert shown["ranks"] == [lane.rank for lane in lanes]
    assert shown["said"] == finish_text(lanes)
    assert shown["same"] == same_text(recording)
    own = shown["lanes"][0]
    assert own["duration"] / 1e6 == info["duration_s"]
    assert own["tokens"] == info["tokens"]
    # The order of `info` is its own, that of the lanes the recording's.
    recorded = [value for value in info["speedup"].values() if value is not None]
    assert sorted(own["against"]) == sorted(recorded)
    for lane in lanes[1:]:
        assert lane.speedup == info["speedup"][lane.track]


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_it_lasts_until_all_are_in(path: Path, player: dict[str, Any]) -> None:
    shown = player["runs"][path.stem]
    durations = sorted(one["duration"] for one in shown["lanes"])
    assert shown["over"]["done"] == [True] * len(durations)
    assert shown["over"]["tokens"] == [one["tokens"] for one in shown["lanes"]]
    assert shown["lead"] == durations[1] - durations[0]
    assert shown["lanes"][shown["winner"]]["duration"] == durations[0]


@pytest.mark.parametrize("number", range(len(RACES)), ids=lambda number: RACES[number][0])
def test_recordings_against_one_another(number: int, player: dict[str, Any]) -> None:
    shown, infos = player["races"][number], [info_of(name) for name in RACES[number]]
    assert len({one["name"] for one in shown["lanes"]}) == len(infos)
    times = [info["duration_s"] for info in infos]
    assert shown["winner"] == times.index(min(times))
    assert shown["ranks"] == [1 + sum(other < time for other in times) for time in times]
    first, following = sorted(times)[:2]
    assert shown["lead"] / 1e6 == pytest.approx(following - first, abs=1e-9)
    for lane, info in zip(shown["lanes"], infos, strict=True):
        recorded = [value for value in info["speedup"].values() if value is not None]
        assert sorted(lane["against"]) == sorted(recorded)
