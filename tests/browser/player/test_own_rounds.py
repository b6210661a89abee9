"""An engine's own speculation on screen: what it told is shown, and that it did not tell the rest
is said wherever one looks.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.events import SPECULATIVE
from specrecord.recording.reader import read_recording
from tests.browser.player.conftest import ROOT, say, show

pytestmark = pytest.mark.browser
RUN = ROOT / "recordings" / "engine-llama-server.specrec"
ROUND = next(
    one for one in read_recording(RUN).tracks[SPECULATIVE].rounds if 0 < one.count("accepted") < 7
)
LOST = ROUND.count("accepted")  # the node that was rejected


@pytest.fixture
def opened(page: Any, site: tuple[Path, str]) -> Callable[[str], Any]:
    shutil.copy(RUN, site[0] / RUN.name)
    body = f'<spec-player src="{RUN.name}"></spec-player>'
    return lambda link: show(page, site, body, link)


@pytest.mark.parametrize(
    "view", ["all", "text", "round", "tree", "timeline", "metrics", "race", "whatif"]
)
def test_that_it_does_not_tell_is_said_in_every_view(
    opened: Callable[[str], Any], view: str
) -> None:
    page = opened(f"#round={ROUND.index}&view={view}")
    assert page.is_visible(".banner")
    assert "which tokens it rejected" in page.inner_text(".banner")


def test_a_lost_token_is_an_empty_place_with_a_word(opened: Callable[[str], Any]) -> None:
    page = opened(f"#round={ROUND.index}&token={LOST}")
    row = page.locator(".decisions tbody tr").nth(LOST)
    assert "‹unknown›" in row.inner_text()
    assert "rejected" in row.inner_text()
    assert "Which token it was, the engine does not tell" in page.inner_text(".why")
    assert "unknown" in page.inner_text(".text .detail")
    names = say(page, "document.querySelector('spec-player').screen.decisions.map((d) => d.label)")
    assert names.count("‹unknown›") == len(ROUND.drafts) - LOST
    page = opened(f"#round={ROUND.index}&token=0")
    assert "By which probabilities and which coin it does not tell" in page.inner_text(".why")
    assert "K unknown" in page.inner_text(".facts")
