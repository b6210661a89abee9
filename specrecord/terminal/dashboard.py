"""`live` on a terminal: the run is recorded in its own process, and what is drawn here is read back
from its file.

The run never waits for the terminal: nothing of it happens in this process, and this one steps back
for that one.
"""

from collections.abc import Callable
from pathlib import Path
from shutil import get_terminal_size
from typing import TextIO

from specrecord.errors import FindingError, SpecrecordError, UsageError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recorder.messages import Began, Ended, Failed, Forecast
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
    try:
        with first_interrupt(recorder.stop):
            recorder.record(request, path, overwrite=overwrite)
            _until_begun(recorder, say)
            watched = _Watched(recorder, Follower(path))
            try:
                with Screen(stream) as screen, Keys(keyboard) as keys:
                    watched.show(screen, keys)
            finally:
                watched.follower.close()
            assert watched.timeline is not None
            return watched.timeline, watched.reason
    finally:
        recorder.close()


class _Watched:
    """A run that is recorded next door, and its file."""

    def __init__(self, recorder: RecorderProcess, follower: Follower) -> None:
        self.recorder, self.follower = recorder, follower
        self.timeline: Timeline | None = None
        self.stopping = False
        self.reason = ""

    def show(self, screen: Screen, keys: Keys) -> None:
        """Draw until the run has ended."""
        while not self.reason:
            for key in keys.wait(1 / _PICTURES_A_SECOND, [self.recorder.fileno()]):
                self.press(key)
            # What the recorder sent is read first: after its "ended", one more look finds the
            # whole file.
            self.hear()
            changed = self.look()
            if self.timeline is not None and (changed or screen.resized):
                time, keys_help = self.timeline.verified_end, _HELP if keys.there else ""
                size = get_terminal_size()
                screen.draw(picture(self.timeline, time, size, self.status(), keys_help))

    def hear(self) -> None:
        for report in self.recorder.receive():
            if isinstance(report, Failed):
                raise _error(report)
            if isinstance(report, Ended):
                self.reason = report.reason

    def look(self) -> bool:
        """Take in what was written since; whether anything was."""
        changed = False
        while events := self.follower.look():
            if self.timeline is None:
                assert self.follower.header is not None
                self.timeline = Timeline(self.follower.header)
            for event in events:
                self.timeline.add(event)
            changed = True
        return changed

    def press(self, key: str) -> None:
        if key == "m" and self.timeline is not None:
            self.recorder.mark(f"mark {len(self.timeline.marks) + 1}")
        elif key == "q":
            self.stopping = True
            self.recorder.stop()

    def status(self) -> str:
        assert self.timeline is not None
        marks = f"{len(self.timeline.marks)} marked · " if self.timeline.marks else ""
        if self.timeline.closing is not None:
            return f"{marks}{self.timeline.closing.reason}"
        return f"{marks}stopping" if self.stopping else f"{marks}● recording"


def _until_begun(recorder: RecorderProcess, say: Callable[[list[str]], None]) -> None:
    """Wait for the run's first event."""
    while True:
        for report in recorder.receive(1.0):
            match report:
                case Began():
                    return
                case Failed():
                    raise _error(report)
                case Forecast(lines):
                    say(lines)


def _error(failed: Failed) -> SpecrecordError:
    kind = FindingError if failed.code == FindingError.exit_code else UsageError
    return kind(failed.message)
