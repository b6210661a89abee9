"""The site as it is published, of the shipped recordings, under a sub-path: every page opens
without a word on the console, each recording plays, pauses, scrubs both ways and steps by round,
and a link to a round opens there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.build import build_site

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(path.name.partition(".")[0] for path in RECORDINGS.glob("*.specrec*"))
STATE = "JSON.stringify(document.querySelector('spec-player').screen.frame)"


@pytest.fixture(scope="session")
def built(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    """The published folder, and its address below the server's root."""
    root = tmp_path_factory.mktemp("pages")
    folder = root / "some" / "name"
    build_site(RECORDINGS, folder)
    return folder, f"{serve(root)}/some/name"


def open_run(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_function("document.querySelector('spec-player')?.screen")


def painted(page: Any) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_every_page_opens_in_silence(built: tuple[Path, str], page: Any) -> None:
    folder, address = built
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > len(NAMES)
    for path in pages:
        page.goto(f"{address}/{path.relative_to(folder)}")
        page.wait_for_load_state("networkidle")
        assert page.title()


@pytest.mark.parametrize("name", ["story", "story-match", "code-greedy", "table"])
def test_a_recording_plays_pauses_scrubs_and_steps(
    built: tuple[Path, str], page: Any, name: str
) -> None:
    open_run(page, f"{built[1]}/runs/{name}.html")
    player = page.locator("spec-player").first
    player.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('spec-player').screen.frame.tokens === 0")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('spec-player').screen.frame.tokens > 0")
    page.keyboard.press("Space")
    before = page.evaluate(STATE)
    page.wait_for_timeout(120)
    assert page.evaluate(STATE) == before
    duration = page.evaluate("document.querySelector('spec-player').duration")
    seen = {}
    for share in [*range(11), *reversed(range(11))]:
        page.evaluate(
            f"document.querySelector('spec-player').currentTime = {duration * share / 10}"
        )
        painted(page)
        state = page.evaluate(STATE)
        assert seen.setdefault(share, state) == state
    assert len(set(seen.values())) == 11
    page.keyboard.press("Home")
    rounds = []
    for _ in range(4):
        page.keyboard.press("PageDown")
        painted(page)
        rounds.append(page.evaluate("document.querySelector('spec-player').screen.round"))
    assert rounds == list(range(rounds[0], rounds[0] + 4))


def test_a_link_to_a_round_opens_there(built: tuple[Path, str], page: Any) -> None:
    open_run(page, f"{built[1]}/runs/story.html#round=7")
    page.wait_for_function("document.querySelector('spec-player').screen.round === 7")
