"""The builder: everything is checked before anything is written, and the same input gives the same
bytes.
"""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from site_runs import HOSTILE, WORDS, write_run

from specrecord.errors import FindingError, UsageError
from specrecord.publish.assets import Assets, assets
from specrecord.publish.runs.load import RunCache, gather_runs
from specrecord.publish.site.build import build_site
from specrecord.publish.site.source import find_source
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

ATOM = "{http://www.w3.org/2005/Atom}"


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def with_chapter(tmp_path: Path, text: str) -> Assets:
    """The shipped parts with one chapter in place of all."""
    shipped = assets()
    site = tmp_path / "parts" / "site"
    shutil.copytree(shipped.site, site)
    shutil.rmtree(site / "chapters")
    (site / "chapters").mkdir()
    (site / "chapters" / "10-own.md").write_text(text)
    return Assets(shipped.player, site, shipped.pages)


def test_building_twice_writes_nothing_and_from_nothing_the_same_bytes(
    runs: Path, site: Path, tmp_path: Path
) -> None:
    again = build_site(runs, tmp_path / "again")
    assert everything(tmp_path / "again") == everything(site)
    twice = build_site(runs, tmp_path / "again")
    assert (twice.changes.written, twice.changes.removed) == (0, 0)
    assert again.pages == twice.pages


def test_many_recordings_are_read_alike_by_one_process_and_by_several(
    runs: Path, tmp_path: Path
) -> None:
    for index in range(64):
        shutil.copy(runs / "lost.specrec", tmp_path / f"{index}.specrec")
    assert gather_runs(tmp_path, workers=2) == gather_runs(tmp_path)


def test_what_did_not_change_is_not_read_again(runs: Path, tmp_path: Path) -> None:
    cache: RunCache = {}
    first = gather_runs(runs, cache)
    shutil.copytree(runs, tmp_path / "runs")
    again = gather_runs(runs, cache)
    assert all(one is other for one, other in zip(first, again, strict=True))
    (tmp_path / "runs" / "lost.specrec").write_bytes((runs / "fox.specrec").read_bytes())
    assert gather_runs(tmp_path / "runs", cache)[1].title == first[0].title


def test_a_removed_recording_takes_its_files_along(runs: Path, tmp_path: Path) -> None:
    source = tmp_path / "runs"
    shutil.copytree(runs, source)
    build_site(source, tmp_path / "site")
    (source / "lost.specrec").unlink()
    built = build_site(source, tmp_path / "site")
    assert built.changes.removed == 3
    assert not list((tmp_path / "site").rglob("lost*"))


def test_a_recording_page_shows_the_numbers_that_info_prints(runs: Path, site: Path) -> None:
    html = (site / "runs" / "fox.html").read_text()
    info = recording_info(read_recording(runs / "fox.specrec"))
    for key in ("acceptance_rate", "alpha_hat", "mean_acceptance_length", "duration_s"):
        assert f'value="{info[key]}"' in html
    assert "simulated" in html
    assert "&lt;iframe src=" in html


