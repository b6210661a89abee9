"""The other end of `specrecord.recorder.worker`: starts the recorder's process, gives it orders and
receives its reports.

The process keeps the priority it was started with. Whoever shows the run lowers their own
(`step_back`), so that on a busy machine the run comes first.
"""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from specrecord.errors import SpecrecordError
from specrecord.recorder import worker
from specrecord.recorder.messages import AddMark, Order, Record, Report, Stop
from specrecord.recorder.request import Request

_POLITE = 5  # niceness of whoever shows a run


class RecorderProcess:
    """A recorder that runs beside us. Reading from it never waits unless asked to."""

    def __init__(self, work: Callable[..., None] = worker.work, *arguments: Any) -> None:
        """Start it. `work` gets the other end of the connection, then `arguments`."""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *arguments))
        # It begins with what asks it to end held back, until it knows what to do then.
        resource_tracker.ensure_running()  # which would let it through again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, worker.HELD_BACK)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def fileno(self) -> int:
        """For `select`: readable when `receive` has something."""
        return self._connection.fileno()

    def record(self, request: Request, path: Path, *, overwrite: bool = False) -> None:
        """Record a run to a file at `path`."""
        self._send(Record(request, path, overwrite))

    def stop(self) -> None:
        """End the run after its round, as a whole recording."""
        self._send(Stop())

    def mark(self, title: str, note: str = "") -> None:
        """Put a chapter where the run is now."""
        self._send(AddMark(title, note))

    def receive(self, wait: float = 0.0) -> Iterator[Report]:
        """What it reported and nobody took yet, waiting at most `wait` seconds for something to
        come.

        Raises SpecrecordError when the process is gone.
        """
        try:
            while self._connection.poll(wait):
                yield self._connection.recv()
                wait = 0.0
        except (EOFError, OSError):
            self._process.join()
            raise SpecrecordError(
                f"the recorder's process ended (exit code {self._process.exitcode}); its message "
                "stands above"
            ) from None

    def close(self, wait: float = 60.0) -> None:
        """Let the run in progress end whole, then the process. It is killed when that takes longer
        than `wait` s.
        """
        self._connection.close()
        self._process.join(wait)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _send(self, order: Order) -> None:
        try:
            self._connection.send(order)
        except OSError:
            raise SpecrecordError("the recorder's process is gone; start again") from None


def step_back() -> None:
    """Let the recorder come first: it must have been started before, since what is started later
    steps back, too.
    """
    with contextlib.suppress(OSError):
        os.nice(_POLITE)
