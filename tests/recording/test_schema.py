"""What may stand in a file is declared once, and every reader holds to it."""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_fields
from pathlib import Path
from typing import Annotated, Any

import make_values
import msgpack
import pytest
from msgspec import Meta
from msgspec.structs import replace
from runs import small_recording

from specrecord.errors import RecordingError
from specrecord.events import (
    KINDS,
    Checks,
    Draft,
    End,
    Event,
    Mark,
    Prefill,
    Unknown,
    Verdict,
    Verify,
)
from specrecord.header import Header, Machine, Model, Prompt
from specrecord.recording.format import pack_event, read_event
from specrecord.recording.reader import parse_recording
from specrecord.recording.writer import RecordingWriter
from specrecord.schema import fields_of

CASES = json.loads(make_values.PATH.read_text())
DRAFT = ["draft", 9, 2, 3, 1, 7, 0.5, -1.0, 0.25, 0.0, 1.0, bytes(16), 0]


def event_of(values: list[Any]) -> Event:
    return read_event(msgpack.packb(values))


@pytest.mark.parametrize(("part", "before"), [("headers", b""), ("events", make_values.BEFORE)])
def test_every_value_of_the_list_is_taken_or_refused_as_it_says(part: str, before: bytes) -> None:
    wrong = [
        (data, line, found)
        for data, line in CASES[part]
        if (found := make_values.line_of(before + bytes.fromhex(data))) != line
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("part", "files"), [("headers", make_values.headers), ("events", make_values.events)]
)
def test_the_list_tries_every_field_that_is_declared(part: str, files: Any) -> None:
    assert [data for data, _ in CASES[part]] == [data.hex() for data in dict.fromkeys(files())]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("k", 10**9, "header.k is 1000000000, it must be a whole number from 0 to 4096"),
        ("machine", "x", "header.machine is x, it must be a map"),
        ("draft", "tiny", "header.draft is tiny, it must be a map"),
        ("prompt", {"text": b"x"}, "header.prompt.text is 1 bytes, it must be text"),
        ("prompt", {"ids": [1, 2, -3]}, "header.prompt.ids[2] is -3, it must be a whole number"),
        ("machine", {"libraries": {"numpy": 2}}, "an entry of header.machine.libraries "),
        ("temperature", float("nan"), "header.temperature is nan, it must be a number from 0"),
        ("rule", "lossless", "header.rule is lossless, it must be block or drawn or gumbel"),
        ("rule", "\x1b[31m", "header.rule is text, it must be block"),
        ("version", 0, "header.version is 0, it must be 1"),
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_is_refused_in_a_line_that_names_file_and_key(
    key: str, value: Any, line: str
) -> None:
    data = msgpack.packb({**make_values.START, key: value})
    with pytest.raises(RecordingError) as error:
        parse_recording(data, "run.specrec")
    assert str(error.value).startswith(f"run.specrec: {line}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        (2, 10, "draft.duration is 10, it must be at most its time 9"),
        (3, 65536, "draft.node is 65536, it must be a whole number from 0 to 65535"),
        (4, 3, "draft.parent is 3, it must be below its node 3"),
        (4, -2, "draft.parent is -2, it must be a whole number from -1 to 65535"),
        (6, 1.001, "draft.prob is 1.001, it must be a number from 0 to 1.000000001"),
        (6, True, "draft.prob is true, it must be a number"),
        (8, 1.0, "draft.uniform is 1, it must be a number from 0 to 0.9999999999999999"),
        (11, bytes(9), "draft.top is 9 bytes, it must be a multiple of 8 bytes"),
        (11, "AAAAAAAAAAA=", "draft.top is text, it must be a multiple of 8 bytes"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_ends_the_reading_and_names_its_key(
    place: int, value: Any, line: str
) -> None:
    before = make_values.event("mark", 1, "before")
    bad = make_values.event(*DRAFT[:place], value, *DRAFT[place + 1 :])
    found = parse_recording(make_values.PLAIN + before + bad + before)
    assert found.events == [Mark(1, "before")]
    assert (found.problem or "").startswith(f"damaged: {line}")
    assert found.problem_event == 1


def test_values_at_their_bounds_are_taken() -> None:
    assert event_of(DRAFT) == Draft(9, 2, 3, 1, 7, 0.5, -1.0, 0.25, 0.0, 1.0, bytes(16), 0)
    edge = ["draft", 9, 9, 65535, 65534, 2**31 - 1, 1.0, 0.0, 0.0, 1.0 + 2**-32, 0, b"", None]
    assert event_of(edge).time == 9
    assert event_of(["prefill", 5, 5, "draft", 7, 7]) == Prefill(5, 5, "draft", 7, 7)
    assert event_of(["round", 5, 0, 0, 4096]).time == 5


def test_fields_that_an_older_version_did_not_write_have_their_defaults() -> None:
    assert event_of(["verify", 5, 3, 4]) == Verify(5, 3, 4)
    assert event_of(["prefill", 5, 3, "target", 4]) == Prefill(5, 3, "target", 4, reused=0)
    found = event_of(["verdict", 5, 0, "untested", None, None, None, None])
    assert found == Verdict(5, 0, "untested", None, None, None, None)
    with pytest.raises(ValueError, match="draft lacks low"):
        event_of(DRAFT[:9])


def test_a_header_reads_nil_as_missing_and_leaves_out_what_it_does_not_know() -> None:
    found = Header.from_map({"machine": None, "draft": {"name": "a", "mood": 1}, "later": [1]})
    assert found == Header(draft=Model(name="a"))
    assert found.machine == Machine()
    data = msgpack.packb({**make_values.START, "later": [1], "machine": None})
    assert parse_recording(data).header_map["later"] == [1]


def test_a_header_survives_its_map() -> None:
    details = {"members": ["a", "b"], "verifier": "match", "other": [1, {"deep": None}]}
    header = Header(
        k=4, rule="match", stop=["."], prompt=Prompt(tokens=2, text="a b", ids=[3, 4]),
        draft=Model(name="a+b", details=details), temperature=0, top_p=0.5,
    )  # fmt: skip
    assert header.to_map()["format"] == "specrecord"
    assert "machine" not in header.to_map()
    read = Header.from_map(msgpack.unpackb(msgpack.packb(header.to_map())))
    assert read == with_fields(header, draft=with_fields(header.draft, details=read.draft.details))
    assert (read.draft.members, read.draft.verifier) == (["a", "b"], "match")
    assert read.temperature == 0
    assert isinstance(read.temperature, int)


def test_the_seal_counts_the_events(tmp_path: Path) -> None:
    """A seal that fits the bytes in all but its count."""
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    whole = parse_recording(data)
    end = whole.events[-1]
    assert isinstance(end, End)
    assert whole.complete
    for count in (end.events - 1, end.events + 1):
        packed = pack_event(replace(end, events=count))[:-32]
        body = data[: whole.offsets[-2]] + packed
        forged = parse_recording(body + hashlib.sha256(body).digest())
        assert forged.problem == (
            f"changed: {count} events were recorded, the file has {end.events}"
        )


def test_an_event_that_was_taken_out_is_missed(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    whole = parse_recording(data)
    start, stop = whole.offsets[5:7]
    found = parse_recording(data[:start] + data[stop:])
    assert found.problem == "changed: this is not what was recorded, its checksum differs"
    assert found.problem_event == 5
    check = whole.events[4]
    assert isinstance(check, Checks)
    assert check.checks == struct.pack("<I", zlib.crc32(data[start:stop]))


def test_a_changed_event_is_named_wherever_it_stands(tmp_path: Path) -> None:
    data = small_recording(tmp_path / "run.specrec").read_bytes()
    whole = parse_recording(data)
    for index in (1, len(whole.events) - 2):
        name = "id" if index == 1 else "size"
        event = whole.events[index]
        event = replace(event, **{name: getattr(event, name) + 1})
        start, stop = whole.offsets[index : index + 2]
        found = parse_recording(data[:start] + pack_event(event) + data[stop:])
        assert found.problem == "changed: this is not what was recorded, its checksum differs"
        assert found.problem_event == index


def test_a_later_version_of_the_format_says_since_when_a_field_is_there() -> None:
    @dataclass
    class Later:
        old: int
        new: Annotated[int, Meta(extra={"since": 2})] = 0

    assert [(one.name, one.since, one.required) for one in fields_of(Later)] == [
        ("old", 1, True),
        ("new", 2, False),
    ]


def test_only_trailing_fields_may_be_missing() -> None:
    for kind, cls in KINDS.items():
        required = [one.required for one in fields_of(cls)]
        assert required == sorted(required, reverse=True), kind
        assert fields_of(cls)[0].name == "time"


def test_events_of_a_later_version_are_kept_whatever_they_hold(tmp_path: Path) -> None:
    strange = Unknown("weather", 5, ("sunny", None, [1.5, {"a": b"\0"}]))
    with RecordingWriter(tmp_path / "run.specrec", Header()) as writer:
        writer.append(strange)
        writer.finish(5)
    found = parse_recording((tmp_path / "run.specrec").read_bytes())
    assert found.complete
    assert found.events[1] == strange


def hostile_headers() -> Iterator[bytes]:
    """Headers that are none."""
    yield msgpack.packb([1])
    yield b"\x81" * 2000
    yield msgpack.packb({**make_values.START, "k": {}, "x": [[[]]] * 50})


def test_a_hostile_header_is_refused_and_never_raises_otherwise() -> None:
    for data in hostile_headers():
        with pytest.raises(RecordingError):
            parse_recording(data)
