"""Data flows one way. This is the whole table of who may know whom; a new arrow is a decision, made
here.
"""

import ast
from collections import defaultdict
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "specrecord"

# part: the parts whose modules it may import. `models.base` is the model contract, and open to
# decoding; `theory` is decoding's formulas alone.
ALLOWED: dict[str, set[str]] = {
    "events": set(),
    "errors": set(),
    "machine": set(),
    "forecast": set(),
    "noise": set(),
    "decoding": {"events", "models.base", "noise"},
    "models": {"errors"},
    "recording": {"events", "errors", "noise"},
    "publish": {"events", "errors", "recording", "theory", "version"},
    "process": {"errors"},
    "worker": {"decoding", "errors", "events", "models", "session"},
    # `serve.target` is a model's server: it samples by the rules of decoding.
    "serve": {
        "decoding",
        "errors",
        "events",
        "models",
        "models.base",
        "process",
        "publish",
        "recording",
        "version",
    },
    "session": {
        "decoding",
        "errors",
        "events",
        "forecast",
        "machine",
        "models",
        "models.base",
        "recording",
        "version",
    },
    "terminal": {"errors", "events", "process", "recording"},
    "api": {"errors", "events", "publish", "recording", "session"},
    "bench": {"decoding", "theory", "errors", "events", "models", "recording", "session"},
    "cli": {
        "bench",
        "decoding",
        "errors",
        "events",
        "machine",
        "models",
        "models.base",
        "process",
        "publish",
        "recording",
        "serve",
        "session",
        "terminal",
        "version",
    },
}


def part_of(module: str, own: str = "") -> str:
    """specrecord.recording.reader -> recording; the package itself holds only the version."""
    names = module.split(".")[1:]
    if not names:
        return "version"
    if names[:2] == ["decoding", "theory"] and own != "decoding":
        return "theory"  # formulas alone, open to whoever shows them
    return "models.base" if names[:2] == ["models", "base"] and own != "models" else names[0]


def imports_of(path: Path) -> set[str]:
    """Modules of this package that a file imports, at whatever depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.split(".")[0] == "specrecord"}


def arrows() -> dict[str, set[tuple[str, str]]]:
    """For each part, the parts it imports and the file that does."""
    table: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        own = relative.parts[0].removesuffix(".py")
        for module in imports_of(path):
            part = part_of(module, own)
            if part != own and not own.startswith("__"):
                table[own].add((part, str(relative)))
    return table


def test_no_import_goes_against_the_flow() -> None:
    wrong = [
        f"{file}: {own} may not import {part}"
        for own, found in arrows().items()
        for part, file in sorted(found)
        if part not in ALLOWED.get(own, set())
    ]
    assert wrong == []


def test_every_part_is_in_the_table() -> None:
    parts = {
        path.name.removesuffix(".py")
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or path.is_dir()
    }
    assert parts - {"__init__", "__main__", "__pycache__", "_assets"} <= ALLOWED.keys()


def test_files_and_functions_stay_within_their_budgets() -> None:
    over = []
    for path in PACKAGE.rglob("*.py"):
        lines = path.read_text().splitlines()
        over += [f"{path.name}: {len(lines)} lines"] if len(lines) > 400 else []
        for node in ast.walk(ast.parse("\n".join(lines))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                over += [f"{path.name}: {node.name} has {length} lines"] if length > 60 else []
    assert over == []


def test_every_file_opens_by_saying_what_it_is() -> None:
    silent = [
        str(path)
        for path in PACKAGE.rglob("*.py")
        if path.read_text() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
