"""The site's words: one TOML file, each term with the line that explains it."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import FindingError


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
    """Terms by their words, those of a later file standing in for those of an earlier one.

    Raises FindingError for a file that cannot be read or an entry that lacks its line.
    """
    found: dict[str, Term] = {}
    for path in (path for path in files if path.is_file()):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
            found |= {word: Term(word=word, **entry) for word, entry in entries.items()}
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
            raise FindingError(f"{path}: {error}") from None
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))
