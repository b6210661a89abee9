"""The works that chapters cite: one TOML file, each entry with authors, title, year and where it
can be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specrecord.publish.walkthrough.entries import read_entries


@dataclass(frozen=True)
class Work:
    """One cited work. `short` is what stands in the text, `says` what is taken from it."""

    key: str
    short: str
    authors: str
    title: str
    where: str
    year: int
    says: str
    url: str = ""


def read_sources(files: Sequence[Path]) -> dict[str, Work]:
    """Works by key, in the order of authors and years. Raises as `read_entries` does."""
    works = read_entries(files, Work)
    return dict(sorted(works.items(), key=lambda item: (item[1].authors.lower(), item[1].year)))
