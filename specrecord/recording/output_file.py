"""Files that recordings are written to: nothing that is there is lost, nothing but a recording is
replaced, no link is followed, and two writers never share one.

A new file is written in place, so that a killed run leaves what it wrote. One that replaces another
is written beside it, and takes its name when it is whole.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import msgpack

from specrecord.errors import RecordingError
from specrecord.header import FORMAT

_GZIP = b"\x1f\x8b"
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EROFS)  # nothing is kept there that could be synced
_LONGEST_HEADER = 1 << 20


class OutputFile:
    """A file that grows. `path` is where its bytes stand now: its name, or one beside it until
    `seal`.
    """

    def __init__(self, target: Path, *, overwrite: bool = False) -> None:
        """Create it. With `overwrite` a recording that is there stays until `seal`.

        Raises RecordingError for a file that is there and may not be replaced, for one that another
        process writes, and where none can be created.
        """
        self._target, self._old, self._descriptor = target, -1, -1
        try:
            self._open(overwrite)
        except OSError as error:
            self.close()
            raise _unwritable(target, error) from None
        except BaseException:
            self.close()
            raise

    def _open(self, overwrite: bool) -> None:
        try:
            self.path = self._target
            self._descriptor = os.open(self.path, _FLAGS, 0o644)
        except FileExistsError:
            if not overwrite:
                raise RecordingError(
                    f"{self._target}: exists already; choose another name, or overwrite it with "
                    "--force"
                ) from None
            self._old = _locked(self._target, _replaceable(self._target))
            self.path, self._descriptor = _beside(self._target)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def write(self, data: bytes) -> None:
        """Hand all of `data` to the operating system. Raises RecordingError, the file closed."""
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            self.close()
            raise RecordingError(
                f"{self.path}: cannot be written on ({error.strerror}); free some space, what was "
                "written is there"
            ) from None

    def seal(self) -> None:
        """Have it on the disk, under its name, and close it. Raises RecordingError."""
        try:
            _sync(self._descriptor)
            if not os.fstat(self._descriptor).st_nlink:
                raise RecordingError(
                    f"{self.path}: was removed while it was written; what was recorded is lost"
                )
            if self.path != self._target:
                self.path.replace(self._target)
                self.path = self._target
        except OSError as error:
            raise RecordingError(
                f"{self._target}: cannot be finished ({error.strerror}); what was written is in "
                f"{self.path}"
            ) from None
        finally:
            self.close()

    def close(self) -> None:
        """Close the file, and let others write; further writing is an error."""
        for descriptor in (self._descriptor, self._old):
            if descriptor >= 0:
                os.close(descriptor)
        self._descriptor = self._old = -1


def write_file(path: Path, pieces: Iterable[bytes], *, overwrite: bool) -> None:
    """Put `pieces` at `path` in one step, whole or not at all; a link there is replaced, not
    followed. Raises RecordingError.
    """
    if os.path.lexists(path) and not overwrite:
        raise RecordingError(
            f"{path}: exists already; choose another name, or overwrite it with --force"
        )
    if path.exists() and not path.is_file():
        _write_through(path, pieces)
        return
    partial = None
    try:
        partial, descriptor = _beside(path)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            _sync(descriptor)
        partial.replace(path)
    except OSError as error:
        if partial:
            with suppress(OSError):
                partial.unlink()
        raise _unwritable(path, error) from None


def is_stream(path: Path) -> bool:
    """Whether what is written there goes on to somebody: a pipe, a terminal, /dev/null."""
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else rewrites the recording at `path` meanwhile. Raises RecordingError where somebody
    does.
    """
    try:
        descriptor = _locked(path, path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    try:
        yield
    finally:
        os.close(descriptor)


def _write_through(path: Path, pieces: Iterable[bytes]) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise _unwritable(path, error) from None


def _replaceable(path: Path) -> Path:
    """`path`, if a recording is there that may be replaced. Raises RecordingError for anything
    else.
    """
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        raise RecordingError(f"{path}: is a link, which is not followed; name the file itself")
    if not stat.S_ISREG(mode) or not _is_recording(path):
        raise RecordingError(
            f"{path}: is no recording, and --force replaces nothing else; choose another name"
        )
    return path


def _is_recording(path: Path) -> bool:
    """Whether a file begins as a recording does, or is empty."""
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    if not start or start.startswith(_GZIP):
        return True
    try:
        unpacker = msgpack.Unpacker(None, max_buffer_size=_LONGEST_HEADER, strict_map_key=False)
        unpacker.feed(start)
        header = unpacker.unpack()
    except (ValueError, TypeError, msgpack.UnpackException):
        return False
    return isinstance(header, dict) and header.get("format") == FORMAT


def _locked(path: Path, source: Path) -> int:
    """A descriptor of the file at `source` that holds its lock."""
    while True:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever held it before may have put another file in its place.
            if os.path.samestat(os.fstat(descriptor), source.stat()):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise RecordingError(
                f"{path}: is being written by another specrecord; wait for its end"
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _beside(target: Path) -> tuple[Path, int]:
    """A new file beside `target`, and its descriptor."""
    for number in count(1):
        path = target.with_name(f"{target.name}.partial{f'-{number}' if number > 1 else ''}")
        with suppress(FileExistsError):
            return path, os.open(path, _FLAGS, 0o644)
    raise AssertionError


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _unwritable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f"{path}: cannot be written ({error.strerror}); choose another place")
