"""Version 1 stays readable: golden recordings give the events and numbers they gave when they were
made.
"""

import json
from pathlib import Path

import pytest
from make_gallery_info import GOLDEN, gallery_info
from make_v1 import expectation

from specrecord.recording.audit import audit_recording, audit_report
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter

FOLDER = Path(__file__).parent.parent / "fixtures"


@pytest.mark.parametrize("name", sorted(path.stem for path in (FOLDER / "v1").glob("*.specrec")))
def test_a_golden_recording_reads_as_it_always_did(name: str) -> None:
    path = FOLDER / "v1" / f"{name}.specrec"
    found = json.loads(json.dumps(expectation(path)))
    wanted = json.loads(path.with_suffix(".json").read_text())
    # Fields that were added since stand at an event's end, and an old recording has nothing to say
    # in them.
    found["events"] = [
        event[: len(old)] if not any(event[len(old) :]) else event
        for event, old in zip(found["events"], wanted["events"], strict=True)
    ]
    assert found == wanted


def test_the_gallerys_numbers_are_what_they_were_to_the_last_digit() -> None:
    wanted = json.loads(GOLDEN.read_text())
    assert json.loads(json.dumps(gallery_info())) == wanted


def test_golden_recordings_pass_the_audit_but_for_the_cut_one() -> None:
    failed = {
        path.stem
        for path in (FOLDER / "v1").glob("*.specrec")
        if audit_recording(read_recording(path))
    }
    assert failed == {"cut"}


def test_a_track_that_no_version_knows_is_noted_and_where_there_are_checksums_a_finding(
    tmp_path: Path,
) -> None:
    old = read_recording(FOLDER / "v1" / "odd.specrec")
    report = audit_report(old)
    assert list(map(str, report.notes)) == ["event 41: lane: there is no track 'weather'"]
    with RecordingWriter(path := tmp_path / "new.specrec", old.header) as writer:
        writer.extend(old.events[:-1])
        writer.finish(old.events[-1].time)
    report = audit_report(read_recording(path))
    assert (len(report.findings), report.notes) == (1, [])
    assert "there is no track 'weather'" in str(report.findings[0])
