"""Writes a recording as it happens: the events of one call are whole in the operating system's
hands before the next.

A process killed at any moment loses at most the events being written. What a power cut leaves of
them is told from what was written by a checksum of each, which stands before them. The file is
created exclusively unless it may be overwritten, and `finish` seals it with a count and a digest,
and waits until it is on the disk.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import msgpack

from specrecord.errors import RecordingError
from specrecord.events import EndReason, Event
from specrecord.header import Header
from specrecord.recording.format import checksums, pack_checks, pack_event, pack_unsealed


class RecordingWriter:
    """An open recording. Use as a context manager; leaving without `finish` keeps what was written,
    unsealed.
    """

    def __init__(self, path: Path, header: Header, *, overwrite: bool = False) -> None:
        """Create `path` and write the header.

        Raises RecordingError when the file exists (and `overwrite` is false) or cannot be created.
        """
        self.path = path
        self.events = 0
        self._digest = hashlib.sha256()
        self._descriptor = _create(path, overwrite)
        self._write(msgpack.packb(header.to_map()))

    def append(self, event: Event) -> None:
        """Write one event, in one system call."""
        self.extend([event])

    def extend(self, events: Sequence[Event]) -> None:
        """Write several events of one moment, after a `check` event, in one system call."""
        if not events:
            return
        packed = [pack_event(event) for event in events]
        self.events += 1 + len(packed)
        self._write(b"".join([pack_checks(events[0].time, checksums(packed)), *packed]))

    def finish(self, time: int, reason: EndReason = "complete") -> None:
        """Seal the recording at `time` (µs), have it on the disk, and close it."""
        self._write(pack_unsealed(time, reason, b"", self.events))
        self._write(self._digest.digest())
        with suppress(OSError):  # a pipe, or a file system that cannot: it was written all the same
            os.fsync(self._descriptor)
        self.close()

    def close(self) -> None:
        """Close the file; further events are an error."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> "RecordingWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise RecordingError(
                f"{self.path}: cannot be written on ({error.strerror}); free some space"
            ) from None


def _create(path: Path, overwrite: bool) -> int:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if overwrite else os.O_EXCL)
    try:
        return os.open(path, flags, 0o644)
    except FileExistsError:
        raise RecordingError(
            f"{path}: exists already; choose another name, or overwrite it with --force"
        ) from None
    except OSError as error:
        raise RecordingError(
            f"{path}: cannot be written ({error.strerror}); choose another place"
        ) from None
