"""The one screen: whatever the window, text, this round, tree and transport stand together without
a scroll of the page; on a phone a tab and the transport. Talks show scenes that fit.
"""

import base64
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = sorted((ROOT / "recordings").glob("*.specrec*"))
EIGHT = [
    run["name"]
    for run in tomllib.loads((ROOT / "recordings" / "gallery.toml").read_text())["section"][0][
        "run"
    ]
]
SIZES = [(1280, 720), (1440, 900), (1920, 1080), (3840, 2160), (960, 540), (390, 844), (360, 640)]
WINDOWS = [(1280, 720), (1200, 580)]  # of a talk
PHONE = 700  # narrower than this, parts are tabs
ALWAYS = [".slider", ".play", ".controls"]
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>test</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><script type="module" src="player/define.js"></script>
<link rel="stylesheet" href="whole.css">
<spec-player></spec-player></html>"""
WHOLE = "body { margin: 0 } spec-player { display: block; height: 100svh }"
PLAYER = "document.querySelector('spec-player')"
OPEN = f"""async (data) => {{
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  await {PLAYER}.open(bytes.buffer);
}}"""
# The parts that are not wholly on screen, or that hold nothing.
LACKING = f"""(parts) => parts.filter((part) => {{
  const box = {PLAYER}.shadowRoot.querySelector(part).getBoundingClientRect();
  return box.top < 0 || box.left < 0 || box.bottom > innerHeight + 0.5
    || box.right > innerWidth + 0.5 || box.width < 40 || box.height < 20;
}})"""
# Whether what explains the chosen token stands wholly in its panel.
EXPLAINED = f"""(() => {{
  const {{ bottom }} = {PLAYER}.shadowRoot.querySelector('.why > :last-child')
    .getBoundingClientRect();
  return bottom <= {PLAYER}.shadowRoot.querySelector('.round').getBoundingClientRect().bottom;
}})()"""
SHORT = {"story", "records", "smollm2-chat-greedy"}  # rounds of at most six rows
SCROLLS = """document.documentElement.scrollHeight > innerHeight
  || document.documentElement.scrollWidth > innerWidth"""
# What of a talk's scene is cut off, and the smallest type in it, in shares of the height.
SCENE = f"""() => {{
  const {{ shadowRoot }} = {PLAYER};
  const seen = (one) => one.checkVisibility({{ visibilityProperty: true }})
    && !one.closest('dialog');
  const panels = [...shadowRoot.querySelectorAll('.body > .panel')].filter(seen);
  const over = panels.filter((one) => one.scrollHeight > one.clientHeight + 1
    || one.scrollWidth > one.clientWidth + 1).map((one) => one.className);
  const last = shadowRoot.querySelector('.decisions tbody tr:last-child');
  const low = last && seen(last) && last.getBoundingClientRect().bottom
    > last.closest('.panel').getBoundingClientRect().bottom;
  const words = document.createTreeWalker(shadowRoot.querySelector('.body'), NodeFilter.SHOW_TEXT);
  let least = Infinity;
  for (let node; (node = words.nextNode());) {{
    const parent = node.parentElement;
    if (!node.data.trim() || !seen(parent) || parent.closest('math')) continue;
    const picture = parent.closest('svg');
    const scale = picture
      ? picture.getBoundingClientRect().width / picture.viewBox.baseVal.width
      : (parent.currentCSSZoom ?? 1);
    const type = parseFloat(getComputedStyle(parent).fontSize) * scale;
    least = Math.min(least, type / innerHeight);
  }}
  return {{ over: low ? [...over, 'the last row'] : over, least }};
}}"""


# The scene of every round, each drawn at once: a browser's own beat would take most of the time.
SCENES = f"""() => {{
  const scene = {SCENE};
  return Array.from({{ length: {PLAYER}.screen.track.rounds.length }}, (_, index) => {{
    {PLAYER}.goToRound(index);
    for (const late of [false, true]) {PLAYER}.draw(late);
    return {{ round: {PLAYER}.screen.round, ...scene() }};
  }});
}}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    folder = tmp_path_factory.mktemp("stage")
    shutil.copytree(ROOT / "player", folder / "player")
    (folder / "index.html").write_text(PAGE)
    (folder / "whole.css").write_text(WHOLE)
    return serve(folder)


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def resize(page: Any, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def show(page: Any, path: Path) -> None:
    page.evaluate(OPEN, encoded(path))
    page.wait_for_selector("spec-player[ready]")
    settle(page)


@pytest.mark.parametrize("first", range(len(SIZES)), ids=["x".join(map(str, s)) for s in SIZES])
def test_one_screen_holds_it_all(new_page: Callable[..., Any], address: str, first: int) -> None:
    """Every recording in every size. A scheme changes colours alone, so half of the sizes are seen
    in one and the others in the other. Each recording is opened once, in one of the sizes, and then
    taken through all.
    """
    sizes = [*SIZES[first:], *SIZES[:first]]
    page = new_page(color_scheme="light")
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    for number, path in enumerate(RECORDINGS[first :: len(SIZES)]):
        resize(page, sizes[0])
        show(page, path)
        halves = (sizes[::2], sizes[1::2])
        for scheme, half in zip(("light", "dark")[:: (-1) ** number], halves, strict=True):
            page.emulate_media(color_scheme=scheme)
            for size in half:
                resize(page, size)
                settle(page)
                assert not page.evaluate(SCROLLS), (path.name, size)
                if size == SIZES[0] and path.name.partition(".")[0] in SHORT:
                    assert page.evaluate(EXPLAINED), path.name
                for tab in ["text", "round", "tree"] if size[0] < PHONE else [""]:
                    parts = [f".{tab}"] if tab else [".text", ".round", ".tree", ".facts"]
                    if tab:
                        page.evaluate(f"{PLAYER}.acts.set({{ tab: '{tab}' }})")
                        settle(page)
                    lacking = page.evaluate(LACKING, [*ALWAYS, *parts])
                    assert lacking == [], (path.name, size, tab, scheme)


@pytest.mark.parametrize("name", EIGHT)
def test_every_scene_of_the_eight_fits(page: Any, address: str, name: str) -> None:
    """Each round, and what is the same in all of them: tree, race and numbers."""
    resize(page, WINDOWS[0])
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, next(path for path in RECORDINGS if path.name.partition(".")[0] == name))
    page.evaluate(f"{PLAYER}.acts.present()")
    page.wait_for_selector("spec-player[presenting]")
    for view in ("all", "round", "tree", "race", "metrics"):
        page.evaluate(f"{PLAYER}.acts.view('{view}')")
        page.wait_for_function(f"{PLAYER}.screen?.state.view === '{view}'")
        for size in WINDOWS:
            resize(page, size)
            settle(page)
            each = view in ("all", "round")
            scenes = page.evaluate(SCENES if each else f"(() => [({SCENE})()])()")
            if each:
                rounds = page.evaluate(f"{PLAYER}.screen.track.rounds.length")
                assert [found["round"] for found in scenes] == list(range(rounds)) != []
            for found in scenes:
                assert found["over"] == [], (view, size, found)
                assert found["least"] >= 0.033, (view, size, found)
    assert not page.is_visible(".controls")


