"""The pages of somebody else in Firefox: the player in each gets ready without an error, shows its
recording's numbers, steps and plays.
"""

from base64 import b64encode
from pathlib import Path

import pytest

from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.browser.conftest import settle
from tests.browser.hosts.firefox import Page, firefox, tab
from tests.browser.hosts.pages import (
    FRAMEWORKS,
    PLAYER,
    READY,
    ROOT,
    STRICT,
    address,
    deck_page,
    folder,
    framework_page,
    open_address,
    post_page,
    sandbox_page,
    strict_page,
)
from tests.browser.hosts.test_host_pages import BOXES, DIFFERING, SLIDE, TIME, at_rest

pytestmark = pytest.mark.browser
__all__ = ["address", "firefox", "folder", "open_address", "tab"]
PLACE = f"{PLAYER}.scene.track.rounds.index[{PLAYER}.screen.round]"
GAIN = f"{PLAYER}.shadowRoot.querySelector('.gain').textContent"


def shows_steps_and_plays(page: Page) -> None:
    """Of the page's first player."""
    page.wait_for_function(READY)
    settle(page)
    info = recording_info(read_recording(ROOT / "recordings" / "story.specrec"))
    speedups = [one for one in info["speedup"].values() if one is not None]
    shown = float(page.evaluate(GAIN).split("×")[0])
    assert shown == pytest.approx(min(speedups), rel=0.006)
    assert page.evaluate(f"{PLAYER}.scene.track.rounds.length") == info["rounds"]
    before = page.evaluate(f"{PLAYER}.pause(), {PLAYER}.focus(), {PLACE} ?? -1")
    page.press("Shift", "ArrowRight")
    page.wait_for_function(f"{PLACE} === {before + 1}")
    left = page.evaluate(TIME)
    page.press(" ")
    page.wait_for_function(f"!{PLAYER}.paused && {TIME} > {left}")
    page.press(" ")
    page.wait_for_function(f"{PLAYER}.paused")


def test_a_strict_policy_changes_no_pixel(tab: Page, folder: Path, address: str) -> None:
    pictures, boxes = [], []
    for policy in (STRICT, ""):
        tab.goto(f"{address}/{strict_page(folder, 'all', policy)}")
        tab.wait_for_function(f"{READY} && {PLAYER}.screen")
        pictures.append(b64encode(at_rest(tab)).decode())
        boxes.append(tab.evaluate(BOXES))
        if policy:
            shows_steps_and_plays(tab)
    assert boxes[0] == boxes[1]
    assert tab.evaluate(DIFFERING, pictures) < 0.001


@pytest.mark.parametrize("rights", ["allow-scripts allow-same-origin", "allow-scripts"])
def test_a_sandboxed_frame(
    tab: Page, folder: Path, address: str, open_address: str, rights: str
) -> None:
    tab.goto(f"{address}/{sandbox_page(folder, open_address, rights)}")
    frame = tab.frame
    shows_steps_and_plays(frame)
    assert frame.evaluate(f"{PLAYER}.theme") == "dark"
    assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework(tab: Page, folder: Path, address: str, framework: str) -> None:
    tab.goto(f"{address}/{framework_page(folder, framework)}")
    tab.wait_for_function(f"{READY} && {PLAYER}.screen && {PLACE} === 3")
    shows_steps_and_plays(tab)
    tab.evaluate("window.change({ view: 'tree', src: 'story-match.specrec' })")
    tab.wait_for_function(f"/match/.test({PLAYER}.recording?.header.rule)")
    tab.wait_for_function(f"{PLAYER}.store.state.view === 'tree'")


def test_a_deck(tab: Page, folder: Path, address: str) -> None:
    tab.goto(f"{address}/{deck_page(folder, 'slide')}")
    tab.wait_for_function(f"window.begun && {READY}")
    assert tab.evaluate(f"{PLAYER}.paused && {TIME} === 0"), "it played on a hidden slide"
    tab.press("ArrowRight")
    tab.wait_for_function(f"{SLIDE} === 1 && !{PLAYER}.paused && {TIME} > 0")
    shows_steps_and_plays(tab)
    assert tab.evaluate(SLIDE) == 1
    tab.evaluate(f"{PLAYER}.play(), {PLAYER}.blur()")
    tab.press("ArrowRight")
    tab.wait_for_function(f"{SLIDE} === 2 && {PLAYER}.paused")


def test_forty_players_in_a_post(tab: Page, folder: Path, address: str) -> None:
    tab.goto(f"{address}/{post_page(folder)}")
    shows_steps_and_plays(tab)
    ready = "document.querySelectorAll('spec-player[ready]').length"
    assert tab.evaluate(ready) < 5
    heights = "[...document.querySelectorAll('spec-player')].map((one) => one.clientHeight)"
    before = tab.evaluate(heights)
    tab.evaluate("document.querySelectorAll('spec-player')[7].scrollIntoView()")
    tab.wait_for_function("document.querySelectorAll('spec-player')[7].hasAttribute('ready')")
    settle(tab)
    assert tab.evaluate(heights) == before, "what stands below it was shifted"
    assert tab.evaluate(ready) < 9
