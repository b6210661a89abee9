"""The player in pages of somebody else: a strict policy, a deck of slides, a sandboxed frame, forty
players in a post, servers and browsers that fall short.
"""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.site.build import build_site
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.browser.conftest import settle
from tests.browser.hosts.pages import (
    DEFINE,
    HEAD,
    PLAYER,
    READY,
    ROOT,
    STRICT,
    address,
    deck_page,
    folder,
    open_address,
    post_page,
    sandbox_page,
    strict_page,
)

pytestmark = pytest.mark.browser
__all__ = ["address", "folder", "open_address"]

# Two pictures of one page differ by the smoothing of an edge now and then.
DIFFERING = """async (pictures) => {
  const [one, other] = await Promise.all(pictures.map(async (picture) => {
    const image = Object.assign(new Image(), { src: `data:image/png;base64,${picture}` });
    await image.decode();
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  }));
  return one.filter((value, at) => Math.abs(value - other[at]) > 40).length / one.length;
}"""
BOXES = f"""[...{PLAYER}.shadowRoot.querySelectorAll('.sp *')].filter(
  (one) => one.checkVisibility()).map((one) => {{
  const {{ width, height }} = one.getBoundingClientRect();
  return [one.localName, Math.round(width), Math.round(height), one.style?.cssText];
}})"""


def at_rest(page: Any) -> bytes:
    """The picture of a page once two in a row are the same. Playwright's own way to that sets
    styles, which a strict policy forbids.
    """
    before, picture = b"", b"-"
    while picture != before:
        settle(page)
        before, picture = picture, page.screenshot(caret="initial", animations="allow")
    return picture


@pytest.mark.parametrize("view", ["all", "round", "tree", "metrics", "race", "whatif"])
def test_a_strict_policy_changes_no_pixel(
    new_page: Callable[..., Any], folder: Path, address: str, view: str
) -> None:
    pictures, boxes = [], []
    for policy in ("", STRICT):
        size = {"width": 1200, "height": 900}
        page = new_page(viewport=size, reduced_motion="reduce", bypass_csp=False)
        page.goto(f"{address}/{strict_page(folder, view, policy)}")
        page.wait_for_selector("spec-player[ready]")
        shown = "tree" if view == "all" else view
        page.wait_for_selector(f"[data-view={shown}]:visible")
        pictures.append(b64encode(at_rest(page)).decode())
        boxes.append(page.evaluate(BOXES))
    assert boxes[0] == boxes[1]
    assert view in ("tree", "whatif") or any(style for *_, style in boxes[0]), "it tests nothing"
    assert new_page().evaluate(DIFFERING, pictures) < 0.001


SLIDE = "deck.getIndices().h"
TIME = f"{PLAYER}.currentTime"
HELP = f"{PLAYER}.shadowRoot.querySelector('dialog.help')?.open"


@pytest.mark.parametrize("transition", ["none", "slide", "fade"])
def test_a_deck_and_the_player_in_it_never_move_together(
    page: Any, folder: Path, address: str, transition: str
) -> None:
    page.goto(f"{address}/{deck_page(folder, transition)}")
    page.wait_for_function(f"window.begun && {READY}")
    settle(page)
    assert page.evaluate(f"{PLAYER}.paused && {TIME} === 0"), "it played on a hidden slide"
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{SLIDE} === 1 && !{PLAYER}.paused && {TIME} > 0")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{SLIDE} === 2 && {PLAYER}.paused")
    left = page.evaluate(TIME)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"{SLIDE} === 1 && !{PLAYER}.paused && {TIME} > {left}")

    page.evaluate(f"{PLAYER}.pause(), {PLAYER}.seek(0), {PLAYER}.focus()")
    for key in ("ArrowRight", "PageDown", " ", "End", "Home", "?", "f"):
        page.keyboard.press(key)
        settle(page)
        assert page.evaluate(SLIDE) == 1, key
        assert not page.evaluate("deck.isOverview() || deck.isPaused()"), key
        if page.evaluate("Boolean(document.fullscreenElement)"):
            page.evaluate("document.exitFullscreen()")
            page.wait_for_function("!document.fullscreenElement")
        page.evaluate(f"{PLAYER}.pause()")
        if key == "?":
            page.wait_for_function(HELP)  # its script is asked for only now
            page.keyboard.press("Escape")
            page.wait_for_function(f"!{HELP}")
    page.evaluate(f"{PLAYER}.seek('100%'), {PLAYER}.focus()")
    settle(page)
    page.keyboard.press("PageDown")  # at the end a clicker steps the deck
    page.wait_for_function(f"{SLIDE} === 2")
    assert page.evaluate(f"{TIME} === {PLAYER}.duration")


