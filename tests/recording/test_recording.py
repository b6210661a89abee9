"""The recording survives: written whole, cut anywhere, damaged, compressed, foreign, or from the
future.
"""

import gzip
import json
import random
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import msgpack
import numpy as np
import pytest
from msgspec.structs import replace
from runs import VARIANTS, small_events, small_recording, small_settings

from specrecord.errors import NotARecordingError, RecordingError, UnsupportedVersionError
from specrecord.events import KINDS, Checks, End, Mark, Unknown, pack_top, unpack_top
from specrecord.header import Header
from specrecord.recording.format import DIGEST_SIZE, pack_event, read_event
from specrecord.recording.reader import parse_recording, read_recording
from specrecord.recording.writer import RecordingWriter


def test_what_is_written_is_read(tmp_path: Path) -> None:
    recording = read_recording(small_recording(tmp_path / "run.specrec"))
    assert recording.complete
    assert recording.header.format == "specrecord"
    assert recording.header.version == 1
    told = [event for event in recording.events[:-1] if not isinstance(event, Checks)]
    assert told == list(small_events(small_settings()))
    end = recording.events[-1]
    assert isinstance(end, End)
    assert end.events == len(recording.events) - 1


def test_times_never_go_back(tmp_path: Path) -> None:
    times = [
        event.time for event in read_recording(small_recording(tmp_path / "run.specrec")).events
    ]
    assert times == sorted(times)


def test_a_cut_at_every_byte_gives_the_whole_events_before_it(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    whole = parse_recording(data)
    for cut in range(len(data)):
        if cut < whole.offsets[0]:
            with pytest.raises(NotARecordingError):
                parse_recording(data[:cut])
            continue
        part = parse_recording(data[:cut])
        count = sum(offset <= cut for offset in whole.offsets) - 1
        assert part.events == whole.events[:count]
        assert not part.complete


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    start = parse_recording(data).offsets[0]
    for at in random.Random(1).sample(range(start, len(data)), 400):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        assert not parse_recording(bytes(changed)).complete


@pytest.mark.parametrize("off", [-1, 1])
def test_a_seal_that_counts_other_events_does_not_hold(off: int, tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    whole = parse_recording(data)
    end = whole.events[-1]
    assert isinstance(end, End)
    for events, complete in ((end.events, True), (end.events + off, False)):
        body = data[: whole.offsets[-2]] + pack_event(replace(end, events=events))[:-DIGEST_SIZE]
        assert parse_recording(body + sha256(body).digest()).complete is complete


@pytest.mark.parametrize(
    "garbage", [b"", b"\0", b"hello", b"\xc1", b"\x1f\x8b broken", b"\x81\xa1a\xa1b", b"\x80"]
)
def test_foreign_bytes_are_refused_in_one_line(garbage: bytes) -> None:
    with pytest.raises(NotARecordingError) as error:
        parse_recording(garbage, "x.bin")
    assert str(error.value).startswith("x.bin: ")
    assert "\n" not in str(error.value)


def test_hostile_tails_end_the_recording_without_an_exception(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    start = parse_recording(data).offsets[0]
    rng = random.Random(2)
    for _ in range(300):
        tail = rng.randbytes(rng.randrange(1, 60))
        assert not parse_recording(data[:start] + tail).complete
    for tail in (
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\x91" * 5000,
        b"\xdf\xff\xff\xff\xff",
    ):
        assert not parse_recording(data[:start] + tail).complete


def test_gzip_reads_as_it_is_whole_or_cut(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    packed = gzip.compress(data)
    assert parse_recording(packed).events == parse_recording(data).events
    part = parse_recording(packed[: len(packed) * 3 // 4])
    assert not part.complete
    assert part.events == parse_recording(data).events[: len(part.events)]
    assert part.events


def test_a_later_version_is_told_apart() -> None:
    with pytest.raises(UnsupportedVersionError, match="upgrade"):
        parse_recording(msgpack.packb({"format": "specrecord", "version": 2}))


def test_unknown_kinds_and_extra_fields_are_kept_or_ignored() -> None:
    strange = Unknown("weather", 5, ("sunny", 21))
    assert read_event(pack_event(strange)) == strange
    later = msgpack.packb([*msgpack.unpackb(pack_event(Mark(1, "here"))), "a later field"])
    assert read_event(later) == Mark(1, "here")


def test_every_kind_survives_the_bytes() -> None:
    seen = {
        type(event)
        for changes in VARIANTS.values()
        for event in small_events(small_settings(**changes))
    }
    for changes in VARIANTS.values():
        for event in small_events(small_settings(**changes)):
            assert read_event(pack_event(event)) == event
    assert {cls.__name__ for cls in KINDS.values()} - {cls.__name__ for cls in seen} == {
        "Checks",
        "End",
        "Fault",
        "Mark",
        "Prediction",
    }


def test_top_lists_survive_packing() -> None:
    packed = pack_top(np.array([70000, 3]), np.array([0.75, 0.25]))
    assert unpack_top(packed) == [(70000, 0.75), (3, 0.25)]


def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:
    path = small_recording(tmp_path / "run.specrec")
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="--force"):
        RecordingWriter(path, Header())
    assert path.read_bytes() == before
    with RecordingWriter(path, Header(), overwrite=True) as writer:
        writer.finish(0)
    assert read_recording(path).complete


def test_an_unwritable_place_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="nowhere") as error:
        RecordingWriter(tmp_path / "nowhere" / "run.specrec", Header())
    assert "\n" not in str(error.value)


def test_500_kills_lose_at_most_the_event_being_written(tmp_path: Path) -> None:
    script = Path(__file__).with_name("killed.py")
    command = [sys.executable, script, tmp_path]
    report = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert report.returncode == 0, report.stderr
    counts = json.loads(report.stdout)
    assert len(counts) == 500
    assert max(counts) > 100
