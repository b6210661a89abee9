"""The recordings of a folder, and the names that a site's addresses have for them: of any script,
and free of what an address, a query or a file system takes for something else.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.recording.format import SUFFIX

MARKER = ".specrecord-site"  # what a build leaves in its folder, in which no sources are
_GZIP_SUFFIX = f"{SUFFIX}.gz"

# Spaces, controls, halves of characters, and what means something in addresses or file names.
_HARD = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff#?%&+=,;:*\"'<>|\\/]+")


def slug(name: str) -> str:
    """`what? 100%` is `what-100`; letters of any script stay, composed."""
    return _HARD.sub("-", unicodedata.normalize("NFC", name)).strip("-.") or "unnamed"


def same(name: str) -> str:
    """What two names share that some file systems take for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def distinct(names: Iterable[str]) -> list[str]:
    """The names as slugs, no two of them the same to any file system: later ones get numbers."""
    found: dict[str, str] = {}
    for name in map(slug, names):
        chosen, number = name, 2
        while same(chosen) in found:
            chosen, number = f"{name}-{number}", number + 1
        found[same(chosen)] = chosen
    return list(found.values())


def recording_files(source: Path) -> list[Path]:
    """The recordings of a folder and of those within it, in order; or `source` itself when it is a
    file.

    Raises UsageError when there are none, or two of one name.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UsageError(f"{source}: no such folder; give the folder that holds the recordings")
    files = sorted(_recordings_in(source))
    if not files:
        raise UsageError(
            f"{source}: no recordings here; make one with `specrecord live PROMPT -o "
            f"{source}/first{SUFFIX}`"
        )
    for earlier, path in pairwise(sorted(files, key=stem)):
        if stem(path) == stem(earlier):
            raise UsageError(
                f"{path}: another recording has this name ({earlier.name}); remove one"
            )
    return files


def run_names(source: Path, files: Sequence[Path]) -> list[str]:
    """What each run is called in the site's addresses: its file's name without `.specrec` or
    `.specrec.gz`, after those of the folders within `source` that it lies in.
    """
    folder = source.parent if source.is_file() else source
    return distinct("-".join(stem(path).relative_to(folder).parts) for path in files)


def stem(path: Path) -> Path:
    """The path without `.specrec` or `.specrec.gz`."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(SUFFIX))


def _recordings_in(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink() and not (path / MARKER).exists():
            yield from _recordings_in(path)
        elif path.is_file() and path.name.endswith((SUFFIX, _GZIP_SUFFIX)):
            yield path
