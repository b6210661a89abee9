"""The types that a recording's fields are declared with, and what follows from a declaration.

`events.py` and `header.py` declare each field once: name, type, bounds, default. Derived from that
are the check of every value that is read (`build`), and the tables of docs/format.md and of the
player (`python -m tools.schema_tables`). This module knows nothing else of the package.
"""

import math
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any, TypeVar

from msgspec import NODEFAULT, Meta, ValidationError, convert, inspect

_EXACT = 2**53 - 1  # the largest whole number that JavaScript counts exactly
_INT32 = 2**31 - 1
_LAST_NODE = 2**16 - 1
_ROUNDING = 1e-9  # by which a sum of probabilities may exceed 1
_DEEPEST = 64  # lists and maps within each other, where anything may stand

VERSION = 1  # of the format
Version = Annotated[int, Meta(title="version", ge=VERSION, le=VERSION)]
Microseconds = Annotated[int, Meta(title="microseconds", ge=0, le=_EXACT)]
Whole = Annotated[int, Meta(title="whole", ge=0, le=_EXACT)]
Count = Annotated[int, Meta(title="count", ge=0, le=_INT32)]
TokenId = Annotated[int, Meta(title="id", ge=0, le=_INT32)]
Seed = Annotated[int, Meta(title="seed", ge=0)]
Depth = Annotated[int, Meta(title="depth", ge=0, le=4096)]
Node = Annotated[int, Meta(title="node", ge=0, le=_LAST_NODE)]
NodeOrRoot = Annotated[int, Meta(title="node_or_root", ge=-1, le=_LAST_NODE)]
Probability = Annotated[float, Meta(title="probability", ge=0, le=1 + _ROUNDING)]
Uniform = Annotated[float, Meta(title="uniform", ge=0, le=math.nextafter(1, 0))]
Logprob = Annotated[float, Meta(title="logprob", ge=-1_000_000_000, le=0.001)]
Entropy = Annotated[float, Meta(title="entropy", ge=0, le=32)]
_Positive = Meta(title="amount", ge=0, le=sys.float_info.max)
Amount = Annotated[int, Meta(title="amount", ge=0)] | Annotated[float, _Positive]
Top = Annotated[bytes, Meta(title="top", extra={"entry": 8})]
Float32s = Annotated[bytes, Meta(title="float32s", extra={"entry": 4})]
Checksums = Annotated[bytes, Meta(title="checksums", extra={"entry": 4})]
Digest = Annotated[bytes, Meta(title="digest", min_length=32, max_length=32)]


def at_most(other: str) -> Meta:
    """The field may not exceed another one of the same event."""
    return Meta(extra={"at_most": other})


def below(other: str) -> Meta:
    """The field must be less than another one of the same event."""
    return Meta(extra={"below": other})


@dataclass(frozen=True)
class Type:
    """What one value may be. `least` and `most` bound a number or the size of bytes, which is a
    multiple of `entry`; `words` are all that may stand.
    """

    name: str  # docs/format.md's; of words, all of them
    kind: str  # int, float, number (either of them), text, bytes, bool, any, map
    least: float | None = None
    most: float | None = None
    entry: int = 1
    words: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """What a value must be, for a message."""
        if self.words:
            return " or ".join(self.words)
        if self.kind == "bytes":
            sized = f"a multiple of {self.entry}" if self.most is None else f"{self.most}"
            return f"{sized} bytes" if self.entry > 1 or self.most is not None else "bytes"
        if self.least is not None and self.least == self.most:
            return digits(self.least)
        if self.kind == "any":
            return "any of these"
        noun = {"int": "a whole number", "bool": "true or false", "text": "text", "map": "a map"}
        low = "" if self.least is None else f" from {digits(self.least)}"
        high = "" if self.most in (None, sys.float_info.max) else f" to {digits(self.most)}"
        return noun.get(self.kind, "a number") + low + high


@dataclass(frozen=True)
class Field:
    """One declared field. `holds` is "" for one value of the type, `[]` for a list of them, `{}`
    for a map from text to them; a field that has `fields` holds a map with those keys. `since` is
    the format's version that first had it: 1, unless `Meta(extra={"since": 2})` says another.
    """

    name: str
    type: Type
    holds: str = ""
    nullable: bool = False
    required: bool = True
    default: Any = None
    since: int = 1
    at_most: str | None = None
    below: str | None = None
    fields: tuple["Field", ...] = ()


_Built = TypeVar("_Built")
_FURTHER: dict[type[Any], tuple[tuple[str, Any], ...]] = {}  # what `_further` gives, by class
_LOCK = Lock()


def build(cls: type[_Built], values: Mapping[str, Any], what: str) -> _Built:
    """The dataclass that `values` stand for; keys that it does not declare are left out.

    Raises ValueError, in one line that names `what` and the key, for a value that cannot stand.
    """
    further = _FURTHER.get(cls)
    if further is None:
        further = _prepared(cls)
    try:
        found = convert(values, cls)
    except ValidationError as error:
        raise ValueError(_refusal(cls, values, what, str(error))) from None
    for name, bound in further:
        value = values.get(name)
        if value is None:
            continue
        if isinstance(bound, Type):  # bytes, for which msgspec takes base64, too
            if type(value) is not bytes or len(value) % bound.entry:
                raise ValueError(
                    f"{what}.{name} is {_shown(value)}, it must be {bound.requirement}"
                )
        elif value > getattr(found, bound[1]) - bound[0]:
            raise ValueError(
                f"{what}.{name} is {value}, it must be {'below' if bound[0] else 'at most'} its "
                f"{bound[1]} {getattr(found, bound[1])}"
            )
    return found


