"""Reads a recording, whole or cut at any byte: every event before the cut, and whether the seal
holds.

gzip is recognised by its first bytes, so a published `.specrec.gz` reads as it is.
"""

import hashlib
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, TypeGuard, overload

import msgpack

from specrecord.errors import NotARecordingError, RecordingError, UnsupportedVersionError
from specrecord.events import Checks, End, Event, Unknown
from specrecord.header import FORMAT, Header
from specrecord.recording.cursor import Cursor, CutError
from specrecord.recording.format import (
    DIGEST_SIZE,
    MANY,
    MUCH,
    holds,
    read_again,
    read_event,
    read_events,
    unpack_checksums,
)
from specrecord.recording.rounds import Track, TrackBuilder
from specrecord.recording.strict import check_header, strict_event
from specrecord.schema import VERSION

_GZIP = b"\x1f\x8b"
_MOST_UNPACKED = 100  # times the size of a gzip stream, or
_ALWAYS_UNPACKED = 1 << 24  # bytes
_EXACT = 2**53 - 1  # the largest whole number that JavaScript counts exactly
_DIFFERS = "this is not what was recorded, its checksum differs"


class Events(Sequence[Event]):
    """The events of a file, each read from its bytes whenever it is asked for: a million of them
    take no more memory than the file.
    """

    def __init__(self, data: bytes, offsets: Sequence[int]) -> None:
        """`offsets` holds where each event starts in `data`, and where the last one ends."""
        self._data, self._offsets = memoryview(data), offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        return read_event(self._data[self._offsets[place] : self._offsets[place + 1]])

    def __iter__(self) -> Iterator[Event]:
        return read_again(self._data, self._offsets)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(own == its for own, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Recording:
    """A recording in memory. `problem` says why it is not whole, and is None when it is.

    `header_map` is the header as it stands in the file, keys of a later version included.
    `offsets` holds where each event starts in the bytes, with the end of the last one appended.
    `problem_event` is the event at which the problem lies, where it lies at one.
    """

    header: Header
    header_map: dict[str, Any]
    events: Sequence[Event]
    offsets: Sequence[int]
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
    def faults(self) -> int:
        """How many things went wrong."""
        return self._built.faults

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
    version, RecordingError when the header holds what cannot be, or the gzip stream is damaged.
    """
    data = plain_bytes(data, name)
    header_map, begin = _header_map(data, name)
    header = read_header(header_map, name)
    offsets = array("Q", [begin])
    events = Events(data, offsets)
    stopped, backwards = _read_events(data, offsets)
    problem, at = stopped, None if stopped is None else len(events)
    sealed = isinstance(events[-1], End) if events else False
    if not sealed or _is_torn(data, offsets[-1]):
        torn = _first_torn(data, events, offsets)
        if torn is not None:
            del offsets[torn + 1 :]
            problem, at = f"damaged: {_DIFFERS}", torn
    if problem is None:
        problem, at = _seal_problem(data, events, offsets)
        if backwards is not None and not (problem or "").startswith("changed"):
            problem, at = "damaged: time runs backwards", backwards
    return Recording(header, header_map, events, offsets, problem, at)


def _header_map(data: bytes, name: str) -> tuple[Any, int]:
    """A file's first value, None where there is none, and where it ends. Raises RecordingError."""
    cursor = Cursor(data)
    try:
        return cursor.value(), cursor.position
    except CutError:
        return None, 0
    except ValueError as error:
        if str(error).startswith("no "):
            return None, 0
        raise RecordingError(f"{name}: header has {error}") from None


def _read_events(data: bytes, offsets: "array[int]") -> tuple[str | None, int | None]:
    """Add the end of every whole event to `offsets`; what stopped the reading before the end of the
    file, and at which event times run backwards, where either did.
    """
    view, size, start = memoryview(data), len(data), offsets[-1]
    rest, begin = BytesIO(data), start
    rest.seek(begin)
    unpacker = msgpack.Unpacker(rest, max_buffer_size=max(1, size), read_size=min(1 << 16, size))
    skip, tell, latest = unpacker.skip, unpacker.tell, 0
    backwards, whole = None, True
    while start < size and whole:
        found = [start]
        try:
            while start < size and len(found) <= MANY and start < found[0] + MUCH:
                skip()
                start = begin + tell()
                found.append(start)
        # msgpack in plain Python has no end to how deep it goes.
        except (ValueError, msgpack.UnpackException, RecursionError):
            whole = False
        try:
            for event, end in zip(read_events(view, found), found[1:], strict=False):
                if event.time >= latest:
                    latest = event.time
                elif backwards is None:
                    backwards = len(offsets) - 1
                offsets.append(end)
        except ValueError as error:
            return f"damaged: {error}", backwards
    return None if whole else _reason(view[start:]), backwards


def _reason(rest: memoryview) -> str:
    """Why these bytes begin with no event."""
    try:
        strict_event(rest)
    except CutError:
        return "incomplete: the file is cut in the middle of this event"
    except ValueError as error:
        return f"damaged: {error}"
    raise AssertionError("an event that one reader takes and the other does not")


def read_header(header_map: Any, name: str) -> Header:
    """The header that a file called `name` begins with. Raises as `parse_recording` does."""
    if not isinstance(header_map, dict) or header_map.get("format") != FORMAT:
        raise NotARecordingError(
            f"{name}: not a specrecord recording, or cut inside its header; give a .specrec file"
        )
    version = header_map.get("version")
    if not _is_whole(version) or version > VERSION:
        raise UnsupportedVersionError(
            f"{name}: format version {version}, this specrecord reads up to {VERSION}; upgrade "
            "specrecord"
        )
    try:
        check_header(header_map)
    except ValueError as error:
        raise RecordingError(f"{name}: {error}") from None
    return Header.from_map(header_map)


def _is_whole(value: Any) -> TypeGuard[int]:
    """Whether JavaScript calls it an integer, too."""
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT


def _seal_problem(
    data: bytes, events: Sequence[Event], offsets: Sequence[int]
) -> tuple[str | None, int | None]:
    """Whether the `end` event is there and tells the truth; if not, why, and at which event."""
    end = events[-1] if events else None
    if not isinstance(end, End):
        return (
            "incomplete: no end event, the recorder was stopped before it could seal the file",
            None,
        )
    count = len(events) - 1
    if hashlib.sha256(memoryview(data)[:-DIGEST_SIZE]).digest() == end.digest:
        if end.events == count:
            return None, None
    else:
        for index, check in enumerate(unpack_checksums(end.checks)[:count]):
            if zlib.crc32(data[offsets[index] : offsets[index + 1]]) != check:
                return f"changed: {_DIFFERS}", index
        torn = _first_torn(data, events, offsets)
        if torn is not None:
            return f"changed: {_DIFFERS}", torn
    if end.events != count:
        return f"changed: {end.events} events were recorded, the file has {count}", None
    return "changed: the header or the seal is not what was recorded", None


def _first_torn(data: bytes, events: Sequence[Event], offsets: Sequence[int]) -> int | None:
    """The first event that is not what a `check` event before it says, that none speaks of, or that
    is an `end` whose digest is not whole; None where there is none. A first event of a kind that
    is not known is what garbage makes of one that was cut.
    """
    view, wanted, checked = memoryview(data), iter(tuple[int, ...]()), False
    for index, event in enumerate(events):
        packed = view[offsets[index] : offsets[index + 1]]
        check = next(wanted, None)
        if check is None:
            if not index and isinstance(event, Unknown):
                return index
            if checked and not isinstance(event, Checks | End):
                return index
        elif zlib.crc32(packed) != check:
            return index
        if isinstance(event, Checks):
            checked = True
            if not holds(packed, event):
                return index
            wanted = iter(unpack_checksums(event.checks))
        elif isinstance(event, End) and _is_torn(data, offsets[index + 1]):
            return index
    return None


def _is_torn(data: bytes, end: int) -> bool:
    """Whether zeros fill up a digest that ends here: what a power cut leaves of it."""
    return bytes(4) in data[end - 4 : end + 3]


def plain_bytes(data: bytes, name: str = "recording") -> bytes:
    """The recording itself: `data`, or all that it yields when it is a gzip stream, cut or not.

    Raises RecordingError for a damaged stream, and for one that unpacks to more than a hundred
    times its size.
    """
    if not data.startswith(_GZIP):
        return data
    inflater, plain = zlib.decompressobj(wbits=31), None
    most = max(_ALWAYS_UNPACKED, _MOST_UNPACKED * len(data))
    with suppress(zlib.error):
        plain = inflater.decompress(data, most)
    if plain is None or inflater.unused_data:
        raise NotARecordingError(f"{name}: a damaged gzip stream; take a copy that is whole")
    if inflater.unconsumed_tail:
        raise RecordingError(
            f"{name}: unpacks to more than {_MOST_UNPACKED} times its size; unpack it with gunzip"
        )
    return plain
