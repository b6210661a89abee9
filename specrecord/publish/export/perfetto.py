"""A recording as a trace in the Chrome trace event format, which ui.perfetto.dev opens.

Each lane of the recording is a process with threads for draft, verify, network and queue; times are
microseconds, as the format wants them. Format: "Trace Event Format", the Chromium project.
"""

import json
from typing import Any

from specrecord.events import (
    Draft,
    Emit,
    Event,
    Fault,
    Mark,
    Prefill,
    RoundBegin,
    Token,
    Track,
    Verdict,
    Verify,
)
from specrecord.recording.reader import Recording

_THREADS = {"draft": 1, "verify": 2, "network": 3, "queue": 4}


def recording_trace(recording: Recording) -> str:
    """`{"traceEvents": [...], ...}`: spans, a counter of emitted tokens, and instants for faults
    and marks.
    """
    trace = _Trace(recording.events)
    header = {
        key: recording.header.get(key)
        for key in ("title", "command", "rule", "k", "temperature", "law", "start")
    }
    document = {"traceEvents": trace.made, "displayTimeUnit": "ms", "otherData": header}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Trace:
    """Trace events in the order of the recording."""

    def __init__(self, events: list[Event]) -> None:
        self.made: list[dict[str, Any]] = []
        self.spelling = {
            event.id: event.bytes.decode("utf-8", "replace")
            for event in events
            if type(event) is Token
        }
        self.tracks: dict[str, int] = {}
        self.track, self.round, self.tokens = 0, 0, dict[int, int]()
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        match event:
            case Track():
                self.enter(event.name)
            case RoundBegin():
                self.round = event.index
            case Prefill():
                thread = "draft" if event.side == "draft" else "verify"
                self.span(thread, "prefill", event.time, event.duration, {"tokens": event.tokens})
            case Draft():
                arguments = {"round": self.round, "node": event.node, "prob": event.prob}
                self.span(
                    "draft",
                    self.spelling.get(event.token, "?"),
                    event.time,
                    event.duration,
                    arguments,
                )
            case Verify():
                self.verify(event)
            case Verdict() if event.fate == "accepted":
                self.count(event.time)
            case Emit():
                self.count(event.time)
            case Fault():
                self.instant(event.name, event.time, {"detail": event.detail, "round": event.round})
            case Mark():
                self.instant(event.title, event.time, {"note": event.note})
            case _:
                pass

    def enter(self, name: str) -> None:
        if name not in self.tracks:
            self.tracks[name] = process = len(self.tracks) + 1
            self.name("process_name", process, 0, name)
            for thread, number in _THREADS.items():
                self.name("thread_name", process, number, thread)
        self.track = self.tracks[name]

    def verify(self, event: Verify) -> None:
        """The pass, and as spans of the same end what is known of its parts: how long they took,
        not when.
        """
        self.span(
            "verify",
            "verify",
            event.time,
            event.duration,
            {"round": self.round, "tokens": event.tokens},
        )
        for thread, spent in (("network", event.network), ("queue", event.queue)):
            if spent:
                self.span(thread, thread, event.time, spent, {"round": self.round})

    def span(
        self, thread: str, name: str, end: int, duration: int, arguments: dict[str, Any]
    ) -> None:
        self.made.append(
            {
                "ph": "X",
                "name": name,
                "cat": thread,
                "ts": end - duration,
                "dur": duration,
                "pid": self.track,
                "tid": _THREADS[thread],
                "args": arguments,
            }
        )

    def count(self, time: int) -> None:
        self.tokens[self.track] = self.tokens.get(self.track, 0) + 1
        counted = {"tokens": self.tokens[self.track]}
        self.made.append(
            {"ph": "C", "name": "tokens", "ts": time, "pid": self.track, "tid": 0, "args": counted}
        )

    def instant(self, name: str, time: int, arguments: dict[str, Any]) -> None:
        self.made.append(
            {
                "ph": "i",
                "s": "g",
                "name": name,
                "ts": time,
                "pid": self.track or 1,
                "tid": 0,
                "args": arguments,
            }
        )

    def name(self, kind: str, process: int, thread: int, name: str) -> None:
        self.made.append(
            {"ph": "M", "name": kind, "pid": process, "tid": thread, "args": {"name": name}}
        )
