"""A run that is recorded in a process of its own and read back from its file, as it grows.

The run never waits for whoever shows it: nothing of it happens in this process.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from specrecord.errors import FindingError, RecordingError, UsageError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recorder.messages import Began, Ended, Failed, Forecast, Report
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.request import Request
from specrecord.recording.follow import Follower
from specrecord.terminal.render import STRIP
from specrecord.terminal.timeline import Timeline

_KEPT = STRIP + 4  # rounds: a picture begins with the last that was verified
_PIECE = 1 << 15  # bytes, less than a pipe holds


class LiveRun:
    """The run so far. `reason` says how it ended, "" while it goes on; `recorder` takes orders.
    `say` hears when the file is removed meanwhile; `copy`, where there is one, gets its bytes.
    """

    def __init__(
        self,
        recorder: RecorderProcess,
        path: Path,
        follower: Follower,
        say: Callable[[list[str]], None],
        copy: BinaryIO | None,
    ) -> None:
        self.recorder, self.reason = recorder, ""
        self.timeline: Timeline | None = None
        self._path: Path | None = path
        self._follower, self._say, self._copy = follower, say, copy
        self._original = path.open("rb") if copy else None

    def look(self, wait: float = 0.0) -> bool:
        """Take in what is new, after at most `wait` seconds; whether anything was."""
        # What the recorder sent is read first: after its "ended", one more look finds the whole
        # file.
        for report in _reports(self.recorder, wait):
            self.reason = report.reason if isinstance(report, Ended) else self.reason
        changed = False
        while events := self._follower.look():
            changed = True
            if self.timeline is None:
                assert self._follower.header is not None
                self.timeline = Timeline(self._follower.header, keep=_KEPT)
            for event in events:
                self.timeline.add(event)
        self._pass_on()
        if self._path is not None and not self.reason and self._follower.removed:
            self._say([f"{self._path} was removed while it is written; it cannot be kept"])
            self._path = None
        return changed

    def close(self) -> None:
        """Pass the rest on, and close what was opened."""
        if self._original:
            self._pass_on()
            self._original.close()

    def _pass_on(self) -> None:
        """What was written since the last time. Raises OSError where nobody takes it."""
        if self._copy and self._original:
            while piece := self._original.read(_PIECE):
                self._copy.write(piece)
            self._copy.flush()


@contextmanager
def live_run(
    request: Request,
    path: Path,
    *,
    overwrite: bool,
    say: Callable[[list[str]], None],
    copy: BinaryIO | None = None,
) -> Iterator[LiveRun]:
    """Record a run to `path`, from its first event on. `say` gets what is to be known before and
    meanwhile, `copy` the recording's bytes as they come.

    Ctrl-C, SIGTERM or SIGHUP ends it after its round, as a whole recording. Raises the error that
    the recorder sends; KeyboardInterrupt at the second of them.
    """
    recorder = RecorderProcess()
    with closing(recorder), first_interrupt(recorder.stop):
        recorder.record(request, path, overwrite=overwrite)
        growing = None
        while growing is None:
            for report in _reports(recorder, 1.0, say):
                growing = report.path if isinstance(report, Began) else growing
        try:
            opened = Follower(growing)
        except FileNotFoundError:
            raise RecordingError(f"{growing} was removed while it is written") from None
        with (
            closing(opened) as follower,
            closing(LiveRun(recorder, growing, follower, say, copy)) as run,
        ):
            yield run


def _reports(
    recorder: RecorderProcess, wait: float, say: Callable[[list[str]], None] = print
) -> Iterator[Report]:
    for report in recorder.receive(wait):
        if isinstance(report, Failed):
            kind = FindingError if report.code == FindingError.exit_code else UsageError
            raise kind(report.message)
        if isinstance(report, Forecast):
            say(report.lines)
        yield report
