"""Data flows one way. This is the whole table of who may know whom; a new arrow is a decision, made
here.
"""

import ast
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "specrecord"

# room: the rooms whose modules it may import. A room is a folder; a folder or a file in it is a
# room of its own where it is named here, because it stands lower or higher than its neighbours.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "schema": set(),
    "events": {"schema"},
    "header": {"schema"},
    "text": set(),
    "theory": set(),
    "shared_randomness": set(),
    "options": {"decoding.rejection", "errors", "header"},
    "models.base": set(),  # the model contract, open to whoever decodes
    "decoding": {"events", "header", "models.base", "shared_randomness", "theory"},
    "decoding.rejection": {"decoding"},
    "decoding.remote": {"decoding", "events", "models.base"},
    "decoding.loop": {"decoding", "decoding.rejection", "decoding.remote", "events", "models.base"},
    "decoding.remote.baselines": {
        "decoding",
        "decoding.loop",
        "decoding.remote",
        "events",
        "models.base",
    },
    "decoding.remote.own_speculation": {"decoding.loop", "events", "models.base"},
    "decoding.remote.prediction": {"decoding", "decoding.loop", "events", "models.base"},
    "models.weights": {"errors"},
    "models.tokenization": {"errors", "models.base", "models.weights"},
    "models": {"errors", "models.base", "models.tokenization", "models.weights"},
    "models.fetched": {"errors"},
    "models.remote.http": {"models.base"},
    "models.remote.completions": {"models.base", "models.remote.http", "models.tokenization"},
    "models.remote.probing": {
        "errors",
        "models.base",
        "models.remote.completions",
        "models.remote.http",
    },
    "models.remote.engines": {
        "models.base",
        "models.remote.completions",
        "models.remote.http",
    },
    "models.remote": {
        "errors",
        "models.base",
        "models.remote.completions",
        "models.remote.engines",
        "models.remote.http",
        "models.remote.probing",
    },
    "drafters": {"errors", "models", "models.base", "models.weights"},
    "registry": {
        "drafters",
        "errors",
        "models",
        "models.base",
        "models.fetched",
        "models.tokenization",
        "models.weights",
    },
    "recording": {"errors", "events", "header", "schema"},
    "recording.audit": {"events", "header", "recording", "shared_randomness"},
    "recorder": {
        "decoding",
        "decoding.loop",
        "decoding.rejection",
        "decoding.remote",
        "decoding.remote.baselines",
        "decoding.remote.own_speculation",
        "decoding.remote.prediction",
        "errors",
        "events",
        "header",
        "models.base",
        "models.remote",
        "options",
        "recording",
        "registry",
        "shared_randomness",
        "version",
    },
    "publish": {"errors", "options", "publish.runs", "version"},
    "publish.site": {
        "errors",
        "options",
        "publish",
        "publish.runs",
        "publish.walkthrough",
        "recording",
        "serve.guard",
        "version",
    },
    "publish.walkthrough": {"errors", "publish.figures", "publish.runs"},
    "publish.runs": {
        "errors",
        "events",
        "header",
        "options",
        "recording",
        "recording.audit",
        "text",
        "theory",
    },
    "publish.figures": {"publish.runs", "recording", "theory"},
    "publish.export": {
        "errors",
        "events",
        "options",
        "publish",
        "publish.runs",
        "recording",
    },
    "serve": {"errors", "options", "publish", "recorder", "serve.guard", "serve.listening"},
    "serve.guard": {"errors"},
    "serve.listening": {"errors"},
    "serve.completions": {
        "decoding",
        "models.base",
        "models.remote.http",
        "models.tokenization",
        "serve.guard",
        "serve.listening",
        "version",
    },
    "serve.emulated_link": {"errors"},
    "terminal": {"errors", "events", "header", "recorder", "recording", "text"},
    "api": {
        "events",
        "publish.export",
        "publish.runs",
        "recorder",
        "recording",
        "recording.audit",
        "text",
    },
    "bench": {"errors", "events", "options", "recorder", "recording", "registry", "theory"},
    "cli": set(),  # wires everything
}
ROOMS = sorted(ALLOWED, key=len, reverse=True)


def room_of(module: str) -> str:
    """specrecord.recording.reader -> recording; the package itself holds only the version."""
    name = module.partition(".")[2]
    return next(
        (room for room in ROOMS if name == room or name.startswith(f"{room}.")), name or "version"
    )


MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imports_of(path: Path) -> set[str]:
    """Modules of this package that a file imports, at whatever depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name if name in MODULES else node.module for name in names}
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.split(".")[0] == "specrecord"}


def arrows() -> dict[str, set[tuple[str, str]]]:
    """For each room, the rooms it imports and the file that does."""
    table: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        relative = path.relative_to(PACKAGE)
        own = room_of(".".join(["specrecord", *relative.with_suffix("").parts]))
        for module in imports_of(path):
            if (room := room_of(module)) != own and not own.startswith("__"):
                table[own].add((room, str(relative)))
    return table


def test_no_import_goes_against_the_flow() -> None:
    wrong = [
        f"{file}: {own} may not import {part}"
        for own, found in arrows().items()
        for part, file in sorted(found)
        if own != "cli" and part not in ALLOWED.get(own, set())
    ]
    assert wrong == []


def test_no_arrow_stands_in_the_table_without_need() -> None:
    found = {own: {part for part, _ in parts} for own, parts in arrows().items()}
    unused = {own: parts - found.get(own, set()) for own, parts in ALLOWED.items()}
    assert {own: parts for own, parts in unused.items() if parts} == {}


def test_there_is_no_circle_of_rooms_nor_of_files() -> None:
    """graphlib raises CycleError, which names one. The package itself holds the version alone to
    those within it.
    """
    TopologicalSorter(ALLOWED).prepare()
    files = {name: imports_of(path) - {name, "specrecord"} for name, path in MODULES.items()}
    TopologicalSorter(files).prepare()


def test_every_part_is_in_the_table() -> None:
    parts = {
        path.name.removesuffix(".py")
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or path.is_dir()
    }
    assert parts - {"__init__", "__main__", "__pycache__", "_assets"} <= ALLOWED.keys()


def test_every_file_opens_by_saying_what_it_is() -> None:
    silent = [
        str(path)
        for path in PACKAGE.rglob("*.py")
        if path.read_text() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
