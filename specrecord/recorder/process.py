"""The other end of `specrecord.recorder.worker`: starts the recorder's process, gives it orders and
hears how it goes.

The process keeps the priority it was started with. Whoever shows the run lowers their own
(`step_back`), so that on a busy machine the run comes first.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
from typing import Any

from specrecord.errors import SpecrecordError

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
        self._orders, self._told = self._process.stdin, self._process.stdout
        os.set_blocking(self._told.fileno(), False)
        self._rest = b""

    def fileno(self) -> int:
        """For `select`: readable when `receive` has something."""
        return self._told.fileno()

    @property
    def process_id(self) -> int:
        """Of the recorder."""
        return self._process.pid

    def record(self, request: dict[str, Any], path: str, *, overwrite: bool = False) -> None:
        """Record a run: the fields of a `session.Request`, to a file at `path`."""
        self._send({"do": "record", "request": request, "path": path, "overwrite": overwrite})

    def stop(self) -> None:
        """End the run after its round, as a whole recording."""
        self._send({"do": "stop"})

    def mark(self, title: str, note: str = "") -> None:
        """Put a chapter where the run is now."""
        self._send({"do": "mark", "title": title, "note": note})

    def receive(self, wait: float = 0.0) -> list[dict[str, Any]]:
        """What it told since the last call, waiting at most `wait` seconds for something to come.

        Raises SpecrecordError when the process is gone.
        """
        select.select([self._told], [], [], wait)
        data = self._told.read()
        if data == b"":
            code = self._process.wait()
            raise SpecrecordError(
                f"the recorder's process ended (exit code {code}); its message stands above"
            )
        *lines, self._rest = (self._rest + (data or b"")).split(b"\n")
        return [json.loads(line) for line in lines]

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
        self._told.close()

    def _send(self, order: dict[str, Any]) -> None:
        try:
            self._orders.write(json.dumps(order).encode() + b"\n")
            self._orders.flush()
        except OSError:
            raise SpecrecordError("the recorder's process is gone; start again") from None


def step_back() -> None:
    """Let the recorder come first: it must have been started before, since what is started later
    steps back, too.
    """
    with contextlib.suppress(OSError):
        os.nice(_POLITE)
