"""Chapters read in their order: none is long, and no word of the field stands before the paragraph
that explains it.

A word is explained where it first stands in bold; `site/glossary.toml` has the words, and chapters
use a few more. Formulas, headings and what templates fill in are left out: they come with words of
their own.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "site" / "chapters").glob("*.md"))
GLOSSARY = tomllib.loads((ROOT / "site" / "glossary.toml").read_text(encoding="utf-8"))
# Of the glossary, what chapters say in a formula, or with a word that is explained itself.
PLAIN = {
    "T",
    "K",
    "own",
    "u",
    "drafted",
    "acceptance rate",
    "tokens per round",
    "tokens per second",
    "same text",
}
MORE = (
    "recording temperature playhead prompt cache batch top-k top-p hidden_state cost_ratio chunks"
    " streaming lookahead"
)
TERMS = sorted({*GLOSSARY, *(word.replace("_", " ") for word in MORE.split())} - PLAIN)
MOST = 900
CAPTION = re.compile(r'\{\{ figure\([^"]*"[^"]*"[^"]*"((?:[^"\\]|\\.)*)"\) \}\}')
FILLED = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)


def prose(text: str) -> str:
    """What is read of a chapter's source: sentences, captions, and a word for each value."""
    return FORMULA.sub(" x ", FILLED.sub(" x ", CAPTION.sub(r"\1", text)))


def first_uses(texts: list[str]) -> dict[str, bool]:
    """Each term that the texts use, and whether it is bold in the first paragraph that does."""
    found: dict[str, bool] = {}
    for paragraph in re.split(r"\n\s*\n", "\n\n".join(map(prose, texts))):
        body = re.sub(r"^#.*$", "", paragraph, flags=re.MULTILINE)
        bold = " ".join(re.findall(r"\*\*(.+?)\*\*", body))
        for term in TERMS:
            form = re.compile(rf"\b{re.escape(term)}s?\b", re.IGNORECASE)
            if term not in found and form.search(body):
                found[term] = bool(form.search(bold))
    return found


@pytest.mark.parametrize("path", CHAPTERS[:-1], ids=lambda path: path.stem)  # the last is a list
def test_a_chapter_is_read_in_minutes(path: Path) -> None:
    assert len(re.findall(r"\w[^\s]*", prose(path.read_text(encoding="utf-8")))) <= MOST


def test_no_word_comes_before_its_explanation() -> None:
    found = first_uses([path.read_text(encoding="utf-8") for path in CHAPTERS])
    assert len(found) > 25
    assert [term for term, explained in found.items() if not explained] == []


def test_a_word_that_comes_too_early_is_found() -> None:
    texts = ["# One\n\nThe residual is drawn.", "# Two\n\nThis is the **residual**."]
    assert first_uses(texts) == {"residual": False}
    assert first_uses(texts[::-1]) == {"residual": True}
