"""The site's words: one file, a page, and the player's copy of the same lines."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from specrecord.errors import FindingError
from specrecord.publish.walkthrough.glossary import read_glossary
from tools.docs import glossary


def test_the_player_says_what_the_site_says() -> None:
    assert glossary.DATA.read_text() == glossary.data(), "run `make docs`"


def test_each_term_has_its_line_and_leads_to_it(site: Path) -> None:
    words = read_glossary([glossary.WORDS])
    page = LexborHTMLParser((site / "glossary.html").read_text())
    assert {node.id for node in page.css(".glossary > div")} == {
        term.anchor for term in words.values()
    }
    home = LexborHTMLParser((site / "index.html").read_text())
    terms = home.css("a.term")
    assert terms
    for link in terms:
        address, _, anchor = (link.attributes["href"] or "").partition("#")
        found = page.css_first(f"[id='{anchor}'] dd").text()
        assert address == "glossary.html"
        assert found.startswith(link.attributes["data-says"] or "nothing")


def test_an_entry_without_its_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "glossary.toml"
    path.write_text('[token]\nchapter = "idea"\n')
    with pytest.raises(FindingError, match=r"glossary\.toml"):
        read_glossary([path])
