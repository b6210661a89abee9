"""The recording's bytes: events to msgpack arrays and back.

docs/format.md specifies all of this for strangers; a test holds that page to this code.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Union

from msgspec import MsgspecError
from msgspec.msgpack import Decoder, encode

from specrecord.events import FIELDS, KINDS, Checks, End, EndReason, Event, Unknown
from specrecord.recording.strict import strict_event
from specrecord.schema import fields_of

SUFFIX = ".specrec"
DIGEST_SIZE = 32  # bytes of SHA-256 that close a whole recording

_KINDS: Any = Union[tuple(KINDS.values())]  # noqa: UP007 - made of a table
_decode, _decode_many = Decoder(_KINDS).decode, Decoder(list[_KINDS]).decode
MANY, MUCH = 4096, 1 << 20  # events and bytes that are decoded at once
_UNREAD = (MsgspecError, ValueError, RecursionError)


def _bounded(cls: type[Any]) -> Callable[[Any], bool]:
    """Whether an event keeps what is declared beyond what msgspec sees to: fields that another one
    bounds, and bytes of whole entries. Compiled, since every event is asked.
    """
    rules = [
        f"e.{one.name} {'<' if one.below else '<='} e.{other}"
        for one in fields_of(cls)
        if (other := one.at_most or one.below)
    ]
    rules += [
        f"len(e.{one.name} or b'') % {one.type.entry} == 0"
        for one in fields_of(cls)
        if one.type.entry > 1
    ]
    keeps: Callable[[Any], bool] = eval(f"lambda e: {' and '.join(rules) or True}")
    return keeps


_BOUNDED = {cls: _bounded(cls) for cls in KINDS.values()}
_LENGTH = {KINDS[kind]: 0x91 + len(names) for kind, names in FIELDS.items()}


def kind_of(event: Event) -> str:
    """The kind that an event's array starts with."""
    return event.kind if isinstance(event, Unknown) else str(event.__struct_config__.tag)


def read_event(data: memoryview | bytes) -> Event:
    """The event that one whole msgpack value is. Fields of a later version are left out.

    Raises ValueError, in one line that names kind and field, when it is none, or a field has a
    value that it cannot have.
    """
    try:
        event: Event = _decode(data)
    except _UNREAD:
        return strict_event(data)
    cls = type(event)
    return event if data[0] <= _LENGTH[cls] and _BOUNDED[cls](event) else strict_event(data)


def read_events(data: memoryview, offsets: Sequence[int]) -> Iterable[Event]:
    """The events between each two `offsets`, as `read_event` reads them, many at once where all are
    as they should be. Raises ValueError when one is reached that is none.
    """
    events = _decoded(data, offsets)
    if events is not None and all(
        data[start] <= _LENGTH[cls := type(event)] and _BOUNDED[cls](event)
        for start, event in zip(offsets, events, strict=False)
    ):
        return events
    return (read_event(data[start:end]) for start, end in pairwise(offsets))


def read_again(data: memoryview, offsets: Sequence[int]) -> Iterator[Event]:
    """The events between each two `offsets`, all of which `read_event` has taken before."""
    first = 0
    while first < len(offsets) - 1:
        most = min(len(offsets), first + MANY + 1)
        last = max(first + 1, bisect_right(offsets, offsets[first] + MUCH, first, most) - 1)
        some = offsets[first : last + 1]
        yield from _decoded(data, some) or read_events(data, some)
        first = last


def _decoded(data: memoryview, offsets: Sequence[int]) -> list[Event] | None:
    """All events at once, unless one of them needs a closer look."""
    count = (len(offsets) - 1).to_bytes(4, "big")
    try:
        return _decode_many(b"\xdd" + count + data[offsets[0] : offsets[-1]])
    except _UNREAD:
        return None


def pack_event(event: Event) -> bytes:
    """One event as its msgpack array."""
    if isinstance(event, Unknown):
        return encode([event.kind, event.time, *event.values])
    return encode(event)


def checksums(packed: Iterable[bytes]) -> bytes:
    """The CRC-32 of each packed event, as `End.checks` and `Checks.checks` hold them."""
    found = [zlib.crc32(data) for data in packed]
    return struct.pack(f"<{len(found)}I", *found)


def unpack_checksums(checks: bytes) -> tuple[int, ...]:
    """What `checksums` packed."""
    return struct.unpack(f"<{len(checks) // 4}I", checks)


def pack_checks(time: int, checks: bytes) -> bytes:
    """The `check` event before events with these checksums."""
    empty = len(encode(0xFFFFFFFF))
    body = encode(Checks(time, checks, 0xFFFFFFFF))[:-empty]
    return body + b"\xce" + zlib.crc32(body).to_bytes(4, "big")


def holds(data: memoryview | bytes, event: Checks) -> bool:
    """Whether a `check` event is as it was written, of these bytes."""
    return zlib.crc32(data[:-5]) == event.own


def pack_unsealed(time: int, reason: EndReason, checks: bytes, events: int) -> bytes:
    """The `end` event over so many events, with these checksums, up to its digest: of all bytes so
    far.
    """
    return pack_event(End(time, reason, events, checks, bytes(DIGEST_SIZE)))[:-DIGEST_SIZE]
