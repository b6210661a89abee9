"""A recording in other forms: nothing is lost in JSON, every token has its line, the trace is one
that viewers open.
"""

import csv
import io
import json
from dataclasses import replace
from itertools import islice
from operator import length_hint
from pathlib import Path
from xml.etree import ElementTree

import pytest

from specrecord.errors import RecordingError
from specrecord.events import Emit, Verdict
from specrecord.publish.export.formats import LONG, export_pieces
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

RECORDINGS = Path(__file__).parents[2] / "recordings"
STORY, WHOLE_LAWS = str(RECORDINGS / "story.specrec"), str(RECORDINGS / "table.specrec")


def test_json_holds_every_event_with_every_field() -> None:
    recording = read_recording(WHOLE_LAWS)
    document = json.loads("".join(export_pieces(WHOLE_LAWS, "json")))
    assert document["header"]["format"] == "specrecord"
    assert len(document["events"]) == len(recording.events)
    for event, found in zip(recording.events, document["events"], strict=True):
        if isinstance(event, Verdict):
            assert found["target_prob"] == event.target_prob
            assert len(found["top"]) == len(event.top or b"") // 8
    distributions = [event for event in document["events"] if event["kind"] == "law"]
    assert all(abs(sum(event["probs"]) - 1) < 1e-4 for event in distributions)
    assert "NaN" not in "".join(export_pieces(WHOLE_LAWS, "json"))


def test_the_table_has_a_line_for_every_drafted_and_emitted_token() -> None:
    recording = read_recording(STORY)
    rows = list(csv.DictReader(io.StringIO("".join(export_pieces(STORY, "csv")))))
    assert len(rows) == sum(isinstance(event, Verdict | Emit) for event in recording.events)
    info = recording_info(recording)
    own = [row for row in rows if row["lane"] == "speculative"]
    states = [row["state"] for row in own]
    assert states.count("accepted") == info["accepted"]
    assert (
        states.count("accepted") + states.count("resampled") + states.count("bonus")
        == info["tokens"]
    )
    accepted = next(row for row in own if row["state"] == "accepted")
    assert float(accepted["uniform"]) < float(accepted["accept_prob"])


def test_the_trace_keeps_to_the_trace_event_format() -> None:
    trace = json.loads("".join(export_pieces(STORY, "perfetto")))
    info = recording_info(read_recording(STORY))
    needed = {
        "X": {"name", "ts", "dur", "pid", "tid"},
        "C": {"name", "ts", "pid", "args"},
        "M": {"name", "pid", "args"},
        "i": {"name", "ts", "s"},
    }
    for event in trace["traceEvents"]:
        assert needed[event["ph"]] <= event.keys()
        assert all(
            isinstance(event[key], int) and event[key] >= 0
            for key in ("ts", "dur", "pid", "tid")
            if key in event
        )
    drafting = [
        e for e in trace["traceEvents"] if e["ph"] == "X" and e["cat"] == "draft" and e["pid"] == 1
    ]
    assert sum(event["dur"] for event in drafting) / 1e6 == pytest.approx(
        info["latency"]["draft_s"]
    )
    counters = [
        e["args"]["tokens"] for e in trace["traceEvents"] if e["ph"] == "C" and e["pid"] == 1
    ]
    assert counters == list(range(1, info["tokens"] + 1))


@pytest.mark.parametrize("form", ["json", "csv", "perfetto"])
def test_long_forms_come_in_pieces_while_the_recording_is_read(form: str) -> None:
    recording = read_recording(STORY)
    events = iter(list(recording.events) * 10)
    whole = length_hint(events)
    list(islice(LONG[form](replace(recording, events=events)), 2))
    assert 0 < length_hint(events) < whole


def test_posters_are_whole_svg_and_the_still_one_does_not_move() -> None:
    moving, still = (
        "".join(export_pieces(STORY, "svg")),
        "".join(export_pieces(STORY, "svg", still=True)),
    )
    info = recording_info(read_recording(STORY))
    for poster in (moving, still):
        words = " ".join(ElementTree.fromstring(poster).itertext())
        assert f"{info['accepted']} / {info['drafted']}" in words
        assert "http" not in poster.replace("http://www.w3.org/2000/svg", "")
    assert "animation" not in still
    assert "prefers-reduced-motion" in moving


def test_the_page_is_small_and_holds_its_recording() -> None:
    page = "".join(export_pieces(STORY, "html"))
    assert len(page.encode()) <= Path(STORY).stat().st_size + 150_000
    assert "data:application" not in page


def test_a_missing_recording_is_one_line() -> None:
    with pytest.raises(RecordingError, match=r"gone\.specrec: cannot be read"):
        "".join(export_pieces("gone.specrec", "csv"))
