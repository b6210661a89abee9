"""The player for everyone: axe finds nothing in any view, theme and width; all of it works by
keyboard alone; nothing scrolls sideways. axe-core comes from the npm registry into a temporary
folder, and without it that test says so.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import missing, settle

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "recordings" / "story.specrec"
OTHER = ROOT / "recordings" / "story-match.specrec"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>test</title><link rel="icon" href="data:,">
<script type="module" src="player/define.js"></script>
  <script type="module" src="player/compare.js"></script>
<style>body { margin: 0;
background: light-dark(#f7f5f0, #14171b); color: light-dark(#111, #eee) }</style>
<main><h1>A run</h1>BODY</main></html>"""
VIEWS = ["all", "text", "round", "timeline", "tree", "metrics", "race", "whatif"]
RACE = "document.querySelector('spec-race')"
SCREEN = "document.querySelector('spec-player').screen"
AXE = """async () => {
  // It would look for imported sheets beside the page, and not beside the sheet that imports them.
  const preload = false;
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
  const found = await axe.run(document, { runOnly, preload });
  return found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0,
    140)} ${one.nodes[0].failureSummary}`);
}"""

# Letters so far apart that the text needs more room than its box has, whatever the fonts.
WIDE = """() => {
  const textContent = '.sp .flow { letter-spacing: 1em }';
  const wide = Object.assign(document.createElement('style'), { textContent });
  document.querySelector('spec-player').shadowRoot.append(wide);
}"""


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("everyone")
    shutil.copytree(ROOT / "player", folder / "player")
    for path in (RUN, OTHER, ROOT / "tests" / "player" / "fixtures" / "tree.specrec"):
        shutil.copy(path, folder / path.name)
    return folder, serve(folder)


