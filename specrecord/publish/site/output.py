"""Writes a site's files into a folder. Touches only what a build made before, told by the list it
leaves there.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import UsageError
from specrecord.publish.runs.names import MARKER

_ABOUT = (
    "Files that `specrecord build` wrote here. The next build may replace or remove "
    "these, and no others."
)


@dataclass(frozen=True)
class Written:
    """How many files a build wrote, found unchanged, and removed because they are no longer part of
    the site.
    """

    written: int
    unchanged: int
    removed: int


def check_output(output: Path, *, force: bool = False) -> None:
    """Raises UsageError unless `output` is absent, empty, or made by an earlier build."""
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: is a file; choose a folder with -o")
    if force or not output.is_dir() or (output / MARKER).is_file() or not any(output.iterdir()):
        return
    raise UsageError(
        f"{output}: not empty and not made by `specrecord build`; choose another folder with -o, "
        "or write into it with --force (it replaces files of the same name and removes none)"
    )


def write_site(output: Path, files: Mapping[str, bytes]) -> Written:
    """Write what differs, remove what an earlier build made and this one did not.

    The list of files is written first, so that a build cut short is still known as one.
    Raises UsageError when the folder cannot be written.
    """
    try:
        return _write_site(output, files)
    except OSError as error:
        raise UsageError(
            f"{error.filename or output}: cannot be written ({error.strerror}); choose another -o"
        ) from None


def differences(output: Path, files: Mapping[str, bytes]) -> list[str]:
    """Addresses that a build would write or remove, in order."""
    stale = set(_earlier_files(output)) - set(files)
    changed = {address for address, data in files.items() if not _is_there(output / address, data)}
    return sorted(stale | changed)


def _write_site(output: Path, files: Mapping[str, bytes]) -> Written:
    digests = {address: hashlib.sha256(data).hexdigest() for address, data in sorted(files.items())}
    earlier = _earlier_files(output)
    stale = sorted(set(earlier) - set(digests))
    _write(output / MARKER, _listing({**earlier, **digests}))
    written = sum(_write(output / address, data) for address, data in files.items())
    removed = sum(_remove(output, address, earlier[address]) for address in stale)
    _write(output / MARKER, _listing(digests))
    return Written(written, len(files) - written, removed)


def _listing(digests: Mapping[str, str]) -> bytes:
    listing = {"about": _ABOUT, "files": dict(sorted(digests.items()))}
    return json.dumps(listing, indent=1).encode() + b"\n"


def _earlier_files(output: Path) -> dict[str, str]:
    """The list an earlier build left; nothing when there is none, or when it is not one of ours."""
    try:
        files = json.loads((output / MARKER).read_bytes())["files"]
        return {address: digest for address, digest in files.items() if _is_inside(address)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_inside(address: str) -> bool:
    return not address.startswith("/") and ".." not in address.split("/")


def _is_there(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _write(path: Path, data: bytes) -> bool:
    """Put `data` at `path` in one step, and only if it is not there already. True when written."""
    if _is_there(path, data):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.partial")
    partial.write_bytes(data)
    partial.replace(path)
    return True


def _remove(output: Path, address: str, digest: str) -> bool:
    """Remove a file that is still as it was written, and the folders it leaves empty, up to the
    site's own.
    """
    path = output / address
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        return False
    path.unlink()
    for folder in list(path.parents)[: address.count("/")]:
        if not any(folder.iterdir()):
            folder.rmdir()
    return True
