"""The author's choice among recordings: its order and sentences are on the first page, before all
others; what it names must be there.
"""

import shutil
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from specrecord.errors import FindingError
from specrecord.publish.runs.load import natural
from specrecord.publish.site.build import gather_site
from specrecord.publish.site.source import Settings, Source

RECORDINGS = Path(__file__).parents[3] / "recordings"


def test_a_race_has_a_page_of_its_own(tmp_path: Path) -> None:
    choice = 'name = "sums", see = "Both.", race = ["recipe"]'
    files = files_of(tmp_path, f'[[section]]\ntitle = "A"\nrun = [{{ {choice} }}]')
    race = LexborHTMLParser(files["races/sums.html"].decode()).css_first("spec-race")
    assert (race.attributes["src"] or "").split() == [
        "../recordings/sums.specrec.gz",
        "../recordings/recipe.specrec.gz",
    ]


def files_of(folder: Path, choice: str) -> dict[str, bytes]:
    for name in ("recipe", "story", "sums"):
        shutil.copy(RECORDINGS / f"{name}.specrec", folder)
    (folder / "gallery.toml").write_text(choice, encoding="utf-8")
    plain = Source(folder, settings=Settings(walkthrough=False, laboratory=False))
    return gather_site(plain)


def site_of(folder: Path, choice: str) -> LexborHTMLParser:
    return LexborHTMLParser(files_of(folder, choice)["index.html"].decode())


def test_chosen_runs_come_first_in_their_order_with_what_to_see(tmp_path: Path) -> None:
    page = site_of(
        tmp_path,
        """
        [[section]]
        title = "To begin with"
        run = [
          { name = "sums", see = "Sums & proofs." },
          { name = "recipe", see = "A recipe.", race = ["story"] },
        ]
        """,
    )
    links = [link.attributes["href"] for link in page.css(".cards h3 a")]
    assert links == ["runs/sums.html", "runs/recipe.html"]
    assert [one.text() for one in page.css(".see")] == [
        "Sums & proofs.",
        "A recipe. Race 2 runs",
    ]
    everything = [link.attributes["href"] for link in page.css("details .all tbody th a")]
    assert everything == ["runs/sums.html", "runs/recipe.html", "runs/story.html"]


def test_names_are_sorted_by_the_numbers_in_them() -> None:
    names = ["link-100", "link-20", "a2b10", "a2b9", "²", "link-3"]
    assert sorted(names, key=natural) == ["a2b9", "a2b10", "link-3", "link-20", "link-100", "²"]


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ('[[section]]\ntitle = "A"\nrun = [{ name = "gone", see = "" }]', "gone"),
        ('[[section]]\ntitle = "A"\nrun = [{ name = "story" }]', "see"),
        ('[[section]]\ntitle = "A"\nrun = [{ name = "story", see = "", race = ["x"] }]', "x"),
        ("[[section", "gallery.toml"),
    ],
)
def test_a_choice_that_does_not_hold_is_refused(tmp_path: Path, choice: str, words: str) -> None:
    with pytest.raises(FindingError, match=words):
        site_of(tmp_path, choice)
