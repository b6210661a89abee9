"""An engine's own speculation, and an answer along a prediction, on screen: what was told is shown,
and that the rest was not told is said wherever one looks.
"""

import math
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from runs import predicted_run

from specrecord.events import (
    SPECULATIVE,
    Checks,
    Finish,
)
from specrecord.recording.reader import read_recording
from specrecord.recording.writer import RecordingWriter
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
    assert "Which token it was it does not tell" in page.inner_text(".why")
    assert "unknown" in detail_of(page)
    names = say(page, "document.querySelector('spec-player').screen.decisions.map((d) => d.label)")
    assert names.count("‹unknown›") == len(ROUND.drafts) - LOST
    page = opened(f"#round={ROUND.index}&token=0")
    assert "By which probabilities and coin it does not tell" in page.inner_text(".why")
    assert "K unknown" in page.inner_text(".facts")
    assert "second pass" not in detail_of(page)


def detail_of(page: Any) -> str:
    """What is told of the chosen token, once the script that says it is there."""
    page.wait_for_selector(".text .detail:not(:empty)")
    return str(page.inner_text(".text .detail"))


def test_a_second_pass_is_told_of_a_token_and_said_to_be_one(
    page: Any, site: tuple[Path, str]
) -> None:
    recording = read_recording(RUN)
    with RecordingWriter(site[0] / "second.specrec", recording.header, overwrite=True) as writer:
        for event in recording.events[:-1]:
            if isinstance(event, Finish):
                told = [-0.25 * place for place in range(event.tokens)]
                event = replace(event, second_pass=struct.pack(f"<{len(told)}f", *told))
            if not isinstance(event, Checks):
                writer.append(event)
        writer.finish(recording.events[-1].time)
    body = '<spec-player src="second.specrec"></spec-player>'
    show(page, site, body, f"#round={ROUND.index}&token=0")
    detail = detail_of(page)
    assert "a second pass over the finished text; prefill and decode may differ" in detail
    assert f"{math.exp(-0.25 * ROUND.position):.3f}" in detail


def test_a_predicted_output_is_told_in_counts(page: Any, site: tuple[Path, str]) -> None:
    predicted_run(site[0] / "prediction.specrec")
    body = '<spec-player src="prediction.specrec"></spec-player>'
    page = show(page, site, body, "#round=0")
    words = "the server accepted 2 of 3 predicted tokens; it does not tell which"
    assert words in page.inner_text(".banner")
    assert page.inner_text(".decisions .outcome").endswith("not told")
    assert "3 drafted · " in page.inner_text(".round .note")
    assert "accepted" not in page.inner_text(".round .note")
    assert "the server does not tell" in page.inner_text(".why")
    heard = page.locator("spec-player [aria-live]").text_content()
    assert "not told" in heard
    assert "pending" not in heard
    lines = page.locator("[data-view=gauge] svg[aria-label^='tokens per second']")
    assert "no prediction" in (lines.get_attribute("aria-label") or "")
    assert "without a prediction" in page.inner_text(".facts")
    say(page, "document.querySelector('spec-player').seek('100%')")
    say(page, "document.querySelector('spec-player').setAttribute('view', 'metrics')")
    page.wait_for_selector(".metrics .card")
    told = page.inner_text(".metrics")
    assert "accepted / drafted = 2 / 3" in told
    assert "Tokens per round" not in told
    assert "tested" not in told