def test_faults_and_missing_baselines_are_said(site: Path) -> None:
    html = (site / "runs" / "lost.html").read_text()
    assert "time-out: after 2 s" in html
    assert "unknown: no baseline was recorded in this run" in html


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# T\n\n[x](nowhere.html)\n", "leads nowhere"),
        ("# T\n\n[x](#no-such-place)\n", "anchor that is not there"),
        ("# T\n\n[x](/absolute.html)\n", "not relative"),
        ("# T\n\n![x](https://example.org/x.png)\n", "leaves the site"),
        ('# T\n\n{{ formula("speed") }}\n', "no number is called 'speed'"),
        ('# T\n\n{{ run("gone").title }}\n', "no recording is called 'gone'"),
        ('# T\n\n{{ cite("nobody") }}\n', "no work is called 'nobody'"),
        ('# T\n\n{{ figure("nothing", choose()) }}\n', "no figure is called 'nothing'"),
        ("# T\n\n{{ player(choose(), round=10000) }}\n", "none is number 10000"),
        ("# T\n\n{{ misspelt }}\n", "'misspelt' is undefined"),
        ("# T\n\n{% if %}\n", "line 3"),
        ("# T\n\n$\\nosuch{x}$\n", r"uses \nosuch"),
        ("# T\n\n$$\\frac{1$$\n", "close every brace"),
        ("No heading\n", "does not open with a heading"),
    ],
)
def test_what_does_not_hold_fails_with_the_pages_name(
    runs: Path, tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(FindingError, match="own") as error:
        build_site(runs, tmp_path / "site", parts=with_chapter(tmp_path, text))
    assert reason in str(error.value)
    assert not (tmp_path / "site").exists()


def test_a_recording_that_fails_its_audit_fails_the_build(runs: Path, tmp_path: Path) -> None:
    source = tmp_path / "runs"
    shutil.copytree(runs, source)
    data = bytearray((source / "fox.specrec").read_bytes())
    data[len(data) // 2] ^= 0xFF
    (source / "fox.specrec").write_bytes(data)
    with pytest.raises(FindingError, match=r"fox\.specrec"):
        build_site(source, tmp_path / "site")


def test_formulas_become_mathml(runs: Path, tmp_path: Path) -> None:
    text = (
        "# T\n\nSo $\\alpha = \\sum_x \\min(p, q)$ and\n\n$$E = \\frac{1 - \\alpha^{K+1}}{1 - "
        "\\alpha}$$\n"
    )
    build_site(runs, tmp_path / "site", parts=with_chapter(tmp_path, text))
    html = (tmp_path / "site" / "chapters" / "own.html").read_text()
    assert html.count("<math ") == 2
    assert "<mfrac>" in html
    assert "$" not in html


def test_hostile_recordings_are_shown_not_obeyed(tmp_path: Path) -> None:
    source = tmp_path / "runs"
    source.mkdir()
    write_run(
        source / "bad.specrec",
        words=[*WORDS, *HOSTILE],
        header={"title": "<script>alert(1)</script>"},
    )
    build_site(source, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        assert "<script>alert" not in path.read_text()
        assert "\u202e" not in path.read_text()
    ElementTree.fromstring((tmp_path / "site" / "feed.xml").read_bytes())


def test_the_feed_lists_every_run_newest_first(site: Path) -> None:
    feed = ElementTree.fromstring((site / "feed.xml").read_bytes())
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [
        "No baseline",
        "A fox finds a lantern",
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-04T05:06:07Z"
    links = [entry.find(f"{ATOM}link").get("href") for entry in feed.iter(f"{ATOM}entry")]
    assert all((site / link).is_file() for link in links)


def test_a_site_of_ones_own_has_its_title_address_and_chapters(runs: Path, tmp_path: Path) -> None:
    own = tmp_path / "talk"
    shutil.copytree(runs, own / "recordings")
    (own / "chapters").mkdir()
    (own / "chapters" / "05-mine.md").write_text("# Mine\n\nA chapter.\n")
    (own / "style.css").write_text("h1 { color: red }\n")
    (own / "specrecord.toml").write_text(
        'title = "My talk"\naddress = "https://example.org/talk"\nwalkthrough = false\n'
    )
    build_site(find_source(own), tmp_path / "site")
    home = (tmp_path / "site" / "index.html").read_text()
    assert "My talk" in home
    assert 'content="https://example.org/talk/card.png"' in home
    assert sorted(path.name for path in (tmp_path / "site" / "chapters").iterdir()) == ["mine.html"]
    assert "own.css" in home
    sitemap = (tmp_path / "site" / "sitemap.xml").read_text()
    assert "<loc>https://example.org/talk/</loc>" in sitemap
    assert "404" not in sitemap


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("titel = 'x'\n", "unknown field `titel`"),
        ("title = 3\n", "Expected `str`, got `int` - at `$.title`"),
        ("title\n", "line 1"),
        ("address = 'talk'\n", "is no address"),
    ],
)
def test_a_wrong_configuration_is_one_line(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "specrecord.toml").write_text(text)
    with pytest.raises(UsageError, match=r"specrecord\.toml") as error:
        find_source(tmp_path)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_every_page_has_what_machines_and_cards_read(site: Path) -> None:
    pages = [
        path for path in site.rglob("*.html") if path.parent.name != "player"
    ]  # there: the page for a frame
    for path in pages:
        html = path.read_text()
        root = "../" * (len(path.relative_to(site).parts) - 1)
        assert '<meta name="description" content="' in html
        assert (
            '<link rel="alternate" type="application/atom+xml" title="specrecord" '
            f'href="{root}feed.xml">' in html
        )
        assert '<meta property="og:image" content="' in html
    assert (site / "runs" / "fox.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((site / "figures.json").read_bytes())
    assert [data["name"] for data in found] == ["fox", "lost"]
