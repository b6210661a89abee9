"""One page of the story's run, for tests that only look at it in another way."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import settle

ROOT = Path(__file__).resolve().parents[3]
RUN = ROOT / "recordings" / "story.specrec"
OTHER = ROOT / "recordings" / "story-match.specrec"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>test</title><link rel="icon" href="data:,">
<script type="module" src="player/define.js"></script>
  <script type="module" src="player/compare.js"></script>
<style>body { margin: 0;
background: light-dark(#f7f5f0, #14171b); color: light-dark(#111, #eee) }</style>
<main><h1>A run</h1>BODY</main></html>"""
SCREEN = "document.querySelector('spec-player').screen"


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("everyone")
    shutil.copytree(ROOT / "player", folder / "player")
    for path in (RUN, OTHER, ROOT / "tests" / "player" / "fixtures" / "tree.specrec"):
        shutil.copy(path, folder / path.name)
    return folder, serve(folder)


def show(page: Any, site: tuple[Path, str], body: str, link: str = "") -> Any:
    (site[0] / "index.html").write_text(PAGE.replace("BODY", body))
    page.goto(f"{site[1]}/index.html{link}")
    page.wait_for_selector("[ready]")
    settle(page)
    return page


def say(page: Any, code: str) -> Any:
    settle(page)
    return page.evaluate(code)
