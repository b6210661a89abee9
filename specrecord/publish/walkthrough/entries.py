"""TOML files of named entries: a site's words, and the works that its chapters cite."""

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from specrecord.errors import FindingError

Entry = TypeVar("Entry")


def read_entries(files: Sequence[Path], kind: Callable[..., Entry]) -> dict[str, Entry]:
    """Each entry as a `kind` of its name and fields, those of a later file standing in for those of
    an earlier one.

    Raises FindingError for a file that cannot be read or an entry that lacks something.
    """
    found: dict[str, Entry] = {}
    for path in (path for path in files if path.is_file()):
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
            found |= {name: kind(name, **entry) for name, entry in entries.items()}
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
            raise FindingError(f"{path}: {error}") from None
    return found
