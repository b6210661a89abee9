"""The works that chapters cite: one TOML file, each entry with authors, title, year and where it
can be read.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import FindingError


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
    """Works by key, those of a later file standing in for those of an earlier one.

    Raises FindingError for a file that cannot be read or an entry that lacks something.
    """
    works: dict[str, Work] = {}
    for path in files:
        if not path.is_file():
            continue
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
            works |= {key: Work(key=key, **entry) for key, entry in entries.items()}
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
            raise FindingError(f"{path}: {error}") from None
    return dict(sorted(works.items(), key=lambda item: (item[1].authors.lower(), item[1].year)))