def check_plain(values: Iterable[Any], what: str, deep: int = _DEEPEST) -> None:
    """Raises ValueError when something in `values` is no plain value of msgpack: an extension, a
    map with a key that is no text, or a nest of more than 64 lists and maps.
    """
    for value in values:
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise ValueError(f"{what} has a map with a key that is not text")
            value = list(value.values())
        if type(value) is list:
            if not deep:
                raise ValueError(f"{what} has values that nest deeper than {_DEEPEST}")
            check_plain(value, what, deep - 1)
        elif value is not None and not isinstance(value, bool | int | float | str | bytes):
            raise ValueError(f"{what} has a value of an extension type")


def digits(value: float) -> str:
    """A number as JavaScript writes it, too."""
    return repr(value).removesuffix(".0").replace("e+", "e")


def fields_of(cls: type[Any]) -> tuple[Field, ...]:
    """What a dataclass declares, in its order."""
    found = inspect.type_info(cls)
    assert isinstance(found, inspect.DataclassType)
    return tuple(_field(one) for one in found.fields)


def _field(one: inspect.Field) -> Field:
    parts = list(one.type.types) if isinstance(one.type, inspect.UnionType) else [one.type]
    nullable = any(isinstance(part, inspect.NoneType | inspect.AnyType) for part in parts)
    parts = [part for part in parts if not isinstance(part, inspect.NoneType)]
    extra = {
        key: value for part in parts for key, value in (getattr(part, "extra", None) or {}).items()
    }
    extra.pop("entry", None)
    holds, part = "", parts[0]
    fields: tuple[Field, ...] = ()
    if isinstance(part, inspect.ListType):
        holds, part = "[]", part.item_type
    elif isinstance(part, inspect.DictType):
        holds, part = "{}", part.value_type
    elif isinstance(part, inspect.DataclassType):
        fields = fields_of(part.cls)
    kind = "number" if len(parts) > 1 else ""
    found = _type(parts[-1] if kind else part, kind)
    default = None if one.default is NODEFAULT else one.default
    return Field(one.name, found, holds, nullable, one.required, default, fields=fields, **extra)


def _type(part: inspect.Type, kind: str = "") -> Type:
    title, extra = "", {}
    if isinstance(part, inspect.Metadata):
        title, extra = (part.extra_json_schema or {}).get("title", ""), part.extra or {}
        part = part.type
    match part:
        case inspect.LiteralType(values=words):
            named = [str(word) for word in words]
            return Type("|".join(named) + "|" * (len(named) == 1), "text", words=tuple(named))
        case inspect.IntType(ge=least, le=most):
            return Type(title, kind or "int", least, most)
        case inspect.FloatType(ge=least, le=most):
            return Type(title, kind or "float", least, most)
        case inspect.BytesType(min_length=least, max_length=most):
            return Type(title or "bytes", "bytes", least, most, extra.get("entry", 1))
        case inspect.StrType():
            return Type("text", "text")
        case inspect.BoolType():
            return Type("bool", "bool")
        case inspect.DataclassType():
            return Type("map", "map")
    return Type("any", "any")


def _prepared(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    """`_further` of a class, once. msgspec looks at a class when it first converts to it, and
    crashes where two threads do so at a time.
    """
    with _LOCK:
        if cls not in _FURTHER:
            with suppress(ValidationError):
                convert({}, cls)
            _FURTHER[cls] = _further(cls)
    return _FURTHER[cls]


def _further(cls: type[Any]) -> tuple[tuple[str, Any], ...]:
    """What a class declares beyond what msgspec sees to: fields of bytes with their type, and
    fields that another one bounds, with how much less they must be and its name.
    """
    found: list[tuple[str, Any]] = []
    for one in fields_of(cls):
        found += [(one.name, one.type)] if one.type.kind == "bytes" else []
        found += [(one.name, (1, one.below))] if one.below else []
        found += [(one.name, (0, one.at_most))] if one.at_most else []
    return tuple(found)


def _refusal(cls: type[Any], values: Any, what: str, error: str) -> str:
    """Our line for what msgspec refused: it names the place, the declaration what must be there."""
    if lacking := re.match(r"Object missing required field `(\w+)`", error):
        return f"{what} lacks {lacking[1]}"
    steps = re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", error.rpartition("`$")[2])
    fields, place, field = fields_of(cls), what, None
    for name, index in steps:
        place += f".{name}" if name else f"[{index}]"
        if index == "...":
            assert field is not None
            return f"an entry of {place[:-5]} is not {field.type.requirement}"
        values = values[name or int(index)]
        if name:
            field = next(one for one in fields if one.name == name)
            fields = field.fields
    assert field is not None
    whole = {"[]": "a list", "{}": "a map"}.get(field.holds)
    must = whole if whole and not steps[-1][1] else field.type.requirement
    return f"{place} is {_shown(values)}, it must be {must}"


def _shown(value: Any) -> str:
    """A value for a message. Of text, which may hold anything, only a plain word is shown."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.:-]{1,24}", value):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return digits(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    names = {"str": "text", "list": "a list", "dict": "a map"}
    return names.get(type(value).__name__, "nil")
