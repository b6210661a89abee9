"""The scripts that ship: few and small, and none asks for what is not there."""

import gzip
import re
from pathlib import Path

import pytest

from specrecord.publish.assets import assets, player_files

MOST_BYTES = 50_000  # gzip -9: all scripts and styles that a run page loads
MOST_LATER = 11_500  # the same of a file that it loads when somebody asks for more than the stage


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_a_run_page_loads_little() -> None:
    parts = assets()
    own = [parts.player / name for name in ("define.js", "shared.js")]
    page = [parts.pages / name for name in ("style.css", "scripts/leads_on.js")]
    assert sum(map(packed, [*own, *page])) <= MOST_BYTES
    for name in ("compare.js", "element/later.js"):
        assert packed(parts.player / name) <= MOST_LATER


@pytest.mark.parametrize("unbuilt", [False, True])
def test_every_import_is_there(unbuilt: bool) -> None:
    player = assets(unbuilt=unbuilt).player
    for name in player_files(player):
        for near in re.findall(
            r"""(?:from|import) ?\(?"(\.[^"]*\.js)"\)?""", (player / name).read_text()
        ):
            assert (player / name).parent.joinpath(near).resolve().is_file(), (
                f"{name} imports {near}"
            )


def test_a_site_ships_what_its_pages_load_and_nothing_else() -> None:
    names = set(player_files(assets().player))
    laboratory = {"lab/ask.css", "lab/page.js", "lab/worker.js"}
    assert names - laboratory == {
        "compare.js",
        "define.js",
        "element/later.js",
        "embed.css",
        "embed.html",
        "embed.js",
        "frame.js",
        "index.js",
        "place.css",
        "shared.js",
    }
    assert set(player_files(assets().player, laboratory=False)) == names - laboratory
