"""Every page says what it may run, and a build refuses what that would leave out in silence."""

import shutil
from pathlib import Path

import pytest

from specrecord.errors import FindingError
from specrecord.publish.export.formats import export_pieces
from specrecord.publish.site.build import build_site
from specrecord.publish.site.scaffold import start_site
from specrecord.publish.site.source import find_source

LOOSE = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")


def policy(page: str) -> str:
    _, found = page.split('<meta http-equiv="Content-Security-Policy" content="')
    return found.split('"')[0]


def test_every_page_has_a_strict_policy(site: Path) -> None:
    pages = [path for path in site.rglob("*.html") if path.name != "embed.html"]
    assert len(pages) > 5
    for path in pages:
        found = policy(path.read_text())
        assert found.startswith("default-src 'none'; "), path
        assert not [word for word in LOOSE if word in found], path


def test_a_page_that_stands_alone_has_one_too(runs: Path) -> None:
    found = policy("".join(export_pieces(str(runs / "fox.specrec"), "html")))
    assert found.startswith("default-src 'none'; script-src 'sha256-")
    assert "connect-src" not in found
    assert not [word for word in LOOSE if word in found]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<script type="module">alert(1)</script>',
        "<style>p { color: red }</style>",
        '<p style="color: red">x</p>',
        '<p onclick="alert(1)">x</p>',
    ],
)
def test_what_the_policy_would_not_run_is_a_finding(runs: Path, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "talk"
    start_site(folder)
    shutil.copy(runs / "fox.specrec", folder / "recordings")
    (folder / "chapters" / "05-mine.md").write_text(f"# Mine\n\nText.\n\n{text}\n")
    with pytest.raises(FindingError, match=r"chapters/mine\.html: .* static/"):
        build_site(find_source(folder), tmp_path / "site")


def test_tables_are_aligned_without_styles(runs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "talk"
    start_site(folder)
    shutil.copy(runs / "fox.specrec", folder / "recordings")
    (folder / "chapters" / "05-mine.md").write_text("# Mine\n\n|a|b|\n|:-|-:|\n|1|2|\n")
    build_site(find_source(folder), tmp_path / "site")
    assert '<td align="right">2</td>' in (tmp_path / "site/chapters/mine.html").read_text()
