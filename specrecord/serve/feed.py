"""A recording's bytes to every viewer, read back from the file as it grows. Nothing is queued: the
file is the queue.

A viewer is where it is in the file, and at most one message that its socket has not taken yet. One
that reads slowly gets larger messages, one that does not read gets none, and neither costs the run
or the others anything. The file is looked at once for all viewers, and those that are up to date
get the very same frame.
"""

import asyncio
import os
import struct
from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol

CHUNK = 1 << 18  # bytes of one message to a viewer that catches up
_QUICKEST = 0.004  # seconds between two looks at the file
_SLOWEST = 0.016
_FRAMES_PER_SECOND = 2500  # to all viewers together, above which looks become rarer
_ENDED, _GONE = 4000, 4001  # close codes: the whole file was sent; the file shrank or vanished


class Viewer(Protocol):
    """Where frames go: a WebSocket."""

    def send(self, frame: bytes) -> Awaitable[None] | None:
        """Send a whole frame; None when the socket took all of it, else what to wait for. Raises
        OSError when gone.
        """

    def close(self, code: int, reason: str) -> None:
        """Say goodbye."""


class Feed:
    """One recording, from its first byte to whatever was written last. Files are opened for reading
    only.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be opened."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._descriptor).st_size
        self._offsets: dict[
            Viewer, int
        ] = {}  # viewers whose socket is free, and how many bytes each was sent
        self._busy: set[asyncio.Task[None]] = set()  # of viewers whose socket is full
        self._watching: asyncio.Task[None] | None = None
        self._whole = False

    @property
    def viewers(self) -> int:
        """How many are watching, slow ones included."""
        return len(self._offsets) + len(self._busy)

    def finish(self) -> None:
        """Nothing more will be written: viewers get the rest and a close code that says so."""
        self._whole = True
        self._watch()

    def add(self, viewer: Viewer, offset: int) -> None:
        """Send everything from byte `offset` on to `viewer`."""
        self._offsets[viewer] = offset
        self._watch()

    def remove(self, viewer: Viewer) -> None:
        """Forget a viewer that has gone."""
        self._offsets.pop(viewer, None)

    def close(self) -> None:
        """Close the file and let everybody go."""
        for task in [*self._busy, *([self._watching] if self._watching else [])]:
            task.cancel()
        for viewer in self._offsets:
            viewer.close(1001, "the server stops")
        self._offsets.clear()
        os.close(self._descriptor)

    def _watch(self) -> None:
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        """Look at the file for as long as somebody watches."""
        while self._offsets:
            whole = self._whole
            self.size = os.fstat(self._descriptor).st_size
            self._send_news()
            if whole:
                self._let_go()
            await asyncio.sleep(min(_SLOWEST, max(_QUICKEST, self.viewers / _FRAMES_PER_SECOND)))

    def _send_news(self) -> None:
        """Bring every viewer whose socket is free up to date, or a chunk closer to it."""
        frames: dict[int, bytes] = {}
        for viewer, offset in list(self._offsets.items()):
            if offset >= self.size:
                continue
            if offset not in frames:
                frames[offset] = binary_frame(
                    os.pread(self._descriptor, min(CHUNK, self.size - offset), offset)
                )
            frame = frames[offset]
            try:
                full = viewer.send(frame)
            except OSError:
                self.remove(viewer)
                continue
            self._offsets[viewer] = offset + _payload(frame)
            if full is not None:
                self._wait_for(viewer, full)

    def _wait_for(self, viewer: Viewer, full: Awaitable[None]) -> None:
        """Leave a viewer alone until its socket has taken what it was sent."""
        offset = self._offsets.pop(viewer)

        async def wait() -> None:
            try:
                await full
            except OSError:
                return
            self.add(viewer, offset)

        task = asyncio.get_running_loop().create_task(wait())
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    def _let_go(self) -> None:
        """Say goodbye to those that have the whole file."""
        for viewer, offset in list(self._offsets.items()):
            if offset == self.size:
                self.remove(viewer)
                viewer.close(_ENDED, "the recording is whole")
            elif offset > self.size:
                self.remove(viewer)
                viewer.close(_GONE, "the recording is shorter than what was seen of it")


def binary_frame(data: bytes) -> bytes:
    """A WebSocket message in one frame, as a server sends it (RFC 6455, section 5.2): unmasked, so
    the same for all.
    """
    size = len(data)
    if size < 126:
        head = struct.pack("!BB", 0x82, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x82, 126, size)
    else:
        head = struct.pack("!BBQ", 0x82, 127, size)
    return head + data


def _payload(frame: bytes) -> int:
    """Bytes of data in one of our frames."""
    return len(frame) - {126: 4, 127: 10}.get(frame[1], 2)
