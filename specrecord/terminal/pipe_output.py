"""`live` into a pipe or a file: the text as it grows on standard output, a line of progress now and
then beside it.
"""

import time
from functools import partial
from typing import TextIO

from specrecord.recording.stats import count_track
from specrecord.terminal.live_run import LiveRun
from specrecord.terminal.timeline import Timeline
from specrecord.text import visible

_TEXTS_A_SECOND = 10
_PROGRESS = 2.0  # seconds between two lines of progress


def pipe_output(run: LiveRun, prompt: str, out: TextIO, talk: TextIO) -> None:
    """Write a run until it has ended: the text to `out`, the progress to `talk`."""
    shown = partial(visible, cells=True) if out.isatty() else str
    print(shown(prompt), end="", file=out, flush=True)
    latest, written = time.monotonic(), 0
    while not run.reason:
        run.look(1 / _TEXTS_A_SECOND)
        if timeline := run.timeline:
            text = "".join(piece.text for piece in timeline.pieces[written:])
            print(
                shown(text), end=f"{timeline.rest()}\n" if run.reason else "", file=out, flush=True
            )
            written = len(timeline.pieces)
            if time.monotonic() - latest > _PROGRESS:
                latest = time.monotonic()
                print(_progress(timeline), file=talk, flush=True)


def _progress(timeline: Timeline) -> str:
    if timeline.track is not timeline.run:
        return f"recording the baseline {timeline.track.name}"
    counts = count_track(timeline.track)
    return f"{counts.tokens} tokens, {counts.accepted} of {counts.drafted} drafted accepted"
