"""Reads a recording, whole or cut at any byte: every event before the cut, and whether the seal
holds.

gzip is recognised by its first bytes, so a published `.specrec.gz` reads as it is.
"""

import hashlib
import struct
import sys
import zlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import msgpack

from specrecord.errors import NotARecordingError, RecordingError, UnsupportedVersionError
from specrecord.events import End, Event
from specrecord.header import FORMAT, Header
from specrecord.recording.format import DIGEST_SIZE, values_event
from specrecord.recording.rounds import Track, TrackBuilder
from specrecord.schema import VERSION

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Recording:
    """A recording in memory. `problem` says why it is not whole, and is None when it is.

    `header_map` is the header as it stands in the file, keys of a later version included.
    `offsets` holds where each event starts in the bytes, with the end of the last one appended.
    `problem_event` is the event at which the problem lies, where it lies at one.
    """

    header: Header
    header_map: dict[str, Any]
    events: list[Event]
    offsets: list[int]
    problem: str | None = None
    problem_event: int | None = None

    @property
    def complete(self) -> bool:
        """True when the seal is there and every byte before it is as it was written."""
        return self.problem is None

    @cached_property
    def _built(self) -> TrackBuilder:
        return TrackBuilder(self.events)

    @property
    def tracks(self) -> dict[str, Track]:
        """Its tracks by name, in order; the run itself is always there."""
        return self._built.tracks

    @property
    def token_bytes(self) -> dict[int, bytes]:
        """The bytes of each token id: half a character may be all."""
        return self._built.token_bytes


def read_recording(source: Path | str) -> Recording:
    """Read a file, or standard input for `-`.

    Raises RecordingError when it cannot be opened or is not a recording.
    """
    return parse_recording(read_bytes(source), name_of(source))


def name_of(source: Path | str) -> str:
    """What a source is called in messages."""
    return "standard input" if str(source) == "-" else str(source)


def read_bytes(source: Path | str) -> bytes:
    """What stands in a file, or on standard input for `-`. Raises RecordingError when it cannot be
    opened.
    """
    if str(source) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise RecordingError(
            f"{source}: cannot be read ({error.strerror}); check the path"
        ) from None


def parse_recording(data: bytes, name: str = "recording") -> Recording:
    """Every whole event in `data`. A cut or damaged tail ends the list and is named in `problem`.

    Raises NotARecordingError when there is no whole header, UnsupportedVersionError for a later
    version, RecordingError when the header holds what cannot be.
    """
    data = plain_bytes(data)
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(1, len(data)), strict_map_key=False)
    unpacker.feed(data)
    try:
        header_map = unpacker.unpack()
    except (ValueError, TypeError, msgpack.UnpackException):
        header_map = None
    recording = Recording(read_header(header_map, name), header_map, [], [unpacker.tell()])
    problem = _read_events(unpacker, len(data), recording)
    if problem is not None:
        return replace(recording, problem=problem, problem_event=len(recording.events))
    problem, at = _seal_problem(data, recording)
    return replace(recording, problem=problem, problem_event=at)


def _read_events(unpacker: "msgpack.Unpacker", size: int, recording: Recording) -> str | None:
    """Add every whole event to `recording`; what stopped the reading before the end, if anything
    did.
    """
    while recording.offsets[-1] < size:
        try:
            values = unpacker.unpack()
        except msgpack.OutOfData:
            return "incomplete: the file is cut in the middle of this event"
        except (ValueError, TypeError, msgpack.UnpackException):
            return "damaged: no plain msgpack value stands here"
        try:
            recording.events.append(values_event(values))
        except ValueError as error:
            return f"damaged: {error}"
        recording.offsets.append(unpacker.tell())
    return None


def read_header(header_map: Any, name: str) -> Header:
    """The header that a file called `name` begins with. Raises as `parse_recording` does."""
    if not isinstance(header_map, dict) or header_map.get("format") != FORMAT:
        raise NotARecordingError(
            f"{name}: not a specrecord recording, or cut inside its header; give a .specrec file"
        )
    version = header_map.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise UnsupportedVersionError(
            f"{name}: format version {version}, this specrecord reads up to {VERSION}; upgrade "
            "specrecord"
        )
    try:
        return Header.from_map(header_map)
    except ValueError as error:
        raise RecordingError(f"{name}: {error}") from None


def _seal_problem(data: bytes, recording: Recording) -> tuple[str | None, int | None]:
    """Whether the `end` event is there and tells the truth; if not, why, and at which event."""
    events, offsets = recording.events, recording.offsets
    end = events[-1] if events else None
    if not isinstance(end, End):
        return (
            "incomplete: no end event, the recorder was stopped before it could seal the file",
            None,
        )
    count = len(events) - 1
    if hashlib.sha256(data[:-DIGEST_SIZE]).digest() == end.digest and end.events == count:
        return None, None
    checks = [check for (check,) in struct.iter_unpack("<I", end.checks)]
    for index, check in enumerate(checks[:count]):
        if zlib.crc32(data[offsets[index] : offsets[index + 1]]) != check:
            return "changed: this is not what was recorded, its checksum differs", index
    if end.events != count:
        return f"changed: {end.events} events were recorded, the file has {count}", None
    return "changed: the header or the seal is not what was recorded", None


def plain_bytes(data: bytes) -> bytes:
    """The recording itself: `data`, or all that it yields when it is a gzip stream, cut or not."""
    if not data.startswith(_GZIP):
        return data
    inflater = zlib.decompressobj(wbits=31)
    try:
        return inflater.decompress(data)
    except zlib.error:
        return b""
