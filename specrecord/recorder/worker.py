"""The recorder in a process of its own: orders come over a connection, reports go back
(`specrecord.recorder.messages`).

For each run `Forecast`, if there is something to say, `Began`, and `Ended` or `Failed`. Whoever
watches a run reads its file; nothing here waits for them, and nothing but the run costs the run
time. When the other side is gone, the run in progress ends as a whole recording.
"""

import contextlib
import os
import queue
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection

from specrecord.errors import SpecrecordError
from specrecord.events import EndReason
from specrecord.recorder.messages import (
    AddMark,
    Began,
    Ended,
    Failed,
    Forecast,
    Record,
    Report,
    Stop,
)
from specrecord.recorder.record import record
from specrecord.recorder.session import prepare

HELD_BACK = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)  # until a process is ready for them


class Worker:
    """Takes orders and reports over `connection`; records one run after the other."""

    def __init__(self, connection: "Connection[Report, object]") -> None:
        self._connection = connection
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

    def stop(self, *_: object) -> None:
        """End the run in progress after its round."""
        self._stopped.set()

    def _record(self, order: Record) -> EndReason:
        self._marks.clear()
        session = prepare(order.request, self._stopped.is_set)
        if lines := session.forecast():
            self._report(Forecast(lines))
        return record(
            session,
            order.path,
            overwrite=order.overwrite,
            began=lambda path: self._report(Began(path)),
            annotate=self._new_marks,
        )

    def _new_marks(self) -> Iterator[tuple[str, str]]:
        while self._marks:
            yield self._marks.pop(0)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                match self._connection.recv():
                    case Record() as order:
                        self._stopped.clear()
                        self._queue.put(order)
                    case Stop():
                        self._stopped.set()
                    case AddMark(title, note):
                        self._marks.append((title, note))
        self._stopped.set()
        self._queue.put(None)

    def _report(self, report: Report) -> None:
        try:
            self._connection.send(report)
        except OSError:
            self._stopped.set()  # nobody is listening: end the run as a whole recording


def work(connection: "Connection[Report, object]") -> None:
    """Serve the parent process. Ctrl-C and a terminal's end are the parent's to handle; SIGTERM to
    this process alone ends the run whole. Models may print: to standard error.
    """
    worker = Worker(connection)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
    os.dup2(2, 1)
    worker.run()
