"""The site's words: one TOML file, each term with the line that explains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specrecord.publish.walkthrough.entries import read_entries


@dataclass(frozen=True)
class Term:
    """One word. `says` is its line, `chapter` the stem of the chapter that explains more, `of` what
    others call it.
    """

    word: str
    says: str
    chapter: str = ""
    of: str = ""

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return self.word.replace(" ", "-")


def read_glossary(files: Sequence[Path]) -> dict[str, Term]:
    """Terms by their words, in order. Raises as `read_entries` does."""
    return dict(sorted(read_entries(files, Term).items(), key=lambda item: item[0].lower()))
