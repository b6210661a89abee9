"""All of the player works by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import settle
from tests.browser.player.conftest import SCREEN, say, show

pytestmark = pytest.mark.browser
RACE = "document.querySelector('spec-race')"


def test_tab_reaches_every_control(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" at="start"></spec-player>')
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        inside = "document.querySelector('spec-player').shadowRoot.activeElement"
        seen = page.evaluate(
            f"{inside} && ({inside}.getAttribute('aria-label') || "
            f"{inside}.closest('label')?.textContent"
            f" || {inside}.textContent)"
        )
        if seen is None and len(reached) > 10:
            break
        reached.append(seen)
    for wanted in (
        "time",
        "play (space)",
        "1 round every 3 s",
        "more: clock, marks, views, links",
        "Race",
        "What if",
        "Numbers",
        "Present",
    ):
        assert any(wanted in str(one) for one in reached), (wanted, reached)


def test_every_key_does_what_it_is_for(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" at="start"></spec-player>')
    page.evaluate("document.querySelector('spec-player').focus()")
    press = page.keyboard.press
    press("PageDown")
    assert say(page, f"{SCREEN}.round") == 0
    press("]")
    first = say(page, f"{SCREEN}.mark.title")
    press("]")
    assert say(page, f"{SCREEN}.mark.title") != first
    for key in (
        "Home",
        "PageDown",
        "l",
        "PageDown",
        "PageDown",
        "l",
    ):  # a picture for each: keys act on what is shown
        press(key)
        say(page, f"{SCREEN}.time")
    span = say(page, f"{SCREEN}.state.span")
    assert span[0] < span[1]
    assert page.evaluate("document.querySelector('spec-player').acts.link()").count("&loop=") == 1
    press("l")
    assert say(page, f"{SCREEN}.state.span") is None
    press("p")
    page.wait_for_selector("spec-player[presenting]")
    press("Escape")
    page.wait_for_selector("spec-player:not([presenting])")
    press("?")
    page.wait_for_selector("dialog.help:visible")
    press("Escape")
    page.wait_for_selector("dialog.help", state="hidden")
    page.evaluate(
        "document.querySelector('spec-player').shadowRoot.querySelector('.slider').focus()"
    )
    before = say(page, f"{SCREEN}.time")
    press("ArrowRight")
    assert say(page, f"{SCREEN}.time") > before


def tab_to(page: Any, name: str) -> None:
    """Presses Tab until what has the focus is called `name`."""
    called = """(() => { let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at.getAttribute('aria-label') || at.innerText || '' })()"""
    for _ in range(120):
        page.keyboard.press("Tab")
        if name in page.evaluate(called):
            return
    raise AssertionError(f"no Tab leads to {name!r}")


def test_a_race_by_keyboard_alone(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-race src="story.specrec story-match.specrec"></spec-race>')
    tab_to(page, "Play")
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"{RACE}.playing && {RACE}.currentTime > 0 && {RACE}.currentTime < {RACE}.duration"
    )
    page.keyboard.press("Enter")
    assert not page.evaluate(f"{RACE}.playing")
    tab_to(page, "time of the race")
    page.keyboard.press("End")
    assert page.evaluate(f"{RACE}.currentTime === {RACE}.duration")
    page.keyboard.press("Home")
    assert page.evaluate(f"{RACE}.currentTime") == 0
    begun = page.inner_text(".verdict")
    page.keyboard.press("PageUp")
    assert page.evaluate(f"{RACE}.currentTime") > 0
    assert page.inner_text(".verdict") != begun


def test_what_compares_by_keyboard_alone(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    tab_to(page, "Race")
    page.keyboard.press("Enter")
    page.wait_for_selector(".race:visible")
    settle(page)
    over = page.inner_text(".race .verdict")
    tab_to(page, "time of the race")
    page.keyboard.press("Home")
    settle(page)
    assert page.inner_text(".race .verdict") != over
    tab_to(page, "What if")
    page.keyboard.press("Enter")
    page.wait_for_selector(".whatif:visible")
    settle(page)
    for name in ("K", "round trip", "draft speed", "target speed"):
        tab_to(page, f"{name} (model)")
        before = page.inner_text(".whatif .formula")
        page.keyboard.press("ArrowLeft" if name == "K" else "ArrowRight")
        assert page.inner_text(".whatif .formula") != before, name


def test_links_and_files_by_keyboard_alone(
    new_page: Callable[..., Any], site: tuple[Path, str]
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.on("filechooser", lambda _: None)  # from now on the browser gives its choosers to the test
    show(page, site, '<spec-player src="story.specrec" round="5"></spec-player>')
    tab_to(page, "more: clock")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.more:visible")
    for name in ("slower", "Stage", "marks", "show lost drafts", "loop", "words and keys"):
        tab_to(page, name)
    tab_to(page, "Copy link")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "async () => (await navigator.clipboard.readText()).endsWith('index.html#round=5')"
    )
    tab_to(page, "open a recording from disk")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(site[0] / "tree.specrec")
    page.wait_for_function(f"{SCREEN}?.rule === 'rrs'")


@pytest.mark.parametrize("width", [360, 1280])
def test_each_token_of_a_tree_by_keyboard_alone(
    new_page: Callable[..., Any], site: tuple[Path, str], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    show(page, site, '<spec-player src="tree.specrec"></spec-player>')
    if width < 700:
        tab_to(page, "Tree")
        page.keyboard.press("Enter")
        settle(page)
    tab_to(page, "token tree")
    page.keyboard.press("Home")
    every = f"""import('./player/core/decision.js').then(({{ decisions }}) => {{
      const {{ recording, track }} = {SCREEN};
      return [0, 1, 2].flatMap(round => decisions(recording, track, round)).map(
        ({{ at, label, state }}) => ({{ at, told: label + state,
          said: `${{label}} ${{state}}` }})) }})"""
    wanted = say(page, every)
    assert {"accepted", "rejected", "untested"} <= {one["said"].split()[-1] for one in wanted}
    inside = "document.querySelector('spec-player').shadowRoot.querySelector"
    # Where there is room for one part at a time, the token is told of in another tab.
    told = f"""{inside}('.detail')?.checkVisibility() ? {inside}('.detail code')?.textContent
      + {inside}('.detail b')?.textContent : one.told"""
    shown = f"""(one) => JSON.stringify(one) === JSON.stringify({{
      at: {SCREEN}.state.selected, told: {told},
      said: {inside}('[aria-live]').textContent.replace(/^Round [0-9]+: /, '')
        .slice(0, one.said.length) }})"""
    steps = [("ArrowDown", one) for one in wanted] + [("ArrowUp", one) for one in wanted[-2::-1]]
    for key, one in steps:
        page.keyboard.press(key)
        page.wait_for_function(shown, arg=one)
        assert width < 700 or page.inner_text(".why").strip()
