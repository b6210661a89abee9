"""The other end of `specrecord.recorder.worker`: starts the recorder's process, gives it orders and
receives its reports.

The process keeps the priority it was started with. Whoever shows the run lowers their own
(`step_back`), so that on a busy machine the run comes first.
"""

import contextlib
import os
import select
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from specrecord.errors import SpecrecordError
from specrecord.recorder.messages import (
    REPORTS,
    AddMark,
    Order,
    Record,
    Report,
    Stop,
    from_line,
    to_line,
)
from specrecord.recorder.request import Request

_POLITE = 5  # niceness of whoever shows a run


class RecorderProcess:
    """A recorder that runs beside us. Reading from it never waits unless asked to."""

    def __init__(self, command: list[str] | None = None) -> None:
        """Start it. `command` is what to run in place of the worker."""
        self._process = subprocess.Popen(
            command or [sys.executable, "-m", "specrecord.recorder.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._reports = self._process.stdin, self._process.stdout
        os.set_blocking(self._reports.fileno(), False)
        self._rest = b""

    def fileno(self) -> int:
        """For `select`: readable when `receive` has something."""
        return self._reports.fileno()

    def record(self, request: Request, path: Path, *, overwrite: bool = False) -> None:
        """Record a run to a file at `path`."""
        self._send(Record(asdict(request), str(path), overwrite))

    def stop(self) -> None:
        """End the run after its round, as a whole recording."""
        self._send(Stop())

    def mark(self, title: str, note: str = "") -> None:
        """Put a chapter where the run is now."""
        self._send(AddMark(title, note))

    def receive(self, wait: float = 0.0) -> list[Report]:
        """What it reported since the last call, waiting at most `wait` seconds for something to
        come.

        Raises SpecrecordError when the process is gone.
        """
        select.select([self._reports], [], [], wait)
        data = self._reports.read()
        if data == b"":
            code = self._process.wait()
            raise SpecrecordError(
                f"the recorder's process ended (exit code {code}); its message stands above"
            )
        *lines, self._rest = (self._rest + (data or b"")).split(b"\n")
        return [from_line(line, REPORTS) for line in lines]

    def close(self, wait: float = 60.0) -> None:
        """Let the run in progress end whole, then the process. It is killed when that takes longer
        than `wait` s.
        """
        with contextlib.suppress(OSError):
            self._orders.close()
        try:
            self._process.wait(wait)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reports.close()

    def _send(self, order: Order) -> None:
        try:
            self._orders.write(to_line(order).encode())
            self._orders.flush()
        except OSError:
            raise SpecrecordError("the recorder's process is gone; start again") from None


def step_back() -> None:
    """Let the recorder come first: it must have been started before, since what is started later
    steps back, too.
    """
    with contextlib.suppress(OSError):
        os.nice(_POLITE)
