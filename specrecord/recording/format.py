"""The recording's bytes: events to msgpack arrays and back.

docs/format.md specifies all of this for strangers; a test holds that page to this code.
"""

import struct
import zlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, Union

from msgspec import MsgspecError
from msgspec.msgpack import Decoder, encode

from specrecord.events import FIELDS, KINDS, Checks, End, EndReason, Event, Unknown
from specrecord.recording.strict import strict_event
from specrecord.schema import fields_of

SUFFIX = ".specrec"
DIGEST_SIZE = 32  # bytes of SHA-256 that close a whole recording

_decode = Decoder(Union[tuple(KINDS.values())]).decode  # noqa: UP007 - made of a table
_Bounded = Callable[[Any], bool]


def _bounded(cls: type[Any]) -> _Bounded:
    """Whether an event keeps what is declared beyond what msgspec sees to: fields that another one
    bounds, and bytes of whole entries.
    """
    order, sizes = [], []
    for one in fields_of(cls):
        if other := one.at_most or one.below:
            order.append((attrgetter(one.name, other), bool(one.below)))
        if one.type.entry > 1:
            sizes.append((attrgetter(one.name), one.type.entry))

    def keeps(event: Any) -> bool:
        for both, less in order:
            value, most = both(event)
            if value > most or (less and value == most):
                return False
        return not any(len(packed(event) or b"") % entry for packed, entry in sizes)

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
    except (MsgspecError, ValueError, RecursionError):
        return strict_event(data)
    cls = type(event)
    return event if data[0] <= _LENGTH[cls] and _BOUNDED[cls](event) else strict_event(data)


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
