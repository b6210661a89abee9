"""Reads a recording while it is written: each look yields the events that have become whole since
the last one.
"""

import os
from pathlib import Path

import msgpack

from specrecord.events import Event
from specrecord.header import Header
from specrecord.recording.cursor import Cursor
from specrecord.recording.format import read_event
from specrecord.recording.reader import read_header

_MOST = 1 << 22  # bytes taken in at one look, so that a look never takes long


class Follower:
    """A recording that may still grow. `header` is None until it is whole."""

    def __init__(self, path: Path) -> None:
        """Open `path` for reading. Raises OSError when it is not there yet."""
        self.header: Header | None = None
        self._name = str(path)
        self._descriptor = os.open(path, os.O_RDONLY)
        self._rest = b""  # of the bytes that were read, those that are no whole value yet

    def look(self) -> list[Event]:
        """The events that came since the last look, in order. Raises RecordingError when the bytes
        are no recording, ValueError when an event is damaged.
        """
        data = self._rest + os.read(self._descriptor, _MOST)
        unpacker = msgpack.Unpacker(None, max_buffer_size=max(1, len(data)))
        unpacker.feed(data)
        events: list[Event] = []
        start = 0
        try:
            while True:
                unpacker.skip()
                value = memoryview(data)[start : unpacker.tell()]
                if self.header is None:
                    self.header = read_header(Cursor(value).value(), self._name)
                else:
                    events.append(read_event(value))
                start = unpacker.tell()
        except msgpack.OutOfData:
            self._rest = data[start:]
            return events

    @property
    def removed(self) -> bool:
        """Whether the file has no name any more, so that nobody will find it."""
        return not os.fstat(self._descriptor).st_nlink

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
