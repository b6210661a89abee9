"""A recorded run as its file grows: whole rounds, and the tracks in the order asked for."""

from pathlib import Path

import pytest

from specrecord.events import (
    AUTOREGRESSIVE,
    SPECULATIVE,
    Checks,
    Emit,
    Event,
    RoundBegin,
    TrackBegin,
)
from specrecord.publish.runs.numbers import key_numbers
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.measures.stats import count_recording, recording_info
from specrecord.recording.reader import read_recording

REQUEST = Request("Once upon a time", seed=1, max_tokens=12)


def test_a_round_is_written_whole_before_the_next_is_drafted(tmp_path: Path) -> None:
    path, seen = tmp_path / "run.specrec", list[Event]()

    def look(event: Event) -> None:
        seen.append(event)
        events = [one for one in read_recording(path).events if not isinstance(one, Checks)]
        assert events[: len(seen)] == seen, "seen only once it is in the file"
        rounds = [one for one in events if isinstance(one, RoundBegin | Emit)]
        assert len(rounds) % 2 == 0, "each round that began has its last token"

    record(prepare(REQUEST), path, observe=look)
    assert len(seen) > 100


def test_a_baseline_may_come_first_and_draws_the_same_text(tmp_path: Path) -> None:
    texts = []
    for first in (False, True):
        session, path = prepare(REQUEST), tmp_path / f"{first}.specrec"
        session.baseline_first = first
        assert record(session, path) == "complete"
        recording = read_recording(path)
        assert not audit_recording(recording)
        begun = [event.name for event in recording.events if isinstance(event, TrackBegin)]
        assert begun == [SPECULATIVE, AUTOREGRESSIVE][:: -1 if first else 1]
        run = recording.tracks[SPECULATIVE]
        texts.append([out.token for one in run.rounds for out in one.output])
    assert texts[0] == texts[1]


def test_a_speedup_near_one_says_what_recording_took(tmp_path: Path) -> None:
    path = tmp_path / "run.specrec"
    record(prepare(REQUEST), path)
    recording = read_recording(path)
    totals = count_recording(recording)
    tracks, info = totals.tracks, recording_info(recording, totals)
    share = tracks[SPECULATIVE].instrument_share
    assert share == pytest.approx(info["latency"]["other_s"] / info["duration_s"])
    for speedup, told in ((1.09, True), (0.91, True), (1.2, False)):
        info["speedup"][AUTOREGRESSIVE] = speedup
        [line] = [one for one in key_numbers(info, tracks) if one.key == "speedup.autoregressive"]
        assert (f"{100 * share:.0f} %" in line.counted) is told
        assert ("outside the models" in line.counted) is told
