"""The very files that Node tests, run in Chromium: the player's core is tested where it will live,
Node or not. Those that read every recording from the disk run in Node alone.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "tests" / "player"
FILES = sorted(FOLDER.rglob("*.test.js"))
TESTS = [
    str(path.relative_to(FOLDER))
    for path in FILES
    if "node:fs" not in path.read_text(encoding="utf-8")
]
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap">
{"imports": {
  "node:test": "./tests/player/helpers/shim.js",
  "node:assert/strict": "./tests/player/helpers/shim.js"
}}
</script>
<script type="module">
import { run } from "./tests/player/helpers/shim.js";
await import("./tests/player/FILE");
window.results = await run();
</script>"""


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    """Player, tests and recordings where they find each other."""
    folder = tmp_path_factory.mktemp("core")
    for part in ("player", "recordings", "tests/player", "tests/fixtures"):
        shutil.copytree(ROOT / part, folder / part)
    return folder, serve(folder)


@pytest.mark.parametrize("name", TESTS)
def test_in_chromium(name: str, page: Any, site: tuple[Path, str]) -> None:
    (site[0] / "index.html").write_text(PAGE.replace("FILE", name))
    page.goto(f"{site[1]}/index.html")
    page.wait_for_function("window.results", timeout=60_000)
    results = page.evaluate("window.results")
    assert results
    assert [result for result in results if result["error"]] == [], json.dumps(results, indent=1)
