"""Events and headers held to what is declared of them, value by value, as the player's `check.js`
and `plan.js` do it: the same files are taken and refused there, in the same words.
"""

from collections.abc import Sequence
from typing import Any

from specrecord.events import FIELDS, KINDS, Event, Unknown
from specrecord.header import Header
from specrecord.recording.cursor import Cursor
from specrecord.schema import Field, Microseconds, Type, fields_of, shown, type_of

_LONGEST_KIND = 64  # bytes
_NO_EVENT = "an event is an array that starts with its kind and its time"
_UNKNOWN = "an unknown event"
_DECLARED = {kind: fields_of(cls) for kind, cls in KINDS.items()}
_HEADER = fields_of(Header)
_TIME = type_of(Microseconds)


def strict_event(data: bytes | memoryview) -> Event:
    """The event that these bytes begin with, fields of a later version left out.

    Raises CutError where they end inside it, ValueError where it is none or has a value that cannot
    be, in one line that names kind and field.
    """
    cursor = Cursor(data)
    size = cursor.array_length() - 1
    if size < -1:
        cursor.value()
    if size < 1 or cursor.form() != "text":
        raise ValueError(_NO_EVENT)
    start = cursor.position
    name = cursor.bin()
    if not 0 < len(name) <= _LONGEST_KIND or 0 in name:
        raise ValueError(f"the kind of an event is text of 1 to {_LONGEST_KIND} bytes, none 0")
    cursor.position = start
    kind = cursor.text()
    if kind not in KINDS:
        time = _read(cursor, _TIME, f"{_UNKNOWN}.time", nullable=False)
        return Unknown(kind, time, tuple(_skip(cursor, _UNKNOWN, size - 1)))
    fields = _DECLARED[kind]
    values = [
        _read(cursor, field.type, f"{kind}.{field.name}", nullable=field.nullable)
        for field in fields[:size]
    ]
    if size < sum(field.required for field in fields):
        raise ValueError(f"{kind} lacks {fields[size].name}")
    _check_order(kind, fields, values)
    _skip(cursor, kind, size - len(fields))
    event: Event = KINDS[kind](*values)
    return event


def check_header(values: dict[str, Any]) -> None:
    """Raises ValueError, in one line that names the key, for a value that cannot stand there."""
    _check_map(values, _HEADER, "header")


def _read(cursor: Cursor, type_: Type, place: str, *, nullable: bool) -> Any:
    form = cursor.form()
    if form in ("list", "map", "extension") and type_.kind != "any":
        raise ValueError(f"{place} is {shown(None, form)}, it must be {type_.requirement}")
    value = cursor.value()
    if not (nullable and value is None) and not type_.allows(value):
        raise ValueError(f"{place} is {shown(value)}, it must be {type_.requirement}")
    return value


def _skip(cursor: Cursor, kind: str, count: int) -> list[Any]:
    """What a later version added."""
    try:
        return [cursor.value() for _ in range(count)]
    except ValueError as error:
        line = str(error)
        raise ValueError(line if line.startswith("no ") else f"{kind} has {line}") from None


def _check_order(kind: str, fields: Sequence[Field], values: Sequence[Any]) -> None:
    given = dict(zip(FIELDS[kind], values, strict=False))
    for sign in ("below", "at_most"):
        for field in fields:
            other = getattr(field, sign)
            if other is None or given.get(field.name) is None:
                continue
            value, most = given[field.name], given[other]
            if value > most or (value == most and sign == "below"):
                raise ValueError(
                    f"{kind}.{field.name} is {value}, it must be {sign.replace('_', ' ')} its "
                    f"{other} {most}"
                )


def _check_map(values: dict[str, Any], fields: Sequence[Field], place: str) -> None:
    declared = {field.name: field for field in fields}
    for key, value in values.items():
        if key in declared and value is not None:
            _check_key(value, declared[key], f"{place}.{key}")


def _check_key(value: Any, field: Field, place: str) -> None:
    whole: type[Any] | None = {"[]": list, "{}": dict}.get(field.holds)
    whole = dict if field.fields else whole
    if whole and not isinstance(value, whole):
        must = "a list" if whole is list else "a map"
        raise ValueError(f"{place} is {shown(value)}, it must be {must}")
    if field.fields:
        _check_map(value, field.fields, place)
        return
    type_ = field.type
    if isinstance(value, dict) and field.holds:
        if not all(inner is None or type_.allows(inner) for inner in value.values()):
            raise ValueError(f"an entry of {place} is not {type_.requirement}")
        return
    many = value if field.holds else [value]
    for index, one in enumerate(many):
        if not type_.allows(one):
            where = f"{place}[{index}]" if field.holds else place
            raise ValueError(f"{where} is {shown(one)}, it must be {type_.requirement}")