def show(page: Any, site: tuple[Path, str], body: str, link: str = "") -> Any:
    (site[0] / "index.html").write_text(PAGE.replace("BODY", body))
    page.goto(f"{site[1]}/index.html{link}")
    page.wait_for_selector("[ready]")
    settle(page)
    return page


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
    command = [
        str(npm),
        "install",
        "--prefix",
        str(folder),
        "--no-audit",
        "--no-fund",
        "--silent",
        "axe-core@4",
    ]
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
    page = new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
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
        assert (
            page.evaluate(
                "(p => p.scrollWidth - p.clientWidth)(document.querySelector('spec-player'))"
            )
            <= 0
        ), view
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
    over = page.inner_text(".race .verdict")
    tab_to(page, "time of the race")
    page.keyboard.press("Home")
    settle(page)
    assert page.inner_text(".race .verdict") != over
    tab_to(page, "What if")
    page.keyboard.press("Enter")
    page.wait_for_selector(".whatif:visible")
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
    page.wait_for_function(f"{SCREEN}.rule === 'rrs'")


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
          said: `chosen: ${{label}} ${{state}}` }})) }})"""
    wanted = say(page, every)
    assert {"accepted", "rejected", "untested"} <= {one["said"].split()[-1] for one in wanted}
    inside = "document.querySelector('spec-player').shadowRoot.querySelector"
    # Where there is room for one part at a time, the token is told of in another tab.
    told = f"""{inside}('.detail')?.checkVisibility() ? {inside}('.detail code')?.textContent
      + {inside}('.detail b')?.textContent : one.told"""
    shown = f"""(one) => JSON.stringify(one) === JSON.stringify({{
      at: {SCREEN}.state.selected, told: {told},
      said: {inside}('[aria-live]').textContent.split('; ').pop() }})"""
    steps = [("ArrowDown", one) for one in wanted] + [("ArrowUp", one) for one in wanted[-2::-1]]
    for key, one in steps:
        page.keyboard.press(key)
        page.wait_for_function(shown, arg=one)
        assert width < 700 or page.inner_text(".why").strip()


def test_a_screen_reader_hears_each_round(page: Any, site: tuple[Path, str]) -> None:
    show(page, site, '<spec-player src="story.specrec" round="3"></spec-player>')
    page.evaluate("document.querySelector('spec-player').focus()")
    page.keyboard.press("PageDown")
    settle(page)  # it is said once all is drawn
    heard = page.evaluate(
        "document.querySelector('spec-player').shadowRoot.querySelector('[aria-live]').textContent"
    )
    assert heard.startswith("Round 4: ")
    assert any(state in heard for state in ("accepted", "rejected"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_are_told_apart_in_forced_colours(
    new_page: Callable[..., Any], site: tuple[Path, str], scheme: str
) -> None:
    page = new_page(forced_colors="active", color_scheme=scheme)
    show(page, site, '<spec-player src="story.specrec" round="12"></spec-player>')
    page.evaluate("document.querySelector('spec-player').acts.view('metrics')")
    settle(page)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    style = """([property, ...selectors]) => selectors.map(selector => getComputedStyle(
      document.querySelector('spec-player').shadowRoot.querySelector(selector))[property])"""
    tokens = [f".token.{origin}" for origin in ("accepted", "resampled", "bonus")]
    assert len(set(page.evaluate(style, ["borderBottomStyle", *tokens]))) == 3
    for pair in (
        (".trial .coin", ".trial"),
        (".swatch.verify", ".swatch.draft"),
        ("tr.chosen", "tr:not(.chosen)"),
    ):
        one, other = page.evaluate(style, ["backgroundColor", *pair])
        assert one != other, pair
    drawn = say(page, "document.querySelector('spec-player').stage.colours")
    assert (
        len(
            {
                drawn[name]
                for name in (
                    "panel",
                    "accepted",
                    "rejected",
                    "resampled",
                    "bonus",
                    "draft",
                    "verify",
                )
            }
        )
        == 7
    )
    assert page.evaluate(style, ["backgroundColor", "canvas.branches"]) == [drawn["panel"]]


def test_nothing_is_cut_on_paper(new_page: Callable[..., Any], site: tuple[Path, str]) -> None:
    page = new_page(viewport={"width": 720, "height": 1000})
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    page.evaluate(WIDE)
    cut = """() => {
      const boxes = [...document.querySelector('spec-player')
        .shadowRoot.querySelectorAll('.body *:not(svg, svg *)')];
      return boxes.filter(box => box.checkVisibility() && getComputedStyle(box).overflow !==
        'visible'
        && (box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1))
        .map(box => box.className);
    }"""
    assert "flow" in page.evaluate(cut), "on the screen the text scrolls"
    page.emulate_media(media="print")
    settle(page)
    assert page.evaluate(cut) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    bottom = (
        "(of => "
        "document.querySelector('spec-player').shadowRoot.querySelector(of).getBoundingClientRect().bottom)"
    )
    last = page.evaluate(f"{bottom}('.token:not(.later):nth-last-child(1 of .token:not(.later))')")
    assert last <= page.evaluate(f"{bottom}('.flow')") + 1
    assert page.is_hidden(".controls")
    gauge = "document.querySelector('spec-player').shadowRoot.querySelector('.trial .share')"
    share = f"getComputedStyle({gauge})"
    assert page.evaluate(f"{share}.printColorAdjust") == "exact"


@pytest.mark.parametrize("width", [360, 1000, 1200])
def test_a_round_fits_into_its_panel(
    new_page: Callable[..., Any], site: tuple[Path, str], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    over = page.evaluate("""async () => {
      const player = document.querySelector('spec-player');
      const table = player.shadowRoot.querySelector('.decisions');
      let over = 0;
      for (let round = 0; round < 24; round++) {
        player.goToRound(round);
        do await new Promise(requestAnimationFrame); while (player.pendingFrame);
        over = Math.max(over, table.scrollWidth - table.clientWidth);
      }
      return over;
    }""")
    assert over == 0


def test_a_dark_screen_prints_in_the_colours_of_paper(
    new_page: Callable[..., Any], site: tuple[Path, str], tmp_path: Path
) -> None:
    seen = {}
    for scheme in ("dark", "light"):
        page = new_page(color_scheme=scheme)
        show(page, site, '<spec-player src="story.specrec"></spec-player>')
        page.evaluate("""() => {
          const { shadowRoot } = document.querySelector('spec-player');
          const canvases = [...shadowRoot.querySelectorAll('canvas')];
          window.drawn = () => canvases.map((one) => one.toDataURL());
          window.pictures = [drawn()];
          matchMedia('print').addEventListener('change', () => pictures.push(drawn()));
        }""")
        page.pdf(path=tmp_path / "paper.pdf")
        settle(page)
        seen[scheme] = page.evaluate("[pictures[0], pictures[1], drawn()]")
    screen, paper, after = seen["dark"]
    assert len(screen) == 3
    assert all(one != other for one, other in zip(screen, paper, strict=True))
    assert paper == seen["light"][1]
    assert after == screen


def test_a_finger_scrubs_on_a_phone(new_page: Callable[..., Any], site: tuple[Path, str]) -> None:
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    show(page, site, '<spec-player src="story.specrec"></spec-player>')
    slider = page.locator(".slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + 10)
    settle(page)
    share = page.evaluate(
        "(p => p.currentTime / p.duration)(document.querySelector('spec-player'))"
    )
    assert 0.2 < share < 0.3
