"""`live` into a pipe or a file: the text as it grows on standard output, a line of progress now and
then beside it.

The run hands its events over and goes on; another thread writes, a few times a second.
"""

import queue
import threading
import time
from typing import TextIO

from specrecord.events import Event
from specrecord.header import Header
from specrecord.recording.stats import count_track
from specrecord.terminal.timeline import Timeline

_TEXTS_A_SECOND = 10
_PROGRESS = 2.0  # seconds between two lines of progress


class PipeOutput:
    """An observer of a run's events. A context manager, so that the last words are written, too."""

    def __init__(self, prompt: str, out: TextIO, talk: TextIO) -> None:
        """`out` gets the text, `talk` the progress."""
        self._out, self._talk = out, talk
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._timeline = Timeline(Header())
        self._unwritten = prompt
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def __enter__(self) -> "PipeOutput":
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._done.set()
        self._thread.join()
        if error is None:
            print(self._unwritten + self._timeline.rest(), file=self._out, flush=True)

    def _write(self) -> None:
        """Take events in, and write what they add, until there are no more."""
        latest, written = time.monotonic(), 0
        while True:
            over = self._done.wait(1 / _TEXTS_A_SECOND)
            while not self._events.empty():
                self._timeline.add(self._events.get())
            pieces = self._timeline.pieces
            self._unwritten += "".join(piece.text for piece in pieces[written:])
            written = len(pieces)
            if over:
                return
            print(self._unwritten, end="", file=self._out, flush=True)
            self._unwritten = ""
            if time.monotonic() - latest > _PROGRESS:
                latest = time.monotonic()
                print(self._progress(), file=self._talk, flush=True)

    def _progress(self) -> str:
        track = self._timeline.track
        if track is not self._timeline.run:
            return f"recording the baseline {track.name}"
        counts = count_track(track)
        return f"{counts.tokens} tokens, {counts.accepted} of {counts.drafted} drafted accepted"
