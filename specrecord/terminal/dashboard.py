"""`live` on a terminal: the run is recorded in its own process, and what is drawn here is read back
from its file.

The run never waits for the terminal: nothing of it happens in this process, and this one steps back
for that one.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from specrecord.errors import FindingError, UsageError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recorder.messages import Began, Ended, Failed, Forecast, Report
from specrecord.recorder.process import RecorderProcess, step_back
from specrecord.recorder.request import Request
from specrecord.recording.follow import Follower
from specrecord.terminal.keys import Keys
from specrecord.terminal.render import picture
from specrecord.terminal.screen import Screen
from specrecord.terminal.timeline import Timeline

_PICTURES_A_SECOND = 15
_HELP = "m mark · q stop"


def dashboard(
    request: Request,
    path: Path,
    *,
    overwrite: bool,
    keyboard: TextIO | None,
    stream: TextIO,
    say: Callable[[list[str]], None],
) -> tuple[Timeline, str]:
    """Record a run to `path` and show it while it happens; the run, and how it ended.

    Ctrl-C or q end it after its round, as a whole recording. `say` gets what is to be known before
    it begins. Raises the error that the recorder sends; KeyboardInterrupt at the second Ctrl-C.
    """
    recorder = RecorderProcess()
    step_back()
    with closing(recorder), first_interrupt(recorder.stop):
        recorder.record(request, path, overwrite=overwrite)
        _until_begun(recorder, say)
        with closing(Follower(path)) as follower, Screen(stream) as screen, Keys(keyboard) as keys:
            return _show(recorder, follower, screen, keys)


def _until_begun(recorder: RecorderProcess, say: Callable[[list[str]], None]) -> None:
    """Wait for the run's first event."""
    while True:
        for report in _reports(recorder, 1.0):
            if isinstance(report, Forecast):
                say(report.lines)
            elif isinstance(report, Began):
                return


def _reports(recorder: RecorderProcess, wait: float = 0.0) -> Iterator[Report]:
    for report in recorder.receive(wait):
        if isinstance(report, Failed):
            kind = FindingError if report.code == FindingError.exit_code else UsageError
            raise kind(report.message)
        yield report


def _show(
    recorder: RecorderProcess, follower: Follower, screen: Screen, keys: Keys
) -> tuple[Timeline, str]:
    """Draw until the run has ended."""
    timeline: Timeline | None = None
    stopping, reason = False, ""
    while timeline is None or not reason:
        for key in keys.wait(1 / _PICTURES_A_SECOND, [recorder.fileno()]):
            if key == "m" and timeline is not None:
                recorder.mark(f"mark {len(timeline.marks) + 1}")
            elif key == "q":
                stopping = True
                recorder.stop()
        # What the recorder sent is read first: after its "ended", one more look finds the whole
        # file.
        for report in _reports(recorder):
            reason = report.reason if isinstance(report, Ended) else reason
        changed = False
        while events := follower.look():
            changed = True
            if timeline is None:
                assert follower.header is not None
                timeline = Timeline(follower.header)
            for event in events:
                timeline.add(event)
        if timeline is not None and (changed or screen.resized):
            status, keys_help = _status(timeline, stopping), _HELP if keys.there else ""
            moment, size = timeline.verified_end, get_terminal_size()
            screen.draw(picture(timeline, moment, size, status, keys_help))
    return timeline, reason


def _status(timeline: Timeline, stopping: bool) -> str:
    marks = f"{len(timeline.marks)} marked · " if timeline.marks else ""
    if timeline.closing is not None:
        return f"{marks}{timeline.closing.reason}"
    return f"{marks}stopping" if stopping else f"{marks}● recording"