@pytest.mark.parametrize("rights", ["allow-scripts allow-same-origin", "allow-scripts"])
def test_a_sandboxed_frame_shows_the_run(
    page: Any, folder: Path, open_address: str, address: str, rights: str
) -> None:
    page.goto(f"{address}/{sandbox_page(folder, open_address, rights)}")
    inside = page.frames[1]
    inside.wait_for_function(READY)
    inside.wait_for_function(f"{PLAYER}.screen?.state.view === 'round'")
    assert inside.evaluate(f"{PLAYER}.theme") == "dark"
    assert inside.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_frame_shows_recordings_of_its_own_site_only_unless_told(
    page: Any, folder: Path, address: str, open_address: str
) -> None:
    elsewhere = f"{open_address}/story.specrec"
    page.goto(f"{address}/player/embed.html?src={elsewhere}")
    page.wait_for_selector(".status:visible")
    assert "not of this site" in page.inner_text(".status")
    text = (folder / "player" / "embed.html").read_text()
    told = text.replace("connect-src 'self'", f"connect-src 'self' {open_address}")
    (folder / "player" / "told.html").write_text(told)
    page.goto(f"{address}/player/told.html?src={elsewhere}")
    page.wait_for_function(READY)


# What moved while nobody scrolled, each with what it was.
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      shifts.push([value, ...sources.map(({ node }) => node?.className || node?.nodeName)]);
  }).observe({ type: 'layout-shift', buffered: true });
}"""
# A pointer that rests on the page has it measured before any picture.
TOUCH = "addEventListener('ready', () => document.elementFromPoint(300, 300), true)"
PLACES = """[...document.querySelectorAll('main > *')].map((one) => {
  const { top, height } = one.getBoundingClientRect();
  return [Math.round(top + scrollY), Math.round(height)];
})"""


def test_forty_players_in_a_post_shift_nothing_and_load_when_they_are_near(
    page: Any, folder: Path, address: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if ".specrec" in one.url else None)
    held: list[Any] = []
    # The script comes when all has its place.
    page.route("**/shared.js", lambda route: held.append(route))
    with page.expect_request("**/shared.js"):
        page.goto(f"{address}/{post_page(folder)}", wait_until="commit")
    page.evaluate(SHIFTS)
    page.evaluate(TOUCH)
    page.wait_for_function("document.querySelectorAll('main > spec-player').length === 40")
    places = page.evaluate(PLACES)
    assert min(height for _, height in places) > 0
    held[0].continue_()
    page.wait_for_function(READY)
    settle(page)
    assert sum(value for value, *_ in page.evaluate("shifts")) < 0.02, page.evaluate("shifts")
    assert page.evaluate(PLACES) == places
    assert 0 < len(set(asked)) < 5
    for at in range(1, 8):
        page.evaluate(f"document.querySelectorAll('spec-player')[{at}].scrollIntoView()")
        page.wait_for_function(
            f"document.querySelectorAll('spec-player')[{at}].hasAttribute('ready')"
        )
        settle(page)
        assert page.evaluate(PLACES) == places
    assert len(set(asked)) < 14


REFUSALS = [
    ("", "page.html", "a web page came in its place"),
    ("delete window.DecompressionStream", "story.specrec.gz", "this browser is too old"),
    ("delete Document.prototype.adoptedStyleSheets", "story.specrec", "this browser is too old"),
]


@pytest.mark.parametrize(("before", "source", "words"), REFUSALS)
def test_what_falls_short_is_told_in_one_line(
    page: Any, folder: Path, address: str, before: str, source: str, words: str
) -> None:
    (folder / "page.html").write_text("<!doctype html><title>an app</title>")
    (folder / "story.specrec.gz").write_bytes(b"\x1f\x8b\x08" + bytes(20))
    player = f'<spec-player src="{source}"><p id="inside">still there</p></spec-player>'
    (folder / "short.html").write_text(f"{HEAD}<script>{before}</script>{DEFINE}{player}")
    page.goto(f"{address}/short.html")
    page.wait_for_selector(".status:visible")
    assert words in page.inner_text(".status")
    assert "\n" not in page.inner_text(".status").strip()
    assert page.is_visible("#inside")


def test_a_server_that_lets_no_other_page_read_is_told(
    browser: Any, folder: Path, address: str, serve: Callable[[Path], str]
) -> None:
    other = serve(folder)
    player = f'<spec-player src="{other}/story.specrec"></spec-player>'
    (folder / "foreign.html").write_text(f"{HEAD}{DEFINE}{player}")
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/foreign.html")
    page.wait_for_selector(".status:visible")
    told = page.inner_text(".status")
    context.close()
    assert "Access-Control-Allow-Origin" in told
    assert other.removeprefix("http://") in told


def test_a_run_page_says_of_a_file_that_is_opened_what_it_said_of_its_own(
    page: Any, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    build_site(ROOT / "recordings" / "story.specrec", tmp_path / "site")
    page.goto(f"{serve(tmp_path / 'site')}/runs/story.html")
    page.wait_for_function(READY)
    own, title = page.inner_text("[data-number=acceptance_rate] .value"), page.title()
    other = ROOT / "recordings" / "story-match.specrec"
    page.evaluate(
        """async ([name, bytes]) => {
          const file = new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt())], name);
          await document.querySelector('spec-player').openFiles([file]);
        }""",
        [other.name, b64encode(other.read_bytes()).decode()],
    )
    recording = read_recording(other)
    page.wait_for_function("(title) => document.title !== title", arg=title)
    assert page.inner_text(".run-head h1") == recording.header.title
    info = recording_info(recording)
    shown = page.inner_text("[data-number=acceptance_rate] .value")
    assert float(shown) == pytest.approx(info["acceptance_rate"], abs=0.0006)
    assert shown != own
    assert page.locator("#numbers ~ .groups .counted").count() == 0
    assert page.locator("#about").count() == 0
