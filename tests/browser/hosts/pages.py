"""Pages of somebody else with the player in them: a folder with the player as it ships, and
packages from npm.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import missing
from tests.node import node

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MODULES = ROOT / "node_modules"
PLAYER = "document.querySelector('spec-player')"
READY = f"({PLAYER}?.hasAttribute('ready') ?? false)"
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>a page</title>
<link rel="icon" href="data:,">"""
DEFINE = '<script type="module" src="player/define.js"></script>'


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The player as it ships, beside recordings; pages go there."""
    found = tmp_path_factory.mktemp("host")
    shutil.copytree(ROOT / "player" / "dist", found / "player")
    shutil.copy(ROOT / "site" / "icon.svg", found / "icon.svg")
    for name in ("story", "story-match"):
        shutil.copy(ROOT / "recordings" / f"{name}.specrec", found)
    return found


@pytest.fixture(scope="session")
def address(folder: Path, serve: Callable[[Path], str]) -> str:
    return serve(folder)


def package(name: str) -> Path:
    """The folder of a package; without it the test says so."""
    found = MODULES / name
    if not (found / "package.json").is_file():
        missing(f"node_modules lacks {name}; run: make test, or npm ci")
    return found


def bundled(name: str, folder: Path) -> str:
    """The script of a page of this folder, in `folder`."""
    for needed in (name.removesuffix(".js"), "esbuild", "svelte"):
        package(needed)
    command = [node(), str(HERE / "bundle.js"), name, str(folder / name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return f'<script type="module" src="{name}"></script>'
