"""Writes the parts of the docs that the code decides, between the page's marks.

    python -m tools.write_docs          # or: make docs

The rooms of docs/architecture.md come from the package's docstrings and from the import table in
tests/test_imports.py, the reference in docs/python.md from signatures and docstrings.
"""

import ast
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.test_imports import ALLOWED

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "specrecord"
API = PACKAGE / "api.py"
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
    """The public functions and classes of the interface: signature and docstring, a class with its
    public members.
    """
    source = API.read_text()
    public = [node for node in ast.parse(source).body if _is_public(node)]
    return "\n\n".join(part for node in public for part in _described(node, source, ""))


def _is_public(node: ast.stmt) -> bool:
    named = isinstance(node, ast.FunctionDef | ast.ClassDef)
    return named and (node.name == "__init__" or not node.name.startswith("_"))


def _described(node: Any, source: str, owner: str) -> Iterator[str]:
    """Title, signature as it stands in the source, docstring; then the members of a class."""
    yield f"#{'#' * bool(owner)}## `{owner}{node.name}`"
    first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
    head = "\n".join(source.splitlines()[first - 1 : node.body[0].lineno - 1])
    yield f"```python\n{textwrap.dedent(head)}\n```"
    yield ast.get_docstring(node) or ""
    if isinstance(node, ast.ClassDef):
        for member in filter(_is_public, node.body):
            yield from _described(member, source, f"{node.name}.")


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
