"""The recording's bytes: events to msgpack arrays and back.

docs/format.md specifies all of this for strangers; a test holds that page to this code.
"""

from typing import Any

import msgpack

from specrecord.events import FIELDS, KINDS, Event, Unknown
from specrecord.events import pack_top as pack_top
from specrecord.events import unpack_top as unpack_top

FORMAT = "specrecord"
VERSION = 1
SUFFIX = ".specrec"

_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def kind_of(event: Event) -> str:
    """The kind that an event's array starts with."""
    return event.kind if isinstance(event, Unknown) else _KIND_OF[type(event)]


def event_values(event: Event) -> list[Any]:
    """`[kind, field, field, ...]` in the order of the file."""
    if isinstance(event, Unknown):
        return [event.kind, event.time, *event.values]
    kind = kind_of(event)
    return [kind, *[getattr(event, name) for name in FIELDS[kind]]]


def values_event(values: list[Any]) -> Event:
    """The event that an array stands for. Extra fields, written by a later version, are dropped.

    Raises ValueError when the array is not an event.
    """
    if not isinstance(values, list) or len(values) < 2 or not isinstance(values[0], str):
        raise ValueError(f"an event is an array that starts with its kind, this is {str(values)[:60]}")
    kind = values[0]
    if kind not in KINDS:
        return Unknown(kind, values[1], tuple(values[2:]))
    try:
        event: Event = KINDS[kind](*values[1 : 1 + len(FIELDS[kind])])
    except TypeError as error:
        raise ValueError(f"a {kind!r} event lacks fields: {error}") from None
    return event


def pack_event(event: Event) -> bytes:
    """One event as its msgpack array."""
    packed: bytes = msgpack.packb(event_values(event))
    return packed
