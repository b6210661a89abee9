"""A recording's bytes to every viewer, read back from the file as it grows. Nothing is queued: the
file is the queue.

A viewer is where it is in the file, and at most one message that its socket has not taken yet. One
that reads slowly gets larger messages, one that does not read gets none, and neither costs the run
or the others anything. The file is looked at once for all viewers.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from tornado.websocket import WebSocketClosedError, WebSocketHandler

CHUNK = 1 << 18  # bytes of one message to a viewer that catches up
_QUICKEST = 0.004  # seconds between two looks at the file
_SLOWEST = 0.016
_MESSAGES_PER_SECOND = 2500  # to all viewers together, above which looks become rarer
_ENDED, _GONE = 4000, 4001  # close codes: the whole file was sent; the file shrank or vanished


class Feed:
    """One recording, from its first byte to whatever was written last. Files are opened for reading
    only.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be opened."""
        self.path, self._file = path, path.open("rb", buffering=0)
        self._viewers: dict[WebSocketHandler, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._size = 0
        self._whole = False  # nothing more will be written, and `_size` is that of the whole file
        self._finished = False

    def finish(self) -> None:
        """Nothing more will be written: viewers get the rest and a close code that says so."""
        self._finished = True

    def add(self, viewer: WebSocketHandler, offset: int) -> None:
        """Send everything from byte `offset` on to `viewer`."""
        self._viewers[viewer] = asyncio.create_task(self._follow(viewer, offset))
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())

    def remove(self, viewer: WebSocketHandler) -> None:
        """Forget a viewer that has gone."""
        if task := self._viewers.pop(viewer, None):
            task.cancel()

    def close(self) -> None:
        """Close the file and let everybody go."""
        for viewer in list(self._viewers):
            self.remove(viewer)
            viewer.close(1001, "the server stops")
        self._file.close()

    async def _watch(self) -> None:
        """Look at the file for as long as somebody watches, and wake those who wait."""
        while self._viewers:
            finished, before = self._finished, self._size
            self._size = os.fstat(self._file.fileno()).st_size
            if self._size != before or finished != self._whole:
                self._whole = finished
                self._news.set()
                self._news = asyncio.Event()
            viewers = len(self._viewers)
            await asyncio.sleep(min(_SLOWEST, max(_QUICKEST, viewers / _MESSAGES_PER_SECOND)))

    async def _follow(self, viewer: WebSocketHandler, offset: int) -> None:
        """Bring a viewer up to date, a chunk at a time, until it has the whole file."""
        with suppress(WebSocketClosedError):  # one that has gone is removed when it is noticed
            while offset < self._size or not self._whole:
                if offset >= self._size:
                    await self._news.wait()
                    continue
                size = min(CHUNK, self._size - offset)
                await viewer.write_message(os.pread(self._file.fileno(), size, offset), binary=True)
                offset += size
            if offset == self._size:
                viewer.close(_ENDED, "the recording is whole")
            else:
                viewer.close(_GONE, "the recording is shorter than what was seen of it")
