"""Writes a recording as it happens: the events of one call are whole in the operating system's
hands before the next.

A process killed at any moment loses at most the events being written. What a power cut leaves of
them is told from what was written by a checksum of each, which stands before them. The file is
created exclusively, or written beside the one that it replaces; `finish` seals it with a count and
a digest, and waits until it is on the disk.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import msgpack

from specrecord.events import EndReason, Event
from specrecord.header import Header
from specrecord.recording.format import checksums, pack_checks, pack_event, pack_unsealed
from specrecord.recording.output_file import OutputFile


class RecordingWriter:
    """An open recording. Use as a context manager; leaving without `finish` keeps what was written,
    unsealed.
    """

    def __init__(self, path: Path, header: Header, *, overwrite: bool = False) -> None:
        """Create `path` and write the header; with `overwrite` a recording may be there, and stays
        until this one is sealed.

        Raises RecordingError when the file exists and may not be replaced, or cannot be created.
        """
        self.events = 0
        self._digest = hashlib.sha256()
        self._file = OutputFile(path, overwrite=overwrite)
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
        self._file.seal()

    @property
    def path(self) -> Path:
        """Where its bytes stand now."""
        return self._file.path

    def close(self) -> None:
        """Close the file; further events are an error."""
        self._file.close()

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
        self._file.write(data)
