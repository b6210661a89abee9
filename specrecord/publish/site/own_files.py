"""Files of an author's own that a site carries as they are: what is in `static/`, what lies beside
chapters, and the domain in `CNAME`.
"""

from collections.abc import Iterator
from pathlib import Path

from specrecord.errors import FindingError

STATIC = "static"
DOMAIN = "CNAME"
_VISIBLE = {".well-known"}  # besides what does not begin with a dot


def own_files(own: Path) -> dict[str, bytes]:
    """Each file by its address: of `static/` at the top of the site, of `chapters/` beside the
    pages that are made there. Raises FindingError for a link that leads out of the folder, and for
    a file that cannot be read.
    """
    found = {path.relative_to(own / STATIC).as_posix(): path for path in _files(own / STATIC)}
    for path in _files(own / "chapters"):
        if path.suffix != ".md":
            found.setdefault(path.relative_to(own).as_posix(), path)
    if (own / DOMAIN).is_file():
        found.setdefault(DOMAIN, own / DOMAIN)
    return {address: _read(path, own) for address, path in found.items()}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part[0] == "." and part not in _VISIBLE for part in parts):
            yield path


def _read(path: Path, own: Path) -> bytes:
    if not path.resolve().is_relative_to(own.resolve()):
        raise FindingError(f"{path}: is a link that leads out of {own}; put the file itself there")
    try:
        return path.read_bytes()
    except OSError as error:
        raise FindingError(f"{path}: cannot be read ({error.strerror})") from None
