"""The player and a recording in one HTML file: nothing beside it, nothing fetched, and clear
errors.
"""

import base64
import gzip
import re
from pathlib import Path

import pytest

from specrecord.errors import UsageError
from specrecord.publish.export.html import one_file

ROOT = Path(__file__).parents[2]
RUN = ROOT / "recordings" / "story.specrec"


def player_of(folder: Path, **modules: str) -> Path:
    """A player of a few lines."""
    files = {
        "define": 'import { SpecPlayer } from "./spec-player.js";',
        "spec-player": "export class SpecPlayer {}",
    }
    (folder / "player.css").write_text(".a::after { content: '</script>' }")
    for name, text in {**files, **modules}.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_it_holds_the_recording_and_every_module_and_asks_for_nothing() -> None:
    page = one_file(RUN.read_bytes(), title="A <story> & more")
    held = re.search(r'id="recording">([^<]+)<', page)
    assert held
    assert gzip.decompress(base64.b64decode(held[1])) == RUN.read_bytes()
    assert "<title>A &lt;story&gt; &amp; more</title>" in page
    assert page == one_file(gzip.compress(RUN.read_bytes(), 9, mtime=0), title="A <story> & more")
    assert page.count("</script>") == 2
    assert not re.search(r"^\s*(import|export)\b", page, re.MULTILINE)
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_attributes_are_those_of_the_element() -> None:
    assert '<spec-player view="text" at="40%">' in one_file(
        b"", title="t", attributes={"view": "text", "at": "40%"}
    )


@pytest.mark.parametrize(
    "line",
    [
        "export default 1;",
        'import all from "./spec-player.js";',
        'const late = await import("./lab.js");',
        "export let moving = 1;",
    ],
)
def test_a_form_that_would_break_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    player = player_of(tmp_path, **{"spec-player": f"export class SpecPlayer {{}}\n{line}"})
    with pytest.raises(UsageError, match=r"spec-player\.js.*cannot be put in one file"):
        one_file(b"", title="t", player=player)


def test_a_circle_or_a_missing_module_is_an_error_that_names_it(tmp_path: Path) -> None:
    player = player_of(
        tmp_path,
        **{
            "spec-player": 'import { a } from "./a.js";',
            "a": 'import { b } from "./spec-player.js";',
        },
    )
    with pytest.raises(UsageError, match="circle"):
        one_file(b"", title="t", player=player)
    (tmp_path / "a.js").unlink()
    with pytest.raises(UsageError, match=r"a\.js: cannot be read"):
        one_file(b"", title="t", player=player)


def test_text_that_would_end_the_script_is_kept_from_it(tmp_path: Path) -> None:
    page = one_file(b"", title="t", player=player_of(tmp_path))
    assert "content:'<\\/script>'" in page
    assert page.count("</script>") == 2
