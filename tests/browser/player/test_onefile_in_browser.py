"""The exported file in Chromium, opened as a file with the network cut."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import specrecord
from specrecord.publish.export.html import one_file

pytestmark = pytest.mark.browser
RUN = Path(__file__).parents[3] / "recordings" / "story.specrec"


def wait_until(page: Any, condition: str) -> None:
    """Ask once a picture, from outside: the page's own policy forbids what Playwright's waiting
    evaluates in it.
    """
    frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.evaluate(frames)
    raise AssertionError(f"never came true: {condition}")


def test_it_opens_as_a_file_without_a_network(new_page: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "story.html"
    path.write_text(one_file(RUN.read_bytes(), title="A story", attributes={"at": "50%"}))
    page = new_page(bypass_csp=False, viewport={"width": 1280, "height": 900}, offline=True)
    page.goto(path.as_uri())
    page.wait_for_selector("spec-player[ready]")
    shown = page.evaluate("document.querySelector('spec-player').screen.frame.tokens")
    whole = page.evaluate("document.querySelector('spec-player').recording.main.output.length")
    assert 0 < shown < whole
    page.evaluate("document.querySelector('spec-player').seek('100%')")
    wait_until(page, f"document.querySelector('spec-player').screen.frame.tokens === {whole}")
    height = page.evaluate(
        "document.querySelector('spec-player').shadowRoot.querySelector('.flow').clientHeight"
    )
    assert height > 100, "the styles are in the file"


def test_a_notebook_shows_it_inline(new_page: Callable[..., Any]) -> None:
    page = new_page(bypass_csp=False, viewport={"width": 1000, "height": 900}, offline=True)
    page.set_content(f"<!doctype html><title>notebook</title>{specrecord.load(RUN)._repr_html_()}")
    inside = page.frame_locator("iframe").locator("spec-player")
    inside.and_(page.frame_locator("iframe").locator("[ready]")).wait_for()
    assert inside.evaluate("(player) => player.screen.frame.tokens") > 20


def test_what_is_no_recording_is_told(new_page: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(one_file(b"not a recording", title="Bad"))
    page = new_page(bypass_csp=False, offline=True)
    page.goto(path.as_uri())
    wait_until(
        page,
        "document.querySelector('spec-player').shadowRoot.querySelector('.status').textContent "
        "!== ''",
    )
    assert "not a specrecord recording" in page.evaluate(
        "document.querySelector('spec-player').shadowRoot.querySelector('.status').textContent"
    )
