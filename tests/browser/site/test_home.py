"""The first page, and where pages lead from there: what stands above the fold, how far the eight
reach, that nothing jumps, what is seen without scripts, and what a run's page offers.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.runs.numbers import shown_value
from specrecord.publish.site.build import build_site
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from tests.browser.conftest import AXE, settle

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"
HERO = "smollm2-edit-ngram"
RACE = "document.querySelector('spec-race')"
READY = "document.querySelector('spec-race[ready]')"
SIZES = [(1280, 720), (390, 844)]
PHONES = [(360, 640), (412, 915)]
SCREENS = 4  # of a phone, until the end of the eight
MOST_SHIFT = 0.02
THUMB = 44  # pixels that a finger needs
# What the reader must see without scrolling: the sentence, both buttons, the race with its
# standing, its button, and each lane's text, and what shows one round of it.
FOLD = """() => {
  const race = document.querySelector('spec-race').shadowRoot;
  const all = [...document.querySelectorAll('.pitch h1, .pitch .lead, .act, .choice button'),
    ...race.querySelectorAll('.verdict, .play, .runner .name, .runner .tail')];
  return all.map((one) => {
    const { top, bottom, left, right } = one.getBoundingClientRect();
    return [one.className || one.tagName, Math.round(top), Math.round(bottom), left, right];
  });
}"""
# Where each part of a race begins, and where what stands in it ends; the race itself comes last.
PARTS = """() => {
  const race = document.querySelector('spec-race');
  const box = (one) => one.getBoundingClientRect();
  const parts = ['.verdict', '.race-bar', '.runner', '.words'].flatMap(
    (name) => [...race.shadowRoot.querySelectorAll(name)]).filter((one) => one.checkVisibility());
  const column = parts.filter((one) => Math.abs(box(one).left - box(parts[0]).left) < 1);
  return [...column.map((one) => [box(one).top,
    Math.max(...[one, ...one.children].filter((two) => two.checkVisibility()).map(
      (two) => box(two).bottom))]), [box(race).top, box(race).bottom]];
}"""
SHIFT = """new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def home(new_page: Callable[..., Any], built: tuple[Path, str], **options: Any) -> Any:
    page = new_page(**options)
    page.goto(f"{built[1]}/index.html")
    if options.get("java_script_enabled", True):
        page.wait_for_function(READY)
    return page


@pytest.mark.parametrize("size", SIZES + PHONES)
def test_sentence_race_and_buttons_stand_above_the_fold(
    built: tuple[Path, str], new_page: Callable[..., Any], size: tuple[int, int]
) -> None:
    width, height = size
    page = home(new_page, built, viewport={"width": width, "height": height})
    page.wait_for_function(f"{RACE}?.playing && {RACE}?.currentTime > 0")
    seen = page.evaluate(FOLD)
    assert len(seen) == 12
    for name, top, bottom, left, right in seen:
        assert 0 <= top < bottom <= height, name
        assert 0 <= left < right <= width, name
    assert "faster" in page.inner_text(".pitch h1").lower()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["story", "network-score-30"])
def test_the_race_of_a_site_of_ones_own_fits_its_room(
    tmp_path: Path, serve: Callable[[Path], str], new_page: Callable[..., Any], name: str
) -> None:
    """Of two different texts, and of four lanes over a simulated link."""
    source = tmp_path / "runs"
    source.mkdir()
    shutil.copy(RECORDINGS / f"{name}.specrec", source)
    build_site(source, tmp_path / "site")
    page = new_page()
    address = serve(tmp_path / "site")
    for width, height in [*PHONES, *SIZES]:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{address}/index.html")
        page.wait_for_function(READY)
        settle(page)
        *parts, race = page.evaluate(PARTS)
        assert len(parts) > 2
        for (_, end), (begin, _) in zip(parts, [*parts[1:], (race[1], 0)], strict=True):
            assert end <= begin + 1, (width, height, parts, race)


def test_what_it_claims_was_recorded(built: tuple[Path, str], new_page: Callable[..., Any]) -> None:
    info = recording_info(read_recording(RECORDINGS / f"{HERO}.specrec"))
    page = home(new_page, built, reduced_motion="reduce")
    speedup = shown_value("speedup", info["speedup"]["autoregressive"])
    said = page.inner_text(".proof")
    assert said.startswith(f"{speedup} the tokens per second of SmolLM2 alone")
    assert f"same {info['tokens']} tokens" in said
    assert f": {info['rounds']} passes instead of" in page.inner_text(".pitch .lead")
    assert page.evaluate(f"{RACE}.result.same")
    assert speedup in page.locator("spec-race .verdict").first.inner_text()


