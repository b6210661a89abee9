"""The site as it is published, of the shipped recordings, under a sub-path: every page opens
without a word on the console, each recording plays, pauses, scrubs both ways and steps by round,
and a link to a round opens there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.assets import assets
from specrecord.publish.site.build import build_site
from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
RECORDINGS = Path(__file__).resolve().parents[3] / "recordings"
NAMES = sorted(path.name.partition(".")[0] for path in RECORDINGS.glob("*.specrec*"))
TABS = 10  # that open at a time: for each half a second must pass without a request
STATE = "JSON.stringify(document.querySelector('spec-player').screen.frame)"


# What moved of what could be seen, while a pointer rests on the page: that has the page measured at
# any time, not with each picture only.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries())
    shifts.push([value, ...sources.map(({ node }) => node?.className || node?.nodeName)]);
}).observe({ type: 'layout-shift', buffered: true });
const touch = () => performance.getEntriesByType('paint').length
  && document.elementFromPoint(200, 300);
new MutationObserver(touch).observe(document, { subtree: true, childList: true, attributes: true });
addEventListener('ready', touch, true);
"""
MOST_SHIFT = 0.02  # a fifth of what is called good
WIDTHS = (1280, 390)


def open_run(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_function("document.querySelector('spec-player')?.screen")


def test_every_page_opens_in_silence_and_moves_nothing(
    built: tuple[Path, str], new_page: Callable[..., Any]
) -> None:
    folder, address = built
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) > len(NAMES)
    sizes = [{"width": WIDTHS[at % len(WIDTHS)], "height": 800} for at in range(TABS)]
    tabs = [new_page(bypass_csp=False, viewport=size) for size in sizes]
    for tab in tabs:
        tab.add_init_script(SHIFTS)
    for first in range(0, len(pages), TABS):
        opened = list(zip(tabs, pages[first : first + TABS], strict=False))
        for tab, path in opened:
            tab.goto(f"{address}/{path.relative_to(folder)}")
        for tab, path in opened:
            tab.wait_for_load_state("networkidle")
            assert tab.title()
            settle(tab)
            shifts = tab.evaluate("shifts")
            assert sum(value for value, *_ in shifts) < MOST_SHIFT, (path.name, shifts)


@pytest.mark.parametrize("name", ["story", "story-match", "code-greedy", "table"])
def test_a_recording_plays_pauses_scrubs_and_steps(
    built: tuple[Path, str], page: Any, name: str
) -> None:
    open_run(page, f"{built[1]}/runs/{name}.html")
    player = page.locator("spec-player").first
    player.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('spec-player').screen?.frame.tokens === 0")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('spec-player').screen?.frame.tokens > 0")
    page.keyboard.press("Space")
    settle(page)  # no picture is to come, so nothing can move any more
    before = page.evaluate(STATE)
    settle(page)
    assert page.evaluate(STATE) == before
    duration = page.evaluate("document.querySelector('spec-player').duration")
    seen = {}
    for share in [*range(11), *reversed(range(11))]:
        page.evaluate(
            f"document.querySelector('spec-player').currentTime = {duration * share / 10}"
        )
        settle(page)
        state = page.evaluate(STATE)
        assert seen.setdefault(share, state) == state
    assert len(set(seen.values())) == 11
    page.keyboard.press("Home")
    rounds = []
    for _ in range(4):
        page.keyboard.press("PageDown")
        settle(page)
        rounds.append(page.evaluate("document.querySelector('spec-player').screen.round"))
    assert rounds == list(range(rounds[0], rounds[0] + 4))


def test_a_link_to_a_round_opens_there(built: tuple[Path, str], page: Any) -> None:
    open_run(page, f"{built[1]}/runs/story.html#round=7")
    page.wait_for_function("document.querySelector('spec-player').screen?.round === 7")


def test_in_a_checkout_the_modules_are_served_as_they_are_written(
    tmp_path: Path, serve: Callable[[Path], str], page: Any
) -> None:
    build_site(RECORDINGS / "story.specrec", tmp_path, parts=assets(unbuilt=True))
    address = serve(tmp_path)
    open_run(page, f"{address}/runs/story.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/chapters/coin.html")
    page.wait_for_selector(".slider", state="attached")
    assert f"{address}/player/core/measures/run-model.js" in asked


def test_the_gallery_filters_sorts_and_remembers(
    built: tuple[Path, str], page: Any, runs: dict[str, Any]
) -> None:
    page.goto(f"{built[1]}/index.html")
    page.click(".rest summary")
    page.select_option(".sieve [name=rule]", "match")
    shown = [data for data in runs.values() if data["rule"] == "match"]
    assert page.locator(".all tbody tr:visible").count() == len(shown)
    page.select_option(".sieve [name=rule]", "")
    title = shown[0]["title"]
    page.fill(".sieve [name=find]", title.upper())
    found = page.locator(".all tbody tr:visible").all_text_contents()
    assert found
    assert all(title in one for one in found)
    assert len(found) < len(runs)
    page.fill(".sieve [name=find]", "")
    page.select_option(".sieve [name=sort]", "acceptance")
    titles = page.locator(".all tbody th a").all_text_contents()
    assert titles == [
        one["title"] for one in sorted(runs.values(), key=lambda one: -one["acceptance_rate"])
    ]
    page.wait_for_load_state("networkidle")
    page.goto(page.url)
    assert page.locator(".all tbody th a").all_text_contents() == titles


def test_the_comparison_begins_with_a_race_of_one_prompt(
    built: tuple[Path, str], page: Any, runs: dict[str, Any]
) -> None:
    page.goto(f"{built[1]}/compare.html")
    assert page.locator(".picks input:checked").count() == 0
    heads = page.locator(".compare thead th[data-run]:visible")
    first, second = (heads.nth(place).get_attribute("data-run") for place in (0, 1))
    assert heads.count() == 2
    page.wait_for_function(
        "document.querySelector('spec-race')?.shadowRoot?.querySelector('.body')"
    )
    row = page.locator(".compare tr", has_text="tokens per round").first
    widths = [
        float(row.locator(f"td[data-run='{name}'] rect").get_attribute("width"))
        for name in (first, second)
    ]
    lengths = [runs[name]["mean_acceptance_length"] for name in (first, second)]
    assert widths == pytest.approx([100 * one / max(lengths) for one in lengths], abs=0.1)
    page.goto(f"{built[1]}/compare.html?runs=story,sums")
    assert page.locator("spec-race").count() == 0
    assert page.locator(".apart").is_visible()


def test_the_comparison_chooses_columns(built: tuple[Path, str], page: Any) -> None:
    page.goto(f"{built[1]}/compare.html?runs=story,sums")
    assert page.locator(".compare thead th[data-run]:visible").count() == 2
    page.click(".choose summary")
    page.check(".picks input[value=recipe]")
    assert page.locator(".compare thead th[data-run]:visible").count() == 3
    assert "recipe" in page.url