def test_scenes_follow_one_another_and_controls_come_when_wanted(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    page.evaluate(f"{PLAYER}.focus()")
    page.keyboard.press("p")
    page.wait_for_selector("spec-player[presenting]")
    for scene in ("round", "tree", "race", "metrics", "all"):
        page.keyboard.press("v")
        page.wait_for_function(f"{PLAYER}.screen?.state.view === '{scene}'")
        settle(page)
        assert page.evaluate(SCENE)["over"] == [], scene
    page.keyboard.press("PageDown")  # a clicker shows none
    settle(page)
    page.wait_for_function(f"!{PLAYER}.shadowRoot.querySelector('[data-awake]')")
    assert not page.is_visible(".controls")
    page.mouse.move(300, 300)
    page.mouse.move(310, 300)
    # Looked at and pressed in one picture: a slow machine may see them leave again.
    page.wait_for_function(f"""() => {{
      const {{ shadowRoot }} = {PLAYER};
      const button = shadowRoot.querySelector('.controls [title="present (p)"]');
      const seen = shadowRoot.querySelector('[data-awake]') && button.checkVisibility();
      return seen && (button.click(), true);
    }}""")
    page.wait_for_selector("spec-player:not([presenting])")


def test_the_tree_shows_this_round_only_by_button_and_by_key(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    page.click("spec-player .tree .only")
    page.wait_for_function(f"{PLAYER}.screen?.state.only")
    assert page.get_attribute("spec-player .tree .only", "aria-pressed") == "true"
    page.keyboard.press("t")
    page.wait_for_function(f"{PLAYER}.screen?.state.only === false")


def test_on_a_phone_the_tree_tells_of_the_chosen_token(
    new_page: Callable[..., Any], address: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    page.click(".tabs >> text=Tree")
    page.wait_for_selector(".branches:visible")
    page.focus(".branches")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(".tree .detail:visible >> text=entropy")
    settle(page)
    assert page.evaluate(LACKING, [".tree", ".slider", ".controls"]) == []


def test_opens_still_on_a_round_that_shows_what_there_is_to_see(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    states = set(page.evaluate(f"{PLAYER}.screen.decisions.map(one => one.state)"))
    assert states == {"accepted", "rejected", "untested", "resampled"}
    assert page.evaluate(f"{PLAYER}.paused")
    assert "1 round every 3 s" in page.inner_text(".pace")


def test_a_word_leads_to_its_line(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    word = page.locator(".legend .word >> text=untested")
    word.focus()
    page.wait_for_selector("[data-says]")
    says = word.get_attribute("data-says")
    line = f"""getComputedStyle({PLAYER}.shadowRoot.activeElement, '::after').content"""
    assert says
    assert says in page.evaluate(line)
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help:visible")
    assert says in page.inner_text("dialog.help")


def test_the_sheet_holds_the_rest(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    page.click("button.pace")
    page.wait_for_selector("dialog.more:visible")
    page.click("[data-clock=real]")
    settle(page)
    assert "than it ran" in page.inner_text(".more .speed")
    page.click(".more >> text=What if")
    page.wait_for_selector(".whatif:visible")
    assert not page.is_visible("dialog.more")


# Where every part of the stage stands.
BOXES = f"""[...{PLAYER}.shadowRoot.querySelectorAll('.sp *')]
  .filter((one) => one.checkVisibility()).map((one) => {{
    const {{ x, y, width, height }} = one.getBoundingClientRect();
    return [one.localName, x, y, width, height].join(' ');
  }})"""


def test_a_scheme_moves_nothing(page: Any, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / "story.specrec")
    for size in SIZES:
        resize(page, size)
        boxes, inks = [], []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settle(page)
            boxes.append(page.evaluate(BOXES))
            inks.append(page.evaluate(f"getComputedStyle({PLAYER}.frame).color"))
        assert len(boxes[0]) > 50
        assert boxes[0] == boxes[1], size
        assert inks[0] != inks[1], "the scheme did not change"


@pytest.mark.parametrize("name", ["story", "rule-block"])
def test_on_a_phone_no_formula_is_cut_off(
    new_page: Callable[..., Any], address: str, name: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/index.html")
    page.wait_for_function(f"Boolean({PLAYER}?.stage)")
    show(page, ROOT / "recordings" / f"{name}.specrec")
    for node in range(page.evaluate(f"{PLAYER}.screen.decisions.length")):
        page.evaluate(f"{PLAYER}.acts.select({PLAYER}.screen.decisions[{node}].at)")
        settle(page)
        why = page.locator("spec-player .why")
        assert why.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0, node
