"""Chapters as they are read: axe finds nothing, none weighs much with its player and run, and every
figure moves by keys, by pointer and by touch, and has words for who does not see it.
"""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specrecord.publish.figures import FIGURES
from tests.browser.conftest import AXE

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = [
    path.stem.partition("-")[2] for path in sorted((ROOT / "site" / "chapters").glob("*.md"))
]
MOST = 220_000  # bytes of a page with its player and one run, as servers send them
# Each figure: its chapter, and where a press on its picture, in shares of it, changes it.
FIGURES_IN = {
    "one_clock": ("idea", (0.5, 0.5)),
    "one_pass": ("verifying", (0.2, 0.6)),
    "coin": ("coin", (0.13, 0.5)),
    "experiment": ("lossless", None),
    "reach": ("reach", (0.6, 0.5)),
    "pays": ("pays", (0.2, 0.5)),
    "network": ("network", (0.3, 0.5)),
    "rules": ("rules", (0.9, 0.5)),
    "lookup": ("drafts", None),
    "names": ("names", None),
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_light_and_axe_finds_nothing(
    built: tuple[Path, str], new_page: Callable[..., Any], axe: Path, name: str
) -> None:
    page = new_page(viewport={"width": 360, "height": 780}, color_scheme="dark")
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"{built[1]}/chapters/{name}.html")
    for player in page.locator("spec-player").all():
        player.scroll_into_view_if_needed()
        page.wait_for_function("player => player?.screen", arg=player.element_handle())
    page.wait_for_load_state("networkidle")
    files = [built[0] / url.removeprefix(f"{built[1]}/") for url in asked]
    sizes = {
        path.name: path.stat().st_size if path.suffix == ".gz" else len(gzip.compress(read))
        for path in files
        for read in [path.read_bytes()]
    }
    assert sum(sizes.values()) <= MOST, sizes
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.add_script_tag(path=str(axe))
    assert page.evaluate(AXE) == []


# All that a figure shows: its picture, its numbers, and what the experiment's button says.
SHOWN = """(place) => [".still-figure svg", ".readout", ".go"].map((part) => {
  const one = document.querySelector(`${place} ${part}`);
  return part.endsWith("svg") ? one?.outerHTML : one?.innerText;
}).join()"""


@pytest.mark.parametrize("figure", FIGURES_IN)
def test_every_figure_moves_by_keys_pointer_and_touch(
    built: tuple[Path, str], new_page: Callable[..., Any], figure: str
) -> None:
    name, press = FIGURES_IN[figure]
    page = new_page(viewport={"width": 600, "height": 900}, has_touch=True)
    page.goto(f"{built[1]}/chapters/{name}.html")
    page.wait_for_function("document.querySelector('.chooser select')?.options.length > 1")
    place = f"#figure-{figure}"
    keys = ["Enter", "Enter"] if figure == "experiment" else ["ArrowLeft", "ArrowRight"]
    if figure in ("one_pass", "names"):
        keys.reverse()  # they start at their first place
    if figure == "coin":
        page.click(f"{place} summary")
    wanted = {"experiment": f"{place} .go", "names": ".chooser select"}
    control = page.locator(wanted.get(figure, f"{place} input[type=range]")).first
    ways: list[Callable[[], Any]] = [lambda: control.press(keys[0]), lambda: control.press(keys[1])]
    if press:
        picture = page.locator(f"{place} svg.chart")
        position = {
            side: share * picture.bounding_box()[size]
            for side, size, share in zip("xy", ("width", "height"), press, strict=True)
        }
        ways += [
            lambda: picture.click(position=position),
            lambda: page.click(f"{place} >> text=Back to the recording"),
            lambda: picture.tap(position=position),
        ]
    for way in ways:
        before = page.evaluate(SHOWN, place)
        way()
        page.wait_for_function(
            f"([place, before]) => ({SHOWN})(place) !== before", arg=[place, before]
        )
    if figure != "names":
        assert len(page.get_attribute(f"{place} svg.chart", "aria-label")) > 20


def test_every_figure_is_among_them() -> None:
    assert set(FIGURES_IN) == set(FIGURES)
