"""Writes what is derived from the declarations in `specrecord/events.py` and `header.py`: the
tables of docs/format.md, and the player's `schema.json` with its types.

    python -m tools.docs.schema_tables
"""

import json
from pathlib import Path
from typing import Any

from specrecord.events import KINDS
from specrecord.header import Header
from specrecord.recording.audit.stated import STATED
from specrecord.schema import Field, Type, fields_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "format.md"
DATA = ROOT / "player" / "core" / "recording" / "schema.json"
DECLARED = DATA.with_name("schema.d.json.ts")
_DECLARATION = """\
// Written by `python -m tools.docs.schema_tables`: the type of schema.json, to the letter of its
// events.
declare const schema: {
  /** The types of values by their names. A bound that is not given is none. */
  types: Record<string, import("./check.js").Declared>;
  /**
   * The fields of every event in their order: name, column, type. Words stand for themselves, as
   * in `draft|target`; `?` says that it may be nil. The first `need` of them must be there.
   */
  events: EVENTS;
  /**
   * The header's keys. Each may be missing, or nil; `[id]` is a list of that type, `{text}` a map
   * to that type.
   */
  header: import("./check.js").HeaderFields;
};
export = schema;
"""


def main() -> None:
    """Write all three."""
    PAGE.write_text(page(PAGE.read_text()))
    for path, text in data().items():
        path.write_text(text)


def data() -> dict[Path, str]:
    """The player's tables as JSON and the types of them, by path."""
    tables = {
        "types": {name: _type_row(one) for name, one in _types().items()},
        "events": {kind: _event(fields_of(cls)) for kind, cls in KINDS.items()},
        "header": _header(fields_of(Header)),
    }
    declared = _DECLARATION.replace("EVENTS", _rows(tables["events"], "  "))
    return {DATA: _rows(tables) + "\n", DECLARED: declared}


def _rows(value: Any, indent: str = "") -> str:
    """JSON with what is short in one line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent + line) < 90:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {_rows(one, inner)}" for key, one in value.items()]
    else:
        parts = [inner + _rows(one, inner) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(parts) + f"\n{indent}{closing}"


def page(text: str) -> str:
    """docs/format.md with its tables as they are to be."""
    tables = {"types": _type_table(), "header": _header_table(), "events": _event_table()}
    tables["stated"] = [
        "| of | what |",
        "|---|---|",
        *(f"| {of} | {what} |" for of, what in STATED.items()),
    ]
    for name, rows in tables.items():
        start, end = f"<!-- {name}: written by tools/docs/schema_tables.py -->\n", "<!-- end -->"
        before, rest = text.split(start)
        text = before + start + "\n".join(rows) + "\n" + end + rest.split(end, 1)[1]
    return text


def _types() -> dict[str, Type]:
    """Every type that has a name, in the order in which it is first met."""
    found: dict[str, Type] = {}

    def meet(fields: tuple[Field, ...]) -> None:
        for one in fields:
            if not one.type.words and one.type.kind != "map":
                found.setdefault(one.type.name, one.type)
            meet(one.fields)

    for cls in (*KINDS.values(), Header):
        meet(fields_of(cls))
    return found


def _type_row(one: Type) -> dict[str, Any]:
    bounds = {"least": one.least, "most": one.most}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    entry = {"entry": one.entry} if one.entry > 1 else {}
    # The player words whole numbers and fractions from their bounds.
    bounded = one.kind in ("int", "float") and one.least != one.most
    must = {} if bounded else {"must": one.requirement}
    return {"kind": one.kind, **given, **must, **entry}


def _event(fields: tuple[Field, ...]) -> dict[str, Any]:
    order = [[one.name, "<", one.below] for one in fields if one.below]
    order += [[one.name, "<=", one.at_most] for one in fields if one.at_most]
    return {
        "need": sum(one.required for one in fields),
        "order": order,
        "fields": [[one.name, _column(one), _name(one)] for one in fields],
    }


def _column(one: Field) -> str:
    """How the player keeps a field: see its table.js. Only what is never nil may be an `int`."""
    kind, most = one.type.kind, one.type.most or 0
    if kind == "text":
        return "code" if one.type.words else "text"
    if kind == "int" and most < 2**31 and not one.nullable:
        return "int"
    return "bytes" if kind == "bytes" else "number"


def _name(one: Field) -> str:
    return one.type.name + "?" * one.nullable


def _header(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {one.name: _header(one.fields) if one.fields else _held(one) for one in fields}


def _held(one: Field) -> str:
    return f"{one.holds[:1]}{one.type.name}{one.holds[1:]}"


def _type_table() -> list[str]:
    rows = [f"| `{name}` | {one.requirement} |" for name, one in _types().items()]
    return ["| type | a value is |", "|---|---|", *rows]


def _event_table() -> list[str]:
    """A row for each field; the kind stands in the first of its rows."""
    rows = ["| kind | value | type | where it is missing | since |", "|---|---|---|---|---|"]
    for kind, cls in KINDS.items():
        for place, one in enumerate(fields_of(cls)):
            bound = f", below `{one.below}`" if one.below else ""
            bound += f", at most `{one.at_most}`" if one.at_most else ""
            missing = "" if one.required else _missing(one.default)
            first = f"`{kind}`" if not place else ""
            held = f"{_shown(one, _name(one))}{bound}"
            rows.append(f"| {first} | {one.name} | {held} | {missing} | {one.since} |")
    return rows


def _header_table() -> list[str]:
    def rows(fields: tuple[Field, ...], prefix: str) -> list[str]:
        found = []
        for one in fields:
            key = prefix + one.name
            if one.fields:
                found += rows(one.fields, f"{key}.")
            else:
                found.append(f"| `{key}` | {_shown(one, _held(one))} | {one.since} |")
        return found

    return ["| key | type | since |", "|---|---|---|", *rows(fields_of(Header), "")]


def _shown(one: Field, name: str) -> str:
    """A type as a table shows it: by its name, or the words that it consists of."""
    if not one.type.words:
        return f"`{name}`"
    return ", ".join(f"`{word}`" for word in one.type.words)


def _missing(default: object) -> str:
    return {None: "nil", "": "empty"}.get(default, str(default))


if __name__ == "__main__":
    main()
