"""Writes what is derived from the declarations in `specrecord/events.py` and `header.py`: the
tables of docs/format.md, and the player's `schema.js`.

    python -m tools.schema_tables
"""

import json
from pathlib import Path

from specrecord.events import KINDS
from specrecord.header import Header
from specrecord.schema import Field, Type, digits, fields_of

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "format.md"
SCRIPT = ROOT / "player" / "core" / "recording" / "schema.js"
_SCRIPT = """\
// What a recording may hold. Written by `python -m tools.schema_tables`, as the tables of
// docs/format.md are, from what Python reads by.

/**
 * Types of values by name: kind, least, most, what a value must be, and the size that the size of
 * bytes is a multiple of. The bounds are those of a number, or of the size of bytes.
 * @type {Record<string, readonly [string, number, number, string, number?]>}
 */
export const TYPES = {
TYPES
};

/**
 * The fields of every event in their order: name, column, type. Words stand for themselves, as in
 * `draft|target`; `?` says that it may be nil. The first `need` of them must be there.
 */
export const EVENTS = /** @type {const} */ ({
EVENTS
});

/**
 * The header's keys. Each may be missing, or nil; `[id]` is a list of that type, `{text}` a map to
 * that type.
 * @typedef {{ [key: string]: string | HeaderFields }} HeaderFields
 * @type {HeaderFields}
 */
export const HEADER = {
HEADER
};
"""


def main() -> None:
    """Write both."""
    PAGE.write_text(page(PAGE.read_text()))
    SCRIPT.write_text(script())


def script() -> str:
    """The text of schema.js."""
    types = [f"  {name}: {_type_row(one)}," for name, one in _types().items()]
    events = [line for kind, cls in KINDS.items() for line in _event(kind, fields_of(cls))]
    parts = {"TYPES": types, "EVENTS": events, "HEADER": _header(fields_of(Header), "  ")}
    text = _SCRIPT
    for name, lines in parts.items():
        text = text.replace(f"\n{name}\n", "\n" + "\n".join(lines) + "\n")
    return text


def page(text: str) -> str:
    """docs/format.md with its tables as they are to be."""
    tables = {"types": _type_table(), "header": _header_table(), "events": _event_table()}
    for name, rows in tables.items():
        start, end = f"<!-- {name}: written by tools/schema_tables.py -->\n", "<!-- end -->"
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


def _type_row(one: Type) -> str:
    row = [f'"{one.kind}"', *map(_bound, (one.least, one.most), "-+"), f'"{one.requirement}"']
    return f"[{', '.join(row + [str(one.entry)] * (one.entry > 1))}]"


def _bound(bound: float | None, sign: str) -> str:
    return f"{sign}Infinity".removeprefix("+") if bound is None else digits(bound)


def _event(kind: str, fields: tuple[Field, ...]) -> list[str]:
    order = [[one.name, "<", one.below] for one in fields if one.below]
    order += [[one.name, "<=", one.at_most] for one in fields if one.at_most]
    one_line = f"    order: {json.dumps(order)},"
    lines = ["    order: [", *(f"      {json.dumps(pair)}," for pair in order), "    ],"]
    return [
        f"  {kind}: {{",
        f"    need: {sum(one.required for one in fields)},",
        *(lines if len(order) > 1 else [one_line]),
        "    fields: [",
        *(f"      {json.dumps([one.name, _column(one), _name(one)])}," for one in fields),
        "    ],",
        "  },",
    ]


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


def _header(fields: tuple[Field, ...], indent: str) -> list[str]:
    lines = []
    for one in fields:
        if one.fields:
            lines += [
                f"{indent}{one.name}: {{",
                *_header(one.fields, f"{indent}  "),
                f"{indent}}},",
            ]
        else:
            lines.append(f'{indent}{one.name}: "{_held(one)}",')
    return lines


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
    return {None: "nil", "": "empty"}.get(default, str(default))  # type: ignore[call-overload]


if __name__ == "__main__":
    main()
