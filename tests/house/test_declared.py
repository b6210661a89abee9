"""Every package that is imported is declared in pyproject.toml, with a lower bound."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
FOR_USERS = [
    *PROJECT["dependencies"],
    *(one for name in EXTRAS if name != "dev" for one in EXTRAS[name]),
]
DISTRIBUTIONS = packages_distributions()
OWN = {
    path.stem
    for folder in ("tests", "tools", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
}
OWN |= {"specrecord", "tests", "tools", "benchmarks"}
OWN |= {"xllamacpp"}  # of tools/engines/llama_server.py, which another environment runs
OWN |= {"rerun", "perfetto"}  # of benchmarks/peers, which pins them
OWN |= {"atheris"}  # of tools/fuzz, which `make fuzz` installs


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", name)[0]).lower()


def imported(path: Path) -> set[str]:
    """The top names of the modules that a file imports, at whatever depth, or asks pytest to."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "pytest.importorskip",
            "import_module",
        ):
            found |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
    return {name.split(".")[0] for name in found} - set(sys.stdlib_module_names) - OWN


@pytest.mark.parametrize("folder", ["specrecord", "tools", "benchmarks", "tests"])
def test_every_import_is_declared(folder: str) -> None:
    allowed = {plain(one) for one in FOR_USERS + (EXTRAS["dev"] if folder != "specrecord" else [])}
    undeclared = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in imported(path)
        if not allowed & {plain(one) for one in DISTRIBUTIONS.get(name, [name])}
    }
    assert not undeclared


def test_every_dependency_has_a_lower_bound() -> None:
    """Tried by `make lowest`."""
    every = [one for one in FOR_USERS + EXTRAS["dev"] if plain(one) != PROJECT["name"]]
    assert [one for one in every if ">=" not in one] == []
