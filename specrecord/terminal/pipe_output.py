"""`live` into a pipe or a file: the text as it grows on standard output, a line of progress now and
then beside it.

The run hands its events over and goes on; another thread writes, a few times a second.
"""

import codecs
import queue
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from specrecord.events import SPECULATIVE, Draft, Emit, Event, Track, Verdict

_TEXTS_A_SECOND = 10
_PROGRESS = 2.0  # seconds between two lines of progress


class Plain:
    """An observer of a run's events. A context manager, so that the last words are written, too."""

    def __init__(
        self, prompt: str, token_bytes: Callable[[int], bytes], out: TextIO, talk: TextIO
    ) -> None:
        """`out` gets the text, `talk` the progress."""
        self._out, self._talk = out, talk
        self._token_bytes = token_bytes
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = prompt
        self._draft: dict[int, int] = {}
        self._track = SPECULATIVE
        self._tokens = self._drafted = self._accepted = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def __enter__(self) -> "Plain":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.put(None)
        self._done.set()
        self._thread.join()
        if error is None:
            self._out.write(self._text + self._decoder.decode(b"", final=True) + "\n")
            self._out.flush()

    def _write(self) -> None:
        """Take events in, and write what they add, until there are no more."""
        said = time.monotonic()
        over = False
        while not over:
            self._done.wait(1 / _TEXTS_A_SECOND)
            while not self._events.empty():
                event = self._events.get()
                over = over or event is None
                if event is not None:
                    self._take(event)
            if over:
                return
            self._out.write(self._text)
            self._out.flush()
            self._text = ""
            if time.monotonic() - said > _PROGRESS:
                said = time.monotonic()
                self._talk.write(f"{self._progress()}\n")
                self._talk.flush()

    def _progress(self) -> str:
        if self._track != SPECULATIVE:
            return f"recording the baseline {self._track}"
        return f"{self._tokens} tokens, {self._accepted} of {self._drafted} drafted accepted"

    def _take(self, event: Event) -> None:
        match event:
            case Track(name=name):
                self._track = name
            case Draft(node=node, token=token):
                self._draft[node] = token
            case Verdict(node=node, fate=fate):
                self._drafted += 1
                if fate == "accepted":
                    self._accepted += 1
                    self._add(self._draft[node])
            case Emit(token=token):
                self._add(token)

    def _add(self, token: int) -> None:
        if self._track == SPECULATIVE:
            self._tokens += 1
            self._text += self._decoder.decode(self._token_bytes(token))
