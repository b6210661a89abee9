"""The player in talks and pages: races, what-if, presentation, marks, loops, links, files, frames,
many on a page.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.browser.conftest import settle
from tests.browser.player.conftest import PAGE, SCREEN, say, show

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
PLAYER = "document.querySelector('spec-player')"
INSIDE = f"{PLAYER}.shadowRoot.querySelector"
# An observer like the players' own, made after theirs, hears after them what is near.
NEARNESS_IS_TOLD = """new Promise((done) => {
  new IntersectionObserver(done, { rootMargin: '100% 0px' })
    .observe(document.querySelector('spec-player'));
})"""


@pytest.fixture(scope="module", params=["source", "shipped"])
def site(
    request: Any, tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    """The player as it is written, and as a site ships it."""
    folder = tmp_path_factory.mktemp("talks")
    player = ROOT / "player" if request.param == "source" else ROOT / "player" / "dist"
    shutil.copytree(player, folder / "player")
    shutil.copy(ROOT / "site" / "icon.svg", folder / "icon.svg")
    for path in [
        *(ROOT / "recordings").glob("story*.specrec"),
        ROOT / "tests" / "fixtures" / "gallery" / "network-match-30.specrec",
    ]:
        shutil.copy(path, folder / path.name)
    for name in ("standard", "tree", "hostile"):
        shutil.copy(
            ROOT / "tests" / "player" / "fixtures" / f"{name}.specrec", folder / f"{name}.specrec"
        )
    return folder, serve(folder)


def test_what_if_is_labelled_a_model(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" view="whatif"></spec-player>')
    page.wait_for_selector(".whatif:visible")
    assert "model: computed, not recorded" in page.inner_text(".whatif")
    before = page.inner_text(".whatif .formula")
    page.focus(".whatif input[aria-label^='K']")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".whatif .formula") == before, "the deepest K tried is the last"
    page.keyboard.press("ArrowLeft")
    after = page.inner_text(".whatif .formula")
    assert after.startswith("model: ")
    assert after != before
    assert "Break-even" in page.inner_text(".whatif .answer")


def test_the_formula_of_what_if_holds_with_the_numbers_that_stand_in_it(
    page: Any, site: tuple[Path, str]
) -> None:
    show(page, site, '<spec-player src="network-match-30.specrec" view="whatif"></spec-player>')
    page.wait_for_selector(".whatif:visible")
    text = page.inner_text(".whatif .formula")
    shown = re.search(r"= (\d+) / \((.*?) \+ (.*?) · (.*?) \+ (.*?) · (.*?)\) = (\d+) tokens", text)
    assert shown is not None, text
    tokens, start, rounds, fixed, drafts, each, rate = shown.groups()
    whole = seconds(start) + float(rounds) * seconds(fixed) + float(drafts) * seconds(each)
    assert int(tokens) / whole == pytest.approx(int(rate), rel=0.01)
    info = recording_info(read_recording(site[0] / "network-match-30.specrec"))
    assert int(rate) == pytest.approx(info["tokens_per_second"], rel=0.05)


def seconds(shown: str) -> float:
    number, unit = shown.split()
    return float(number) * {"µs": 1e-6, "ms": 1e-3, "s": 1.0}[unit]


def test_what_if_says_why_it_cannot_speak(page: Any, site: tuple[Path, str]) -> None:
    folder, _ = site
    shutil.copy(ROOT / "recordings" / "rule-block.specrec", folder)
    show(page, site, '<spec-player src="rule-block.specrec" view="whatif"></spec-player>')
    page.wait_for_selector(".whatif:visible")
    assert "Only K = 6 was tried" in page.inner_text(".whatif")
    assert page.locator(".whatif input[aria-label^='K']").count() == 0
    shutil.copy(ROOT / "tests" / "fixtures" / "v1" / "minimal.specrec", folder)
    show(page, site, '<spec-player src="minimal.specrec" view="whatif"></spec-player>')
    page.wait_for_selector(".whatif:visible")
    assert "Unknown: nothing was drafted" in page.inner_text(".whatif")


def test_a_talk_is_presented_with_marks_and_notes(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="standard.specrec" at="start"></spec-player>')
    page.evaluate(f"{PLAYER}.focus()")
    page.keyboard.press("p")
    page.wait_for_selector("spec-player[presenting]")
    assert not page.is_visible(".mark-now"), "no mark that was found is a title"
    page.keyboard.press("PageDown")  # the author's mark: a clicker goes there
    settle(page)
    assert page.inner_text(".mark-now") == "the third round"
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    notes = opened.value
    notes.wait_for_function("document.body?.innerText.includes('speaker')")
    assert "the third round" in notes.inner_text("h1")
    assert "a speaker's note" not in page.inner_text("spec-player")
    notes.keyboard.press("Home")  # keys there act here
    page.wait_for_function(f"{SCREEN}?.frame.tokens === 0")
    notes.wait_for_function("document.body?.innerText.includes('before the first round')")


def test_what_was_asked_for_last_is_shown_whatever_comes_late(
    page: Any, site: tuple[Path, str]
) -> None:
    """Also where the recording has grown, and has another scene, while a script was on its way."""
    held: list[Any] = []
    page.route("**/later.js", lambda route: held.append(route))
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    with page.expect_request("**/later.js"):
        page.evaluate(f"void {PLAYER}.acts.view('metrics')")
    page.evaluate(f"void {PLAYER}.acts.present(), {PLAYER}.acts.view('tree')")
    page.evaluate(f"{PLAYER}.scene = {PLAYER}.createScene({PLAYER}.recording)")
    held[0].continue_()
    page.wait_for_selector("spec-player[presenting]")
    assert say(page, f"{PLAYER}.store.state.view") == "tree"
    page.evaluate(f"{PLAYER}.acts.view('metrics')")
    page.wait_for_selector(".metrics:visible")


def test_playing_pauses_on_marks(page: Any, site: tuple[Path, str]) -> None:
    show(
        page,
        site,
        '<spec-player src="standard.specrec" at="start" pause-on-marks speed="1"></spec-player>',
    )
    page.evaluate(f"{PLAYER}.play()")
    page.wait_for_function(f"{PLAYER}.paused && {SCREEN}?.mark")
    assert say(page, f"{SCREEN}.time === {SCREEN}.mark.time")


def test_a_loop_comes_back(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec"></spec-player>', "#round=2&loop=10000-16000")
    assert say(page, f"{SCREEN}.state.span.map(time => time - {SCREEN}.track.start)") == [
        10000,
        16000,
    ]
    page.evaluate(f"{PLAYER}.seek(15500)")
    page.evaluate(f"{PLAYER}.play()")
    page.wait_for_function(f"{PLAYER}.currentTime < 12000")
    assert not page.evaluate(f"{PLAYER}.paused")


def test_a_link_holds_round_token_view_and_time(page: Any, site: tuple[Path, str]) -> None:
    show(
        page,
        site,
        '<spec-player src="story.specrec"></spec-player>',
        "#round=7&token=0&view=round&time=26000",
    )
    assert say(page, f"{SCREEN}.state.view") == "round"
    assert say(page, f"{PLAYER}.currentTime") == 26000
    link = page.evaluate(f"{PLAYER}.acts.link()")
    assert "time=26000" in link
    assert "view=round" in link


def test_a_file_is_dropped_and_two_race(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    drop = """async ([names]) => {
      const transfer = new DataTransfer();
      for (const name of names) transfer.items.add(new File([await (await fetch(name))
        .arrayBuffer()], name));
      const about = { dataTransfer: transfer, bubbles: true, cancelable: true };
      document.querySelector('spec-player').dispatchEvent(new DragEvent('drop', about));
    }"""
    page.evaluate(drop, [["tree.specrec"]])
    page.wait_for_function(f"{SCREEN}?.rule === 'rrs'")
    page.evaluate(f"{PLAYER}.goToRound(0)")
    settle(page)
    assert "more drafted on other branches, never tested" in page.inner_text(".round")
    page.evaluate(drop, [["story.specrec", "story-match.specrec"]])
    page.wait_for_selector("spec-race[ready]")


def test_what_is_no_recording_leaves_what_was_there(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" at="end"></spec-player>')
    page.evaluate(f"{PLAYER}.openFiles([new File(['no'], 'no.txt')])")
    page.wait_for_selector(".status:visible")
    assert "not a specrecord recording" in page.inner_text(".status")
    assert say(page, f"{SCREEN}.frame.finished")


def test_a_frame_has_the_height_of_its_player(page: Any, site: tuple[Path, str]) -> None:
    address = "player/embed.html?src=../story.specrec&view=round&header=none"
    body = f'<iframe title="a run" src="{address}" width="100%"></iframe>'
    script = '<script type="module" src="player/frame.js"></script>'
    (site[0] / "index.html").write_text(PAGE.replace("BODY", script + body))
    page.goto(f"{site[1]}/index.html")
    page.wait_for_function("parseFloat(document.querySelector('iframe').style.height) > 300")
    heard = "window.heard = []; addEventListener('keydown', (event) => heard.push(event.key))"
    page.evaluate(heard)
    frame = page.frames[1]
    frame.wait_for_function(f"{PLAYER}?.screen")
    frame.evaluate(f"{PLAYER}.setAttribute('keys', 'off')")
    frame.locator("spec-player").focus()
    page.keyboard.press("PageDown")
    page.wait_for_function("heard.includes('PageDown')")


def test_twenty_players_cost_nothing_until_near_view(page: Any, site: tuple[Path, str]) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if ".specrec" in request.url else None
    )
    spacer = '<div style="height: 3000px"></div>'
    players = [
        f'<spec-player src="story.specrec?{index}"></spec-player>{spacer}' for index in range(20)
    ]
    body = spacer + "".join(players)
    (site[0] / "index.html").write_text(PAGE.replace("BODY", body))
    page.goto(f"{site[1]}/index.html")
    page.wait_for_function("Boolean(customElements.get('spec-player'))")
    page.evaluate(NEARNESS_IS_TOLD)
    page.evaluate("fetch('icon.svg')")  # what was asked for before this is known once it has come
    assert asked == []
    page.evaluate("document.querySelectorAll('spec-player')[4].scrollIntoView()")
    page.wait_for_selector("spec-player[ready]", state="attached")
    assert len(asked) == 1


def test_each_view_of_a_tree_of_drafts_and_hostile_text_is_drawn(
    page: Any, site: tuple[Path, str]
) -> None:
    for name in ("tree", "hostile"):
        show(page, site, f'<spec-player src="{name}.specrec"></spec-player>')
        for view in ("text", "round", "tree", "timeline", "metrics", "race", "whatif"):
            page.evaluate(f"{PLAYER}.acts.view('{view}')")
            page.wait_for_function(f"{SCREEN}?.state.view === '{view}'")
            for index in range(3):
                page.evaluate(f"{PLAYER}.goToRound({index})")
                settle(page)
            assert page.is_visible(f".panel.{view}")
            panels = f"[...{PLAYER}.shadowRoot.querySelectorAll('.body > .panel')]"
            seen = page.evaluate(
                f"{panels}.filter(one => one.checkVisibility()).map(one => one.dataset.view)"
            )
            beside = {"race": set(), "metrics": {"timeline", "gauge"}}.get(view, {"timeline"})
            assert set(seen) == {view, *beside}
        text = page.evaluate(f"{INSIDE}('.sp').textContent")
        assert not any(mark in text for mark in "\u202e\u200b\u0007\u001b")


def test_what_a_target_does_not_reveal_stays_unknown(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="network-match-30.specrec" round="4"></spec-player>')
    assert "a number that it did not reveal" in page.inner_text(".why")
    assert "unknown" in page.inner_text(".decisions")
    assert "where in the pass they lay is not" in page.inner_text(".timeline .note")
    assert "simulated: " in page.inner_text(".banner")
