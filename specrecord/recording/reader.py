"""Reads a recording, whole or cut at any byte: every event before the cut, and whether the seal holds.

gzip is recognised by its first bytes, so a published `.specrec.gz` reads as it is.
"""

import hashlib
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack

from specrecord.errors import NotARecordingError, RecordingError, UnsupportedVersionError
from specrecord.events import End, Event
from specrecord.recording.format import FORMAT, VERSION, values_event

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Recording:
    """A recording in memory. `problem` says why it is not whole, and is None when it is.

    `offsets` holds where each event starts in the bytes, with the end of the last one appended.
    """

    header: dict[str, Any]
    events: list[Event]
    offsets: list[int]
    problem: str | None

    @property
    def complete(self) -> bool:
        """True when the seal is there and every byte before it is as it was written."""
        return self.problem is None


def read_recording(source: Path | str) -> Recording:
    """Read a file, or standard input for `-`.

    Raises RecordingError when it cannot be opened or is not a recording.
    """
    if str(source) == "-":
        return parse_recording(sys.stdin.buffer.read(), "standard input")
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise RecordingError(f"{source}: cannot be read ({error.strerror}); check the path") from None
    return parse_recording(data, str(source))


def parse_recording(data: bytes, name: str = "recording") -> Recording:
    """Every whole event in `data`. A cut or damaged tail ends the list and is told in `problem`.

    Raises NotARecordingError when there is no whole header, UnsupportedVersionError for a later version.
    """
    if data.startswith(_GZIP):
        data = _inflate(data)
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(1, len(data)), strict_map_key=False)
    unpacker.feed(data)
    header = _read_header(unpacker, name)
    events: list[Event] = []
    offsets = [unpacker.tell()]
    problem = None
    while problem is None and offsets[-1] < len(data):
        try:
            events.append(values_event(unpacker.unpack()))
            offsets.append(unpacker.tell())
        except msgpack.OutOfData:
            problem = f"cut in the middle of event {len(events)}"
        except (ValueError, msgpack.UnpackException) as error:
            problem = f"event {len(events)} is damaged: {error}"
    return Recording(header, events, offsets, problem or _seal_problem(data, events, offsets))


def _read_header(unpacker: "msgpack.Unpacker", name: str) -> dict[str, Any]:
    try:
        header = unpacker.unpack()
    except (ValueError, msgpack.UnpackException):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise NotARecordingError(f"{name}: not a specrecord recording, or cut inside its header; give a .specrec file")
    if not isinstance(header.get("version"), int) or header["version"] > VERSION:
        raise UnsupportedVersionError(
            f"{name}: format version {header.get('version')}, this specrecord reads up to {VERSION}; upgrade specrecord"
        )
    return header


def _seal_problem(data: bytes, events: list[Event], offsets: list[int]) -> str | None:
    if not events or not isinstance(events[-1], End):
        return "no end event: the recorder was stopped before it could seal the file"
    end = events[-1]
    if end.events != len(events) - 1:
        return f"the end event counts {end.events} events, the file has {len(events) - 1}"
    if hashlib.sha256(data[: offsets[-2]]).digest() != end.digest:
        return f"event {_first_damaged(data, end.checks, offsets)} is not as it was written: its checksum differs"
    return None


def _first_damaged(data: bytes, checks: bytes, offsets: list[int]) -> str:
    for index in range(len(offsets) - 2):
        stored = int.from_bytes(checks[4 * index : 4 * index + 4], "little")
        if zlib.crc32(data[offsets[index] : offsets[index + 1]]) != stored:
            return str(index)
    return "header"


def _inflate(data: bytes) -> bytes:
    """All that a gzip stream yields, cut or not."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        return inflater.decompress(data)
    except zlib.error:
        return b""
