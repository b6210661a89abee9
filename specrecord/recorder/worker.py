"""The recorder in a process of its own: told what to record on standard input, it tells how it goes
on standard output.

Both are JSON, an object a line. In: `{"do": "record", "request": {...}, "path": "run.specrec",
"overwrite": false}`,
`{"do": "stop"}`, `{"do": "mark", "title": "...", "note": "..."}`. Out: `{"say": "ready", "rule":
[...], "models": [...]}`, then for each run `forecast`, `began`, and `ended` or `failed`. Whoever
watches a run reads its file; nothing here waits for them, and nothing but the run costs the run
time. When the other side is gone, the run in progress ends as a whole recording.
"""

import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from specrecord.decoding.rejection.rules import RULES
from specrecord.errors import SpecrecordError
from specrecord.events import Event
from specrecord.recorder.session import Request, prepare, record
from specrecord.registry import KINDS


class Worker:
    """Takes orders from `orders` and tells `tell`; records one run after the other."""

    def __init__(self, orders: TextIO, tell: TextIO) -> None:
        self._orders, self._tell = orders, tell
        self._queue: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._marks: list[tuple[str, str]] = []

    def run(self) -> None:
        """Record what is asked for until the orders end."""
        threading.Thread(target=self._read, daemon=True).start()
        self._say("ready", rule=list(RULES), models=list(KINDS))
        while (order := self._queue.get()) is not None:
            path = order["path"]
            try:
                reason = self._record(order["request"], Path(path), bool(order.get("overwrite")))
                self._say("ended", path=path, reason=reason)
            except SpecrecordError as error:
                self._say("failed", path=path, message=str(error), code=error.exit_code)
            except Exception as error:  # a model's own failure: the next run may still go well
                message = f"the run failed: {type(error).__name__}: {error}".split("\n")[0]
                self._say("failed", path=path, message=message)

    def _record(self, fields: dict[str, Any], path: Path, overwrite: bool) -> str:
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        request = Request(**{**fields, **lists})
        self._marks.clear()
        session = prepare(request, self._stopped.is_set)
        if lines := list(session.forecast()):
            self._say("forecast", lines=lines)
        begun = False

        def observe(event: Event) -> None:
            nonlocal begun
            if not begun:
                begun = True
                self._say("began", path=str(path), max_tokens=request.max_tokens)

        return record(session, path, overwrite=overwrite, observe=observe, annotate=self._new_marks)

    def _new_marks(self) -> Iterator[tuple[str, str]]:
        while self._marks:
            yield self._marks.pop(0)

    def _read(self) -> None:
        for line in self._orders:
            order = json.loads(line)
            if order["do"] == "record":
                self._stopped.clear()
                self._queue.put(order)
            elif order["do"] == "stop":
                self._stopped.set()
            elif order["do"] == "mark":
                self._marks.append((str(order["title"]), str(order.get("note", ""))))
        self._stopped.set()
        self._queue.put(None)

    def _say(self, what: str, **more: Any) -> None:
        try:
            self._tell.write(json.dumps({"say": what, **more}) + "\n")
            self._tell.flush()
        except OSError:
            self._stopped.set()  # nobody is listening: end the run as a whole recording


def main() -> None:
    """Serve the parent process. Ctrl-C is the parent's to handle, and models may print: to standard
    error.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tell = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Worker(sys.stdin, tell).run()


if __name__ == "__main__":
    main()
