"""Runs a session and writes what happens to a file, as it happens."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from specrecord.events import (
    SPECULATIVE,
    EndReason,
    Event,
    Finish,
    Mark,
    RoundBegin,
    TrackBegin,
)
from specrecord.recorder.header import run_header
from specrecord.recorder.session import Session
from specrecord.recording.intern import Interner
from specrecord.recording.writer import RecordingWriter

_FIRST = (TrackBegin, RoundBegin, Finish)  # of what is written together


def record(
    session: Session,
    path: Path,
    *,
    overwrite: bool = False,
    clock: Callable[[], int] = time.perf_counter_ns,
    began: Callable[[Path], None] = lambda path: None,
    observe: Callable[[Event], None] = lambda event: None,
    annotate: Callable[[], Iterable[tuple[str, str]]] = tuple,
) -> EndReason:
    """Run all tracks and record them to `path`; `began` gets the file that grows, once its first
    event is there (one that replaces another is written beside it), `observe` sees each event after
    it was written.

    A local target's rounds are written whole, a remote one's events one by one. After each such
    write `annotate` is asked for marks (title, note) since the last; they get its last event's
    time.

    An interrupted run ends as a whole, valid recording that says so, and "interrupted" is returned.
    Raises RecordingError when the file cannot be written.
    """
    interner = Interner(session.settings.token_bytes)
    reason: EndReason = "complete"
    track = ""
    with RecordingWriter(path, run_header(session), overwrite=overwrite) as writer:
        start = clock()

        def now() -> int:
            return (clock() - start) // 1000

        def write(events: Sequence[Event]) -> None:
            writer.extend(events)
            for event in events:
                observe(event)

        published = () if session.request.redact_prompt else session.prompt
        write(interner.spell(set(published), now()))
        began(writer.path)
        for events in session.tracks(now):
            for batch in _written_together(events, waits=session.remote is not None):
                first = batch[0]
                track = first.name if isinstance(first, TrackBegin) else track
                if isinstance(first, Finish) and first.reason == "failed" and track == SPECULATIVE:
                    reason = "failed"
                write(interner(batch))
                if marks := [Mark(batch[-1].time, *mark) for mark in annotate()]:
                    write(marks)
            if session.settings.interrupted() and reason == "complete":
                reason = "interrupted"
                break
        writer.finish(now(), reason)
    return reason


def _written_together(events: Iterable[Event], waits: bool) -> Iterator[list[Event]]:
    """Whole rounds, so that the next one need not wait for several writes; one by one where a
    target `waits` for the network, and what is there can be shown meanwhile. A `lane` or `finish`
    event is the first of its batch.
    """
    batch: list[Event] = []
    for event in events:
        if batch and (waits or isinstance(event, _FIRST)):
            yield batch
            batch = []
        batch.append(event)
    yield batch
