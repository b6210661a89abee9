"""The recording's bytes: events to msgpack arrays and back.

docs/format.md specifies all of this for strangers; a test holds that page to this code.
"""

import struct
import zlib
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import msgpack

from specrecord.events import FIELDS, KINDS, End, EndReason, Event, Unknown
from specrecord.schema import build, check_plain

SUFFIX = ".specrec"
DIGEST_SIZE = 32  # bytes of SHA-256 that close a whole recording

_LONGEST_KIND = 64  # bytes
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_HOW = {KINDS[kind]: (kind, attrgetter(*names)) for kind, names in FIELDS.items()}
_pack = msgpack.Packer().pack


def kind_of(event: Event) -> str:
    """The kind that an event's array starts with."""
    return event.kind if isinstance(event, Unknown) else _KIND_OF[type(event)]


def event_values(event: Event) -> list[Any]:
    """`[kind, field, field, ...]` in the order of the file."""
    if isinstance(event, Unknown):
        return [event.kind, event.time, *event.values]
    kind, values_of = _HOW[type(event)]
    return [kind, *values_of(event)]


def values_event(values: Any) -> Event:
    """The event that an array stands for. Extra fields, written by a later version, are dropped.

    Raises ValueError when the array is not an event, or a field has a value that it cannot have.
    """
    if not isinstance(values, list) or len(values) < 2 or not isinstance(values[0], str):
        raise ValueError("an event is an array that starts with its kind and its time")
    kind, names = values[0], FIELDS.get(values[0])
    if names is None:
        return _unknown(values)
    event: Event = build(KINDS[kind], dict(zip(names, values[1:], strict=False)), kind)
    if len(values) > len(names) + 1:
        check_plain(values[len(names) + 1 :], kind)
    return event


def _unknown(values: list[Any]) -> Unknown:
    """An event of a kind from a later version."""
    kind, time, *rest = values
    if not 0 < len(kind.encode()) <= _LONGEST_KIND:
        raise ValueError(f"the kind of an event is text of 1 to {_LONGEST_KIND} bytes")
    check_plain(rest, "an unknown event")
    return build(Unknown, {"kind": kind, "time": time, "values": rest}, "an unknown event")


def pack_event(event: Event) -> bytes:
    """One event as its msgpack array."""
    packed: bytes = _pack(event_values(event))
    return packed


def checksums(packed: Iterable[bytes]) -> bytes:
    """The CRC-32 of each packed event, as `End.checks` holds them."""
    found = [zlib.crc32(data) for data in packed]
    return struct.pack(f"<{len(found)}I", *found)


def pack_unsealed(time: int, reason: EndReason, checks: bytes) -> bytes:
    """The `end` event over events with these checksums, up to its digest: of all bytes so far."""
    end = End(time, reason, len(checks) // 4, checks, bytes(DIGEST_SIZE))
    return pack_event(end)[:-DIGEST_SIZE]
