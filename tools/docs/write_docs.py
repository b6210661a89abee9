"""Writes the parts of the docs that the code decides, between the page's marks.

    python -m tools.docs.write_docs          # or: make docs

The rooms of docs/architecture.md come from the package's docstrings and from the import table in
tests/house/test_imports.py, the reference in docs/python.md from signatures and docstrings.
"""

import ast
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.house.test_imports import ALLOWED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "specrecord"
_API = {
    PACKAGE / "api.py": {"Run", "record", "load"},
    PACKAGE / "recorder" / "generate.py": {"record_generate"},
    PACKAGE / "recording" / "rounds.py": {"Track", "Round", "Node", "Output"},
}
_WIDTH = 100
_FREE = "cli"  # wires the others, and may import any


def room_paths() -> dict[str, Path]:
    """Every room by its dotted name, with the file whose docstring says what it is: the modules
    and folders of the package, and what the import table names besides.
    """
    rooms = {".".join(p.parent.relative_to(PACKAGE).parts): p for p in PACKAGE.rglob("__init__.py")}
    rooms |= {path.stem: path for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")}
    rooms |= {
        name: PACKAGE / f"{name.replace('.', '/')}.py" for name in ALLOWED if name not in rooms
    }
    return {name: rooms[name] for name in sorted(rooms) if name}


def rooms() -> str:
    """A list item for each room: its path, what it is, and which rooms it may import."""
    items = []
    for name, path in room_paths().items():
        place = path.parent if path.stem == "__init__" else path
        shown = f"{place.relative_to(ROOT)}{'/' if place.is_dir() else ''}"
        summary = " ".join(
            (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0].split()
        )
        allowed = sorted(ALLOWED.get(name, ()))
        imports = "any" if name == _FREE else ", ".join(f"`{room}`" for room in allowed)
        items.append(_filled(f"- `{shown}`: {summary}", "  "))
        items += [_filled(f"  - imports {imports}", "    ")] if imports else []
    return "\n".join(items)


def reference() -> str:
    """The public functions and classes of the interface, with their docstrings."""
    return "\n\n".join(
        _described(path, node)
        for path, names in _API.items()
        for node in _public(ast.parse(path.read_text()).body)
        if node.name in names
    )


def _public(body: list[ast.stmt]) -> Iterator[Any]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def _described(path: Path, node: Any) -> str:
    """Title, signature as it stands in the source, and docstring; of a class its members, too."""
    lines = path.read_text().splitlines()
    head = lines[node.lineno - 1 : node.body[0].lineno - 1]
    fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
    head += [lines[field.lineno - 1] for field in fields]
    parts = [f"### `{node.name}`", "\n".join(["```python", *head, "```"])]
    parts.append(ast.get_docstring(node) or "")
    if isinstance(node, ast.ClassDef):
        parts.append("\n".join(_member(member) for member in _public(node.body)))
    return "\n\n".join(parts).rstrip()


def _member(node: ast.FunctionDef) -> str:
    """A property or a method as an item of a list."""
    node.args.args.pop(0)  # self
    asked = ":" if node.decorator_list else f"({ast.unparse(node.args)}) ->"
    answer = ast.unparse(node.returns) if node.returns else "None"
    text = " ".join((ast.get_docstring(node) or "").split())
    return _filled(f"- `{node.name}{asked} {answer}`: {text}", "  ")


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "docs/architecture.md": {"rooms": rooms},
    "docs/python.md": {"reference": reference},
}


def page(path: str) -> str:
    """A page with its parts as the code has them now."""
    text = (ROOT / path).read_text()
    for name, part in PARTS[path].items():
        mark, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, rest = text.split(mark)
        text = f"{before}{mark}{part()}\n{end}{rest.split(end)[1]}"
    return text


def main() -> None:
    """Write every page."""
    for path in PARTS:
        (ROOT / path).write_text(page(path))


if __name__ == "__main__":
    main()
