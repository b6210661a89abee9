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


def test_it_holds_the_recording_and_every_module_and_asks_for_nothing() -> None:
    page = one_file(RUN.read_bytes(), title="A <story> & more")
    held = re.search(r'id="recording">([^<]+)<', page)
    assert held
    assert gzip.decompress(base64.b64decode(held[1])) == RUN.read_bytes()
    assert "<title>A &lt;story&gt; &amp; more</title>" in page
    assert page == one_file(gzip.compress(RUN.read_bytes(), 9, mtime=0), title="A <story> & more")
    assert page.count("</script>") == 3
    assert not re.search(r"\bimport\b", page)
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_attributes_are_those_of_the_element() -> None:
    assert '<spec-player view="text" at="40%">' in one_file(
        b"", title="t", attributes={"view": "text", "at": "40%"}
    )


def test_a_missing_player_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"inline\.js: cannot be read"):
        one_file(b"", title="t", player=tmp_path)


def test_text_that_would_end_the_script_is_kept_from_it(tmp_path: Path) -> None:
    (tmp_path / "inline.js").write_text("shown('</script>', '<!--')")
    page = one_file(b"", title="t", player=tmp_path)
    assert "shown('<\\/script>', '<\\!--')" in page
    assert page.count("</script>") == 3
