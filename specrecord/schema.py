"""The types that a recording's fields are declared with, and what follows from a declaration.

`events.py` and `header.py` declare each field once: name, type, bounds, default. Derived from that
are the check of every value that is read, and the tables of docs/format.md and of the player
(`python -m tools.docs.schema_tables`). This module knows nothing else of the package.
"""

import math
import re
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from msgspec import NODEFAULT, Meta, inspect

_EXACT = 2**53 - 1  # the largest whole number that JavaScript counts exactly
_INT32 = 2**31 - 1
_LAST_NODE = 2**16 - 1
_ROUNDING = 1e-9  # by which a sum of probabilities may exceed 1

VERSION = 1  # of the format
Version = Annotated[int, Meta(title="version", ge=VERSION, le=VERSION)]
Microseconds = Annotated[int, Meta(title="microseconds", ge=0, le=_EXACT)]
Whole = Annotated[int, Meta(title="whole", ge=0, le=_EXACT)]
Crc32 = Annotated[int, Meta(title="crc32", ge=0, le=2**32 - 1)]
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

    def allows(self, value: Any) -> bool:
        """Whether it may be this."""
        match self.kind:
            case "any":
                return True
            case "text":
                return isinstance(value, str) and (not self.words or value in self.words)
            case "bool":
                return isinstance(value, bool)
            case "bytes":
                return (
                    isinstance(value, bytes)
                    and self._bounds(len(value))
                    and not len(value) % self.entry
                )
        number = int if self.kind == "int" else (int, float)
        return isinstance(value, number) and not isinstance(value, bool) and self._bounds(value)

    def _bounds(self, value: float) -> bool:
        least = -math.inf if self.least is None else self.least
        return least <= value <= (math.inf if self.most is None else self.most)

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


def digits(value: float) -> str:
    """A number as JavaScript writes it, too."""
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    if value and not 1e-6 <= abs(value) < 1e21:
        return re.sub(r"(\.0)?e([+-])0?", r"e\2", repr(value))
    plain = f"{Decimal(repr(abs(value))):f}".removesuffix(".0")
    return "-" * (value < 0) + plain


def shown(value: Any, form: str = "") -> str:
    """A value for a message; of one that is not given, its form. Of text, which may hold anything,
    only a plain word is shown.
    """
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_.:-]{1,24}", value):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return digits(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    words = {"extension": "an extension", "list": "a list", "map": "a map"}
    forms: dict[type[Any], str] = {str: "text", list: "list", dict: "map"}
    form = form or forms.get(type(value), "nil")
    return words.get(form, form)


def type_of(declared: Any) -> Type:
    """What an annotation declares."""
    return _type(inspect.type_info(declared))


def fields_of(cls: type[Any]) -> tuple[Field, ...]:
    """What a dataclass declares, in its order."""
    found = inspect.type_info(cls)
    assert isinstance(found, inspect.DataclassType | inspect.StructType)
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
