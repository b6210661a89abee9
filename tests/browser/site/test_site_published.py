"""A site that was pushed to a branch, as a host of static pages would serve it: from a checkout,
under /name/.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.site.build import build_site
from specrecord.publish.site.github_pages import publish_folder

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def published(tmp_path: Path, serve: Callable[[Path], str], monkeypatch: pytest.MonkeyPatch) -> str:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "test@example.org")
    own, bare, host = tmp_path / "own", tmp_path / "bare.git", tmp_path / "host"
    for folder in (own, host):
        folder.mkdir()
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    git(own, "init", "--quiet")
    build_site(RECORDINGS / "story.specrec", own / "_site")
    assert publish_folder(
        own / "_site", own, remote=str(bare), branch="gh-pages", message="Publish"
    ).pushed
    git(host, "clone", "--quiet", "--branch", "gh-pages", str(bare), "name")
    return f"{serve(host)}/name/"


def test_the_pushed_site_works_under_its_name(published: str, page: Any) -> None:
    page.goto(published)
    page.click(".card h3 a")
    page.wait_for_function("document.querySelector('spec-player')?.screen")
    page.keyboard.press("Tab")
    assert "/name/runs/story.html" in page.url
    page.goto(f"{published}chapters/reach.html")
    page.wait_for_function("document.querySelector('.chooser select')?.options.length === 1")
    page.goto(f"{published}404.html")
    page.wait_for_load_state("networkidle")
    page.click("main a")
    page.wait_for_selector(".card")
    assert page.locator(".card").count() == 1


def test_recordings_of_any_name_open(
    tmp_path: Path, serve: Callable[[Path], str], page: Any
) -> None:
    source, data = tmp_path / "runs", (RECORDINGS / "story.specrec").read_bytes()
    source.mkdir()
    for name in ("what? 100%", "a#b", "例え", "Fox", "fox"):
        (source / f"{name}.specrec").write_bytes(data)
    build_site(source, tmp_path / "site")
    address = serve(tmp_path / "site")
    page.goto(address)
    links = page.evaluate("[...document.querySelectorAll('a[href^=\"runs/\"]')].map((a) => a.href)")
    assert len(set(links)) == 5
    for link in sorted(set(links)):
        page.goto(link)
        page.wait_for_function("document.querySelector('spec-player')?.screen")
