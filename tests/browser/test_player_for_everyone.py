"""The player for everyone: axe finds nothing in any view, theme and width; all of it works by keyboard alone; nothing
scrolls sideways. axe-core comes from the npm registry into a temporary folder, and without it that test says so.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import missing

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "recordings" / "story.specrec"
OTHER = ROOT / "recordings" / "story-match.specrec"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>test</title><link rel="icon" href="data:,">
<script type="module" src="player/define.js"></script><script type="module" src="player/compare.js"></script>
<style>body { margin: 0;
background: light-dark(#f7f5f0, #14171b); color: light-dark(#111, #eee) }</style>
<main><h1>A run</h1>BODY</main></html>"""
VIEWS = ["all", "text", "round", "timeline", "tree", "metrics", "race", "whatif"]
RACE = "document.querySelector('spec-race')"
SCREEN = "document.querySelector('spec-player').screen"
AXE = """async () => {
  const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 140)} ${one.nodes[0].failureSummary}`);
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("everyone")
    shutil.copytree(ROOT / "player", folder / "player")
    for path in (RUN, OTHER, ROOT / "tests" / "player" / "fixtures" / "tree.specrec"):
        shutil.copy(path, folder / path.name)
    return folder, serve(folder)


def show(page: Any, site: tuple[Path, str], body: str, link: str = "") -> Any:
    (site[0] / "index.html").write_text(PAGE.replace("BODY", body))
    page.goto(f"{site[1]}/index.html{link}")
    page.wait_for_selector("[ready]")
    return page


def settle(page: Any) -> None:
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def say(page: Any, code: str) -> Any:
    settle(page)
    return page.evaluate(code)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of axe-core, installed into a temporary folder."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    if npm is None:
        missing("axe-core needs npm")
    command = [str(npm), "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", "axe-core@4"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        missing("the npm registry did not answer")
    if done.returncode:
        missing("axe-core could not be installed from the npm registry")
    return folder / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_axe_finds_nothing(
    new_page: Callable[..., Any], site: tuple[Path, str], axe: Path, width: int, scheme: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light")
    theme = ' theme="contrast"' if scheme == "contrast" else ""
    show(page, site, f'<spec-player src="story.specrec" round="12"{theme}></spec-player>')
    page.add_script_tag(path=str(axe))
    for view in VIEWS:
        page.evaluate(f"document.querySelector('spec-player').acts.view('{view}')")
        page.wait_for_function(f"{SCREEN}.state.view === '{view}'")
        settle(page)
        assert page.evaluate(AXE) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    page.evaluate("document.querySelector('spec-player').acts.present()")
    page.wait_for_selector("spec-player[presenting]")
    for view in VIEWS:
        page.evaluate(f"document.querySelector('spec-player').acts.view('{view}')")
        page.wait_for_function(f"{SCREEN}.state.view === '{view}'")
        settle(page)
        assert page.evaluate(AXE) == [], f"{view}, presenting"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{view}, presenting"
        assert page.evaluate("(p => p.scrollWidth - p.clientWidth)(document.querySelector('spec-player'))") <= 0, view
    page.evaluate("document.querySelector('spec-player').acts.help()")
    page.wait_for_selector("dialog:visible")
    assert page.evaluate(AXE) == [], "the list of keys"


@pytest.mark.parametrize("scheme", ["light", "dark", "contrast"])
def test_axe_finds_nothing_in_a_race(
    new_page: Callable[..., Any], site: tuple[Path, str], axe: Path, scheme: str
) -> None:
    page = new_page(color_scheme="dark" if scheme == "dark" else "light")
    theme = ' theme="contrast"' if scheme == "contrast" else ""
    show(page, site, f'<spec-race src="story.specrec story-match.specrec"{theme}></spec-race>')
    page.add_script_tag(path=str(axe))
    for width in (360, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        for share in (0, 0.5, 1):
            page.evaluate(f"{RACE}.seek({share} * {RACE}.duration)")
            settle(page)
            assert page.evaluate(AXE) == [], (width, share)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_by_keyboard_alone(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" at="start"></spec-player>')
    reached = []
    for _ in range(80):
        page.keyboard.press("Tab")
        inside = "document.querySelector('spec-player').shadowRoot.activeElement"
        seen = page.evaluate(
            f"{inside} && ({inside}.getAttribute('aria-label') || {inside}.closest('label')?.textContent"
            f" || {inside}.textContent)"
        )
        if seen is None and len(reached) > 10:
            break
        reached.append(seen)
    for wanted in ("time", "view", "marks", "Race", "What if", "Copy link", "keys", "show lost drafts"):
        assert any(wanted in str(one) for one in reached), (wanted, reached)
    page.evaluate("document.querySelector('spec-player').focus()")
    press = page.keyboard.press
    press("PageDown")
    assert say(page, f"{SCREEN}.round") == 0
    press("]")
    first = say(page, f"{SCREEN}.mark.title")
    press("]")
    assert say(page, f"{SCREEN}.mark.title") != first
    for key in ("Home", "PageDown", "l", "PageDown", "PageDown", "l"):  # a picture for each: keys act on what is shown
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
    assert say(page, "document.querySelector('spec-player').shadowRoot.querySelector('dialog').open")
    press("Escape")
    page.evaluate("document.querySelector('spec-player').shadowRoot.querySelector('.slider').focus()")
    before = say(page, f"{SCREEN}.time")
    press("ArrowRight")
    assert say(page, f"{SCREEN}.time") > before


def test_a_screen_reader_hears_each_round(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" round="3"></spec-player>')
    page.evaluate("document.querySelector('spec-player').focus()")
    page.keyboard.press("PageDown")
    settle(page)
    heard = page.evaluate("document.querySelector('spec-player').shadowRoot.querySelector('[aria-live]').textContent")
    assert heard.startswith("Round 4: ")
    assert any(state in heard for state in ("accepted", "rejected"))


def test_a_finger_scrubs_on_a_phone(new_page: Callable[..., Any], site: tuple[Path, str]) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    slider = page.locator(".slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + 10)
    settle(page)
    share = page.evaluate("(p => p.currentTime / p.duration)(document.querySelector('spec-player'))")
    assert 0.2 < share < 0.3
