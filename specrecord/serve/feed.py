"""A recording's bytes to every viewer, read back from the file as it grows. Nothing is queued: the
file is the queue.

A viewer is where it is in the file, and at most one message that its socket has not taken yet. One
that reads slowly gets larger messages, one that does not read gets none, and neither costs the run
or the others anything.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from tornado.websocket import WebSocketClosedError, WebSocketHandler

CHUNK = 1 << 18  # bytes of one message to a viewer that catches up
_QUICKEST = 0.004  # seconds between a viewer's looks at the file
_SLOWEST = 0.016
_LOOKS_PER_SECOND = 2500  # of all viewers together, above which each looks more rarely
_ENDED, _GONE = 4000, 4001  # close codes: the whole file was sent; the file shrank or vanished


class Feed:
    """One recording, from its first byte to whatever was written last. Files are opened for reading
    only.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError when the file cannot be opened."""
        self._file = path.open("rb", buffering=0)
        self._viewers: dict[WebSocketHandler, asyncio.Task[None]] = {}
        self._finished = False

    @property
    def removed(self) -> bool:
        """Whether the file has no name any more, so that nobody will find it."""
        return not os.fstat(self._file.fileno()).st_nlink

    def contents(self) -> bytes:
        """All that is in the file now."""
        return os.pread(self._file.fileno(), os.fstat(self._file.fileno()).st_size, 0)

    def finish(self) -> None:
        """Nothing more will be written: viewers get the rest and a close code that says so."""
        self._finished = True

    def add(self, viewer: WebSocketHandler, offset: int) -> None:
        """Send everything from byte `offset` on to `viewer`."""
        self._viewers[viewer] = asyncio.create_task(self._follow(viewer, offset))

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

    async def _follow(self, viewer: WebSocketHandler, offset: int) -> None:
        """Bring a viewer up to date, a chunk at a time, until it has the whole file."""
        file, finished = self._file.fileno(), False
        with suppress(WebSocketClosedError):  # one that has gone is removed when it is noticed
            while (piece := os.pread(file, CHUNK, offset)) or not finished:
                finished = self._finished  # the next look sees all that was written before
                if piece:
                    await viewer.write_message(piece, binary=True)
                    offset += len(piece)
                else:
                    rare = len(self._viewers) / _LOOKS_PER_SECOND
                    await asyncio.sleep(min(_SLOWEST, max(_QUICKEST, rare)))
            if offset == os.fstat(file).st_size:
                viewer.close(_ENDED, "the recording is whole")
            else:
                viewer.close(_GONE, "the recording is shorter than what was seen of it")
