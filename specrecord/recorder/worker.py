"""The recorder in a process of its own: orders come on standard input, reports go to standard
output (`specrecord.recorder.messages`).

For each run `Forecast`, if there is something to say, `Began`, and `Ended` or `Failed`. Whoever
watches a run reads its file; nothing here waits for them, and nothing but the run costs the run
time. When the other side is gone, the run in progress ends as a whole recording.
"""

import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from specrecord.errors import SpecrecordError
from specrecord.events import EndReason, Event
from specrecord.recorder.messages import (
    ORDERS,
    AddMark,
    Began,
    Ended,
    Failed,
    Forecast,
    Order,
    Record,
    Report,
    Stop,
    from_line,
    to_line,
)
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare


class Worker:
    """Takes orders from `orders` and reports to `reports`; records one run after the other."""

    def __init__(self, orders: TextIO, reports: TextIO) -> None:
        self._orders, self._reports = orders, reports
        self._queue: queue.SimpleQueue[Record | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._marks: list[tuple[str, str]] = []

    def run(self) -> None:
        """Record what is asked for until the orders end."""
        threading.Thread(target=self._read, daemon=True).start()
        while (order := self._queue.get()) is not None:
            try:
                self._report(Ended(self._record(order)))
            except SpecrecordError as error:
                self._report(Failed(str(error), error.exit_code))
            except Exception as error:  # a model's own failure: the next run may still go well
                message = f"the run failed: {type(error).__name__}: {error}".split("\n")[0]
                self._report(Failed(message))

    def _record(self, order: Record) -> EndReason:
        self._marks.clear()
        session = prepare(Request(**order.request), self._stopped.is_set)
        if lines := session.forecast():
            self._report(Forecast(lines))
        begun = False

        def observe(event: Event) -> None:
            nonlocal begun
            if not begun:
                begun = True
                self._report(Began())

        path, overwrite = Path(order.path), order.overwrite
        return record(session, path, overwrite=overwrite, observe=observe, annotate=self._new_marks)

    def _new_marks(self) -> Iterator[tuple[str, str]]:
        while self._marks:
            yield self._marks.pop(0)

    def _read(self) -> None:
        for line in self._orders:
            self._take(from_line(line, ORDERS))
        self._stopped.set()
        self._queue.put(None)

    def _take(self, order: Order) -> None:
        match order:
            case Record():
                self._stopped.clear()
                self._queue.put(order)
            case Stop():
                self._stopped.set()
            case AddMark(title, note):
                self._marks.append((title, note))

    def _report(self, report: Report) -> None:
        try:
            self._reports.write(to_line(report))
            self._reports.flush()
        except OSError:
            self._stopped.set()  # nobody is listening: end the run as a whole recording


def main() -> None:
    """Serve the parent process. Ctrl-C is the parent's to handle, and models may print: to standard
    error.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reports = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin, reports).run()


if __name__ == "__main__":
    main()
