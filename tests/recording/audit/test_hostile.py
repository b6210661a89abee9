"""Both readers refuse the same hostile files in the same line, or read the same of them; the audit
names what is wrong; nothing takes long or much memory.
"""

import tracemalloc
from pathlib import Path

import make_hostile
import pytest
from node import node

from specrecord.errors import RecordingError
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import parse_recording
from tools.torture.readers import NodeReader, of_python


def test_hostile_files_are_refused_in_one_line_by_both_readers(tmp_path: Path) -> None:
    cases = make_hostile.refused(tmp_path)
    reader = NodeReader(node())
    answers = reader([data for data, _ in cases.values()])
    reader.close()
    for (name, (data, line)), other in zip(cases.items(), answers, strict=True):
        with pytest.raises(RecordingError) as error:
            parse_recording(data, "run.specrec")
        assert str(error.value).startswith(f"run.specrec: {line}"), name
        assert "\n" not in str(error.value)
        assert other.verdict == of_python(data).verdict, name


def test_hostile_numbers_are_found(tmp_path: Path) -> None:
    cases = make_hostile.found(tmp_path)
    reader = NodeReader(node())
    answers = reader([data for data, _ in cases.values()])
    reader.close()
    for (name, (data, line)), other in zip(cases.items(), answers, strict=True):
        lines = "\n".join(map(str, audit_recording(parse_recording(data))))
        assert line in lines, name
        assert other.verdict == of_python(data).verdict, name


def test_lengths_that_lie_reserve_no_memory() -> None:
    nest = b"\xdd\x00\x0f\x00\x00" * 200
    data = b"\x81\xa6format" + nest + bytes(1 << 20)
    tracemalloc.start()
    with pytest.raises(RecordingError):
        parse_recording(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(data)
