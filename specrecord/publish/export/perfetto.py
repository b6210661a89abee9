"""A recording as a trace in the Chrome trace event format, which ui.perfetto.dev opens.

Each track of the recording is a process with threads for draft, verify, network and queue; times
are microseconds, as the format wants them. Format: "Trace Event Format", the Chromium project.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from specrecord.events import Draft, Fault, Mark, Prefill, Verify
from specrecord.options import command_line
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round, Track

_THREADS = {"draft": 1, "verify": 2, "network": 3, "queue": 4}
_HEADER = ("title", "rule", "k", "temperature", "law", "start")


def recording_trace(recording: Recording) -> str:
    """`{"traceEvents": [...], ...}`: spans, a counter of emitted tokens, and instants for faults
    and marks.
    """
    header = recording.header
    about = {key: getattr(header, key) for key in _HEADER} | {"command": command_line(header)}
    events = list(_trace(recording))
    document = {"traceEvents": events, "displayTimeUnit": "ms", "otherData": about}
    return msgspec.json.encode(document).decode() + "\n"


def _trace(recording: Recording) -> Iterator[dict[str, Any]]:
    recorded = [track for track in recording.tracks.values() if track.pieces]
    for process, track in enumerate(recorded, start=1):
        for entry in _track(track, recording.token_bytes):
            yield {**entry, "pid": process}
    for event in recording.events:
        if isinstance(event, Fault):
            yield _instant(event.name, event.time, {"detail": event.detail, "round": event.round})
        elif isinstance(event, Mark):
            yield _instant(event.title, event.time, {"note": event.note})


def _track(track: Track, token_bytes: dict[int, bytes]) -> Iterator[dict[str, Any]]:
    """All of one process."""
    yield _name("process_name", 0, track.name)
    for thread, number in _THREADS.items():
        yield _name("thread_name", number, thread)
    for prefill in track.prefills:
        thread = "draft" if prefill.side == "draft" else "verify"
        yield _span(thread, "prefill", prefill, tokens=prefill.tokens)
    for one in track.rounds:
        yield from _spans(one, token_bytes)
    outputs = (output for one in track.rounds for output in one.output)
    for tokens, output in enumerate(outputs, start=1):
        counted = {"tokens": tokens}
        yield {"ph": "C", "name": "tokens", "ts": output.time, "tid": 0, "args": counted}


def _spans(one: Round, token_bytes: dict[int, bytes]) -> Iterator[dict[str, Any]]:
    """A round's drafts, its pass, and as spans of the same end what is known of the pass's parts:
    how long they took, not when.
    """
    for node, draft in enumerate(one.drafts):
        text = token_bytes.get(draft.token, b"?").decode("utf-8", "replace")
        yield _span("draft", text, draft, round=one.index, node=node, prob=draft.prob)
    if verify := one.verify:
        yield _span("verify", "verify", verify, round=one.index, tokens=verify.tokens)
        for thread, spent in (("network", one.network_time), ("queue", one.queue_time)):
            if spent:
                yield _span(thread, thread, replace(verify, duration=spent), round=one.index)


def _span(
    thread: str, name: str, event: Draft | Prefill | Verify, **arguments: Any
) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": thread,
        "ts": event.time - event.duration,
        "dur": event.duration,
        "tid": _THREADS[thread],
        "args": arguments,
    }


def _instant(name: str, time: int, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"ph": "i", "s": "g", "name": name, "ts": time, "pid": 1, "tid": 0, "args": arguments}


def _name(kind: str, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "tid": thread, "args": {"name": name}}
