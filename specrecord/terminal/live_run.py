"""A run that is recorded in a process of its own and read back from its file, as it grows.

The run never waits for whoever shows it: nothing of it happens in this process.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from specrecord.errors import FindingError, UsageError
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recorder.messages import Began, Ended, Failed, Forecast, Report
from specrecord.recorder.process import RecorderProcess
from specrecord.recorder.request import Request
from specrecord.recording.follow import Follower
from specrecord.terminal.timeline import Timeline


class LiveRun:
    """The run so far. `reason` says how it ended, "" while it goes on; `recorder` takes orders."""

    def __init__(self, recorder: RecorderProcess, follower: Follower) -> None:
        self.recorder, self.reason = recorder, ""
        self.timeline: Timeline | None = None
        self._follower = follower

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
                self.timeline = Timeline(self._follower.header)
            for event in events:
                self.timeline.add(event)
        return changed


@contextmanager
def live_run(
    request: Request, path: Path, *, overwrite: bool, say: Callable[[list[str]], None]
) -> Iterator[LiveRun]:
    """Record a run to `path`, from its first event on. `say` gets what is to be known before.

    Ctrl-C ends it after its round, as a whole recording. Raises the error that the recorder sends;
    KeyboardInterrupt at the second Ctrl-C.
    """
    recorder = RecorderProcess()
    with closing(recorder), first_interrupt(recorder.stop):
        recorder.record(request, path, overwrite=overwrite)
        while not any(isinstance(report, Began) for report in _reports(recorder, 1.0, say)):
            pass
        with closing(Follower(path)) as follower:
            yield LiveRun(recorder, follower)


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