def test_its_buttons_lead_to_a_round_and_to_the_walkthrough(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = home(new_page, built)
    page.click("text=See one round")
    page.wait_for_function("document.querySelector('spec-player')?.screen")
    assert f"/runs/{HERO}.html" in page.url
    page.go_back()
    page.click("text=Start the walkthrough")
    page.wait_for_url("**/chapters/*.html*")


def test_the_eight_end_within_four_screens_of_a_phone(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = home(new_page, built, viewport={"width": 390, "height": 844})
    assert page.locator(".card").count() == 8
    end = page.evaluate(
        "document.querySelector('.card:last-child').getBoundingClientRect().bottom + scrollY"
    )
    assert end <= SCREENS * 844


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps_while_it_loads(
    built: tuple[Path, str], new_page: Callable[..., Any], size: tuple[int, int]
) -> None:
    width, height = size
    page = home(new_page, built, viewport={"width": width, "height": height})
    page.wait_for_function(f"{RACE}?.currentTime > 0")
    assert page.evaluate(SHIFT) <= MOST_SHIFT


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps_while_a_run_loads(
    built: tuple[Path, str], new_page: Callable[..., Any], size: tuple[int, int]
) -> None:
    width, height = size
    page = new_page(viewport={"width": width, "height": height})
    page.goto(f"{built[1]}/runs/{HERO}.html")
    page.wait_for_function("document.querySelector('spec-player[ready]')?.screen")
    settle(page)
    assert page.evaluate(SHIFT) <= MOST_SHIFT
    if width < 640:
        page.set_viewport_size({"width": 360, "height": height})
        assert page.evaluate("document.querySelector('.top').scrollWidth") <= 360
        for link in page.locator(".top a").all():
            box = link.bounding_box()
            assert min(box["width"], box["height"]) >= THUMB


ROUND = "document.querySelector('.one-round spec-player')"
SHOWS = "document.querySelector('.show').dataset.shows"
# How low its last row reaches, and the panel that holds it.
ROWS = f"""() => {{
  const root = {ROUND}.shadowRoot;
  const low = (one) => root.querySelector(one).getBoundingClientRect().bottom;
  return [low("tbody tr:last-child"), low("[data-view=round]")];
}}"""
PICTURES = """(async () => {
  for (let drawn = 0; drawn < 9; drawn++) await new Promise(requestAnimationFrame);
})()"""
NOTE = f"{ROUND}.shadowRoot.querySelector('[data-view=round] header .note').textContent"


def race_over(page: Any) -> None:
    """The race has come to its end by itself, and its result has stood for some seconds."""
    page.evaluate(f"{RACE}.seek({RACE}.duration)")
    page.wait_for_function(f"!{RACE}.playing")
    page.clock.fast_forward(10_000)


@pytest.mark.parametrize("size", SIZES + PHONES)
def test_after_the_race_one_round_of_it_is_told_and_then_all_rests(
    built: tuple[Path, str], new_page: Callable[..., Any], size: tuple[int, int]
) -> None:
    page = new_page(viewport={"width": size[0], "height": size[1]})
    page.clock.install()
    page.goto(f"{built[1]}/index.html")
    page.wait_for_function(f"{READY} && {RACE}.playing")
    race_over(page)
    page.wait_for_function(f"{SHOWS} === 'round' && !{ROUND}.paused")
    assert page.locator(".one-round .play").inner_text() == "Pause"
    assert page.locator(".choice .note").is_visible()
    page.wait_for_function(f"{ROUND}.screen?.slow.step?.kind === 'draft'")
    assert page.evaluate(SHIFT) <= MOST_SHIFT
    page.evaluate(f"{ROUND}.store.set({{ time: {ROUND}.screen.slow.steps.at(-1).to - 0.1 }})")
    page.evaluate(f"{ROUND}.playback.start({ROUND}.scene.map('beat'), {ROUND}.store.state.time)")
    page.wait_for_function(f"{ROUND}.paused && !{ROUND}.screen.slow.step")
    rounds = read_recording(RECORDINGS / f"{HERO}.specrec").tracks["speculative"].rounds
    one = rounds[page.evaluate(f"{ROUND}.screen.round")]
    assert one.ends_rejected
    accepted = one.count("accepted")
    told = f"{len(one.drafts)} drafted, {accepted} accepted, 1 resampled"
    assert page.evaluate(NOTE).startswith(told)
    note = page.locator(".choice .note").bounding_box()
    player = page.locator(".one-round spec-player").bounding_box()
    assert note["y"] >= player["y"] + player["height"]
    assert note["y"] + note["height"] <= size[1]
    rows, panel = page.evaluate(ROWS)
    assert rows <= panel + 1


def test_what_is_chosen_last_is_shown_whatever_comes_late(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    held: list[Any] = []
    page = home(new_page, built, reduced_motion="reduce")
    page.route("**/define.js", lambda route: held.append(route))
    with page.expect_request("**/define.js"):
        page.click("text=One round of it")
    page.click("text=The race")
    held[0].continue_()
    page.wait_for_function(f"{ROUND}?.screen")
    page.evaluate(PICTURES)  # more than the page itself waits for
    assert page.evaluate(SHOWS) == "race"


def test_a_reader_who_does_anything_or_wants_no_motion_is_not_led_on(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.clock.install()
    page.goto(f"{built[1]}/index.html")
    page.wait_for_function(f"{READY} && {RACE}.playing")
    page.locator("spec-race input").focus()
    race_over(page)
    still = home(new_page, built, reduced_motion="reduce")
    still.click("text=One round of it")
    still.wait_for_function(f"{SHOWS} === 'round' && {ROUND}?.screen && !{ROUND}.screen.slow.step")
    assert still.evaluate(f"{ROUND}.paused")
    assert page.evaluate(f"{SHOWS} === 'race' && {ROUND} === null")
    still.click("text=The race")
    assert still.evaluate(f"{SHOWS} === 'race' && !{RACE}.playing")


@pytest.mark.parametrize("way", ["without scripts", "from disk"])
def test_a_still_race_tells_the_result(
    built: tuple[Path, str], new_page: Callable[..., Any], way: str
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page.goto(f"{built[1] if way == 'without scripts' else built[0].as_uri()}/index.html")
    info = recording_info(read_recording(RECORDINGS / f"{HERO}.specrec"))
    still = page.locator(".still-race")
    said = still.locator(".verdict").inner_text()
    assert shown_value("speedup", info["speedup"]["autoregressive"]) in said
    assert shown_value("duration_s", info["duration_s"]) in still.inner_text()
    assert still.locator("li").count() == 2
    for lane in still.locator("pre").all():
        assert lane.is_visible()
        assert lane.bounding_box()["y"] < 720
    assert page.get_attribute(".act >> nth=0", "href") == f"runs/{HERO}.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    built: tuple[Path, str], new_page: Callable[..., Any], axe: Path, scheme: str
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce")
    for address in (
        "index.html",
        "glossary.html",
        "races/smollm2-chat-k8.html",
        f"runs/{HERO}.html",
    ):
        page.goto(f"{built[1]}/{address}")
        page.add_script_tag(path=str(axe))
        if address.startswith(("index", "races")):
            page.wait_for_function(READY)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        for width in (360, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(AXE) == [], (address, width)


def test_a_term_shows_its_line_beside_it_and_within_the_window(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = home(new_page, built, viewport={"width": 390, "height": 844})
    for place in range(page.locator(".pitch .term").count()):
        term = page.locator(".pitch .term").nth(place)
        term.focus()
        shown = term.evaluate("(one) => getComputedStyle(one, '::after').content")
        assert term.get_attribute("data-says") in shown
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_run_leads_on_and_offers_what_to_embed(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{built[1]}/runs/smollm2-chat-greedy.html#round=5")
    page.wait_for_function("document.querySelector('spec-player')?.screen")
    links = page.locator(".onward a:not(.term)").all()
    targets = [link.get_attribute("href") for link in links]
    assert targets == [
        "../chapters/coin.html",
        "../races/smollm2-chat-k8.html",
        "smollm2-chat-hot.html",
    ]
    page.click(".embeds summary")
    page.select_option(".choose [name=view]", "round")
    page.check(".choose [name=round]")
    codes = page.locator(".embeds figure code").all_text_contents()
    assert all(f'"{built[1]}/' in code for code in codes)
    assert '<spec-player view="round" round="5" src="' in codes[0]
    assert ".specrec.gz&amp;view=round&amp;round=5" in codes[1]
    assert codes[2].startswith("<section data-background-iframe=")
    page.click(".embeds figure:nth-of-type(2) .copy")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == codes[1]


def test_what_is_offered_works_where_it_is_pasted(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    page = new_page()
    page.goto(f"{built[1]}/runs/story.html")
    page.wait_for_function("document.querySelector('spec-player')?.screen")
    page.click(".embeds summary")
    page.select_option(".choose [name=view]", "text")
    code = page.locator(".embeds figure code").nth(1).text_content()
    still = page.locator(".embeds figure code").nth(3).text_content()
    page.goto(f"{built[1]}/glossary.html")
    page.set_content(f"<!doctype html><title>A post</title>{code}{still}")
    frame = page.frame_locator("iframe")
    frame.locator("spec-player[ready]").wait_for()
    assert re.search(r"A story", page.get_attribute("iframe", "title") or "")
    page.wait_for_function("document.images[0]?.naturalWidth === 800")


@pytest.mark.parametrize("kind", ["", "runs/*", "races/*"])
def test_a_page_opened_from_disk_says_what_helps(
    browser: Any, built: tuple[Path, str], kind: str
) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    path = next(iter(sorted(built[0].glob(f"{kind or 'index'}.html"))))
    page.goto(path.as_uri())
    words = page.inner_text("#from-disk")
    still = page.locator("spec-player, spec-race").first.evaluate(
        """(one) => [customElements.get(one.localName) !== undefined, one.scrollHeight
          <= one.clientHeight + 1 && one.checkVisibility()]"""
    )
    page.context.close()
    assert "python3 -m http.server" in words
    assert "specrecord export RUN --html" in words
    assert still == [False, True], "scripts run from disk, or the still form is cut off"
