"""`live` into a pipe or a file: the text as it grows on standard output, a line of progress now and
then beside it.
"""

import time
from contextlib import suppress
from functools import partial
from typing import TextIO

from specrecord.terminal.live_run import LiveRun
from specrecord.terminal.timeline import Timeline
from specrecord.text import visible

_TEXTS_A_SECOND = 10
_PROGRESS = 2.0  # seconds between two lines of progress


class _Text:
    """Text for a reader who may leave: the run goes on, and is recorded whole."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.problem: OSError | None = None
        self._shown = partial(visible, cells=True) if out.isatty() else str

    def write(self, text: str) -> None:
        if self.problem is None:
            try:
                print(self._shown(text), end="", file=self._out, flush=True)
            except OSError as error:
                self.problem = error


def pipe_output(run: LiveRun, prompt: str, out: TextIO, talk: TextIO) -> None:
    """Write a run until it has ended: the text to `out`, the progress to `talk`.

    Raises OSError at the end where the text could not be written, except to a pipe whose reader
    had enough.
    """
    text = _Text(out)
    text.write(prompt)
    latest, written = time.monotonic(), 0
    while not run.reason:
        run.look(1 / _TEXTS_A_SECOND)
        if timeline := run.timeline:
            text.write("".join(piece.text for piece in timeline.pieces[written:]))
            if run.reason:
                text.write(f"{timeline.rest()}\n")
            written = len(timeline.pieces)
            if time.monotonic() - latest > _PROGRESS:
                latest = time.monotonic()
                with suppress(OSError):
                    print(_progress(timeline), file=talk, flush=True)
    if text.problem and not isinstance(text.problem, BrokenPipeError):
        raise text.problem


def _progress(timeline: Timeline) -> str:
    if timeline.track is not timeline.run:
        return f"recording the baseline {timeline.track.name}"
    counts = timeline.counts_at(timeline.run_end)
    if timeline.header.rule == "prediction":
        return f"{counts.tokens} tokens of the answer"
    return f"{counts.tokens} tokens, {counts.accepted} of {counts.drafted} drafted accepted"
