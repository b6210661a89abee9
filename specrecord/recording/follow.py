"""Reads a recording while it is written: each look yields the events that have become whole since
the last one.
"""

import os
from pathlib import Path

import msgpack

from specrecord.events import Event
from specrecord.header import Header
from specrecord.recording.format import values_event
from specrecord.recording.reader import read_header

_MOST = 1 << 22  # bytes taken in at one look, so that a look never takes long


class Follower:
    """A recording that may still grow. `header` is None until it is whole."""

    def __init__(self, path: Path) -> None:
        """Open `path` for reading. Raises OSError when it is not there yet."""
        self.header: Header | None = None
        self._name = str(path)
        self._descriptor = os.open(path, os.O_RDONLY)
        self._unpacker = msgpack.Unpacker(None, max_buffer_size=0, strict_map_key=False)

    def look(self) -> list[Event]:
        """The events that came since the last look, in order. Raises RecordingError when the bytes
        are no recording, ValueError when an event is damaged.
        """
        data = os.read(self._descriptor, _MOST)
        if data:
            self._unpacker.feed(data)
        events: list[Event] = []
        try:
            if self.header is None:
                self.header = read_header(self._unpacker.unpack(), self._name)
            while True:
                events.append(values_event(self._unpacker.unpack()))
        except msgpack.OutOfData:
            return events

    @property
    def removed(self) -> bool:
        """Whether the file has no name any more, so that nobody will find it."""
        return not os.fstat(self._descriptor).st_nlink

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
