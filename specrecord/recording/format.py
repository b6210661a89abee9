"""The recording's bytes: events to msgpack arrays and back.

docs/format.md specifies all of this for strangers; a test holds that page to this code.
"""

from operator import attrgetter
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgpack

from specrecord.events import FIELDS, KINDS, Event, Unknown
from specrecord.events import pack_top as pack_top
from specrecord.events import unpack_top as unpack_top

FORMAT = "specrecord"
VERSION = 1
SUFFIX = ".specrec"
DIGEST_SIZE = 32  # bytes of SHA-256 that close a whole recording

_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_FIELDS_OF = {
    kind: attrgetter(*names) for kind, names in FIELDS.items()
}  # in C: this runs for every event
_pack = msgpack.Packer().pack


def kind_of(event: Event) -> str:
    """The kind that an event's array starts with."""
    return event.kind if isinstance(event, Unknown) else _KIND_OF[type(event)]


def event_values(event: Event) -> list[Any]:
    """`[kind, field, field, ...]` in the order of the file."""
    if isinstance(event, Unknown):
        return [event.kind, event.time, *event.values]
    kind = kind_of(event)
    return [kind, *_FIELDS_OF[kind](event)]


def values_event(values: Any) -> Event:
    """The event that an array stands for. Extra fields, written by a later version, are dropped.

    Raises ValueError when the array is not an event, or a field has a value that it cannot have.
    """
    if not isinstance(values, list) or len(values) < 2 or not isinstance(values[0], str):
        raise ValueError(
            f"an event is an array that starts with its kind, this is {str(values)[:60]}"
        )
    kind, time = values[:2]
    if not isinstance(time, int):
        raise ValueError(f"the time of an event is an integer, this is {str(time)[:60]}")
    if kind not in KINDS:
        return Unknown(kind, time, tuple(values[2:]))
    found = values[1 : 1 + len(FIELDS[kind])]
    for name, allowed, value in zip(FIELDS[kind], _ALLOWED[kind], found, strict=False):
        if not (
            isinstance(value, allowed) if isinstance(allowed, tuple) else str(value) in allowed
        ):
            raise ValueError(f"{name} of a {kind!r} event cannot be {str(value)[:60]}")
    try:
        event: Event = KINDS[kind](*found)
    except TypeError:
        raise ValueError(f"a {kind!r} event has more than {len(found)} fields") from None
    return event


def _allowed(annotation: Any) -> tuple[type, ...] | frozenset[str]:
    """What a field may hold: types for isinstance, or the words of a Literal. An int will do for a
    float.
    """
    if get_origin(annotation) is Literal:
        return frozenset(get_args(annotation))
    types = get_args(annotation) or (annotation,)
    return (*types, int) if float in types else types


_ALLOWED = {
    kind: [_allowed(hint) for hint in get_type_hints(cls).values()] for kind, cls in KINDS.items()
}


def pack_event(event: Event) -> bytes:
    """One event as its msgpack array."""
    packed: bytes = _pack(event_values(event))
    return packed
