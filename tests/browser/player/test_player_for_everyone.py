"""The player for everyone: axe finds nothing in any view, theme and width; nothing scrolls
sideways; paper, forced colours, a screen reader and a finger are served. axe-core comes from the
npm registry into a temporary folder, and without it that test says so.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import AXE, settle
from tests.browser.player.conftest import ROOT, SCREEN, say, show

pytestmark = pytest.mark.browser
VIEWS = ["all", "text", "round", "timeline", "tree", "metrics", "race", "whatif"]
THEMES = ["light", "dark", "contrast"]
RACE = "document.querySelector('spec-race')"
# A recording of each rule, beside the site's own.
SPOKEN = [
    "story",
    "story-match",
    "rule-block",
    "rule-gumbel",
    "tree-specinfer",
    "draft-ensemble-tree",
    "network-score-30",
    "network-match-30",
    "engine-vllm",
]
# Whether all that the table says of each token, and the sentences beneath it, are announced.
HEARD = """() => {
  const root = document.querySelector('spec-player').shadowRoot;
  const text = (one) => one.textContent.trim();
  const of = (row) => ['code', '.outcome'].map((part) => text(row.querySelector(part))).join(' ');
  const rows = [...root.querySelectorAll('.decisions tbody tr:has(.outcome)')].map(of);
  const shown = [...rows, ...[...root.querySelectorAll('.why p')].map(text)];
  const heard = text(root.querySelector('[aria-live]'));
  return rows.length > 0 && shown.every((one) => heard.includes(one)) && heard;
}"""
WIDE = """() => {
  const textContent = '.sp .flow { letter-spacing: 1em }';
  const wide = Object.assign(document.createElement('style'), { textContent });
  document.querySelector('spec-player').shadowRoot.append(wide);
}"""


# A wide window has nothing that a middling one lacks, only larger: one theme is enough there.
@pytest.mark.parametrize(
    ("scheme", "width"),
    [*((scheme, width) for scheme in THEMES for width in (360, 1280)), ("light", 2560)],
)
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
        page.wait_for_function(f"{SCREEN}?.state.view === '{view}'")
        settle(page)
        assert page.evaluate(AXE) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    page.evaluate("document.querySelector('spec-player').acts.present()")
    page.wait_for_selector("spec-player[presenting]")
    for view in VIEWS:
        page.evaluate(f"document.querySelector('spec-player').acts.view('{view}')")
        page.wait_for_function(f"{SCREEN}?.state.view === '{view}'")
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


@pytest.mark.parametrize("scheme", THEMES)
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


def test_a_screen_reader_hears_each_round_in_the_words_of_the_screen(
    page: Any, site: tuple[Path, str]
) -> None:
    """Of every rule: standard, match, block, two of trees, over a network, an engine's own."""
    for name in SPOKEN:
        shutil.copy(ROOT / "recordings" / f"{name}.specrec", site[0])
    show(page, site, '<spec-player src="story.specrec" round="3"></spec-player>')
    page.evaluate("document.querySelector('spec-player').focus()")
    page.keyboard.press("PageDown")
    settle(page)  # it is said once all is drawn
    page.wait_for_function(f"({HEARD})() && ({HEARD})().startsWith('Round 4: ')")
    for name in SPOKEN:
        page.evaluate(f"document.querySelector('spec-player').load('{name}.specrec')")
        page.wait_for_function(f"{SCREEN}?.decisions.length > 0")
        page.keyboard.press("PageDown")
        page.wait_for_function(f"{SCREEN}?.decisions.length > 0 && ({HEARD})()")
        page.keyboard.press("ArrowLeft")  # one token: what is known of it comes first
        page.wait_for_function(f"{SCREEN}?.state.selected && ({HEARD})()")


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
        (".swatch.verify", ".swatch.draft"),
        ("tr.chosen", "tr:not(.chosen)"),
    ):
        one, other = page.evaluate(style, ["backgroundColor", *pair])
        assert one != other, pair
    (trial,) = page.evaluate(style, ["backgroundImage", ".trial.accepted"])
    # The coin, the share and the line that they lie on.
    assert len(set(re.findall(r"(?:rgb|color)\([^)]*\)", trial)) - {"rgba(0, 0, 0, 0)"}) == 3
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
        "(of => document.querySelector('spec-player').shadowRoot"
        ".querySelector(of).getBoundingClientRect().bottom)"
    )
    last = page.evaluate(f"{bottom}('.token:not(.later):nth-last-child(1 of .token:not(.later))')")
    assert last <= page.evaluate(f"{bottom}('.flow')") + 1
    assert page.is_hidden(".controls")
    gauge = "document.querySelector('spec-player').shadowRoot.querySelector('.trial')"
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
        page.wait_for_function("pictures.length > 2")
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
