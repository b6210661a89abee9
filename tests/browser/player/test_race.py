"""The race on screen: it begins at 0 when it is asked to, is over when the last is in, and says
what `info` says. The words and numbers of every shipped recording are held to `info` in
tests/test_one_race.py.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.runs.numbers import shown_value
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"
RACE = "document.querySelector('spec-race')"
PLAYER = "document.querySelector('spec-player')"
READY = "document.querySelector('spec-race[ready]')"


@pytest.fixture
def edit(built: tuple[Path, str], page: Any) -> Any:
    """A page on which the run of the first page races its baseline, and does not play."""
    return raced(page, built, "smollm2-edit-ngram")


def raced(page: Any, built: tuple[Path, str], *names: str) -> Any:
    page.goto(f"{built[1]}/glossary.html")
    sources = " ".join(f"recordings/{name}.specrec.gz" for name in names)
    page.set_content(
        f'<base href="{built[1]}/"><script type="module" src="player/compare.js"></script>'
        f'<spec-race src="{sources}"></spec-race>'
    )
    page.wait_for_function(READY)
    return page


def test_it_opens_still_with_the_result(edit: Any) -> None:
    info = recording_info(read_recording(RECORDINGS / "smollm2-edit-ngram.specrec"))
    assert not edit.evaluate(f"{RACE}.playing")
    said = edit.inner_text(".verdict")
    speedup = shown_value("speedup", info["speedup"]["autoregressive"])
    assert said.startswith("SmolLM2 with prompt lookup, K=10 wins by ")
    assert said.endswith(f" ms, at {speedup} the tokens per second of SmolLM2 alone.")
    assert edit.locator(".runner .rank").all_inner_texts() == ["1st", "2nd"]
    assert edit.locator(".runner .name b:first-of-type").all_inner_texts() == [
        "with prompt lookup, K=10",
        "SmolLM2 alone",
    ]
    assert "the same text, token for token" in edit.inner_text(".race .note")


def test_it_begins_at_0_and_is_over_when_the_last_is_in(built: tuple[Path, str], page: Any) -> None:
    raced(page, built, "story")
    page.evaluate(
        f"""() => {{
          window.seen = [];
          const view = {RACE}.racing.view, show = view.show;
          view.show = (seconds) => (window.seen.push(seconds), show.call(view, seconds));
          {RACE}.racing.speed = 0.2;
          {RACE}.addEventListener("ended", () => (window.over = true));
        }}"""
    )
    page.click("spec-race button.play")
    page.wait_for_function("window.over")
    seen = page.evaluate("window.seen")
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert seen[-1] == page.evaluate(f"{RACE}.duration")
    assert page.evaluate(f"{RACE}.standing.done") == [True, True]
    longest = max(
        track.finish.time / 1e6 if track.finish else 0.0
        for track in read_recording(RECORDINGS / "story.specrec").tracks.values()
    )
    assert seen[-1] <= longest  # each from its own start
    assert page.inner_text("spec-race button.play") == "Race again"


def test_the_one_that_is_in_leads_while_others_run(edit: Any) -> None:
    edit.evaluate(f"{RACE}.seek(({RACE}.duration + 2.3) / 2)")
    assert edit.evaluate(f"{RACE}.standing.leader") == 0
    said = edit.inner_text(".verdict")
    tokens = edit.evaluate(f"{RACE}.standing.tokens")
    assert "is in after 2.28 s" in said
    assert f"SmolLM2 alone has {tokens[1]} of 200 tokens" in said


def test_drafted_tokens_wait_in_the_text_until_they_are_checked(edit: Any) -> None:
    time = edit.evaluate(
        f"""() => {{
          const {{ track, map }} = {RACE}.racing.runners[0];
          return map.toSeconds(track.verifies.time[10] - 1);
        }}"""
    )
    edit.evaluate(f"{RACE}.seek({time})")
    assert edit.locator(".tail .drafted").count() == 1
    assert "being checked" in edit.inner_text(".runner:first-of-type .quiet")
    edit.evaluate(f"{RACE}.seek({RACE}.duration)")
    assert edit.locator(".tail .drafted").count() == 0


def test_two_recordings_race_and_part(built: tuple[Path, str], page: Any) -> None:
    raced(page, built, "story-hot", "story-match")
    assert page.is_visible(".racing")
    assert page.is_visible(".diff mark")
    tokens = []
    for share in (0.1, 0.4, 0.8, 1):
        page.evaluate(f"{RACE}.currentTime = {share} * {RACE}.duration")
        now = page.evaluate(f"{RACE}.standing")
        said = page.inner_text(".verdict")
        if not any(now["done"]):
            assert ("Level" in said) == (now["leader"] < 0)
            assert now["leader"] < 0 or f"leads by {now['lead']} token" in said
        tokens.append(now["tokens"])
    assert tokens == sorted(tokens)
    assert "same for" in page.inner_text(".diff .note")


def test_it_plays_by_itself_only_in_view_and_where_motion_is_welcome(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    address = f"{built[1]}/index.html"
    calm = new_page(reduced_motion="reduce")
    calm.goto(address)
    calm.wait_for_function(READY)
    assert not calm.evaluate(f"{RACE}.playing")
    assert calm.evaluate(f"{RACE}.currentTime === {RACE}.duration")
    assert "wins" in calm.inner_text("spec-race .verdict >> nth=0")
    calm.click("spec-race button.play")  # asked for, it moves
    calm.wait_for_function(f"{RACE}?.playing && {RACE}?.currentTime < {RACE}?.duration")
    lively = new_page()
    lively.goto(address)
    lively.wait_for_function(f"{RACE}?.playing && {RACE}?.currentTime > 0")
    lively.evaluate("scrollTo(0, document.body.scrollHeight)")
    lively.wait_for_function(f"!{RACE}?.playing")


def test_a_run_races_its_baseline_within_the_player(built: tuple[Path, str], page: Any) -> None:
    page.goto(f"{built[1]}/runs/story.html#round=12&view=race")
    page.wait_for_selector(".race:visible")
    before = page.inner_text(".race .verdict")
    page.evaluate(f"{PLAYER}.goToRound(30)")
    page.wait_for_function(
        f"(said) => {PLAYER}.shadowRoot.querySelector('.race .verdict').textContent !== said",
        arg=before,
    )
    page.evaluate(f"{PLAYER}.seek('100%')")
    page.wait_for_function(
        f"/ wins by /.test({PLAYER}.shadowRoot.querySelector('.race .verdict').textContent)"
    )
    page.locator("spec-player").focus()
    page.keyboard.press("Space")
    page.wait_for_function(
        f"{PLAYER}.shadowRoot.querySelector('.race .play').textContent === 'Pause'"
    )


def test_a_word_shows_its_line_and_the_panel_does_not_cut_it_off(edit: Any) -> None:
    edit.focus(".words .word >> nth=0")
    edit.wait_for_function(
        f"""() => {{
          const word = {RACE}.shadowRoot?.activeElement;
          return word && getComputedStyle(word, "::after").content.includes("guessed ahead");
        }}"""
    )
