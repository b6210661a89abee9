"""A recording as a trace in the Chrome trace event format, which ui.perfetto.dev opens.

`site/templates/trace.json` is its form: each track of the recording is a process with threads for
draft, verify, network and queue; times are microseconds, as the format wants them. Format: "Trace
Event Format", the Chromium project.
"""

from specrecord.events import Fault, Mark
from specrecord.options import command_line
from specrecord.publish.templates import render
from specrecord.recording.reader import Recording

_HEADER = ("title", "rule", "k", "temperature", "law", "start")


def recording_trace(recording: Recording) -> str:
    """`{"traceEvents": [...], ...}`: spans, a counter of emitted tokens, and instants for faults
    and marks.
    """
    header, events = recording.header, recording.events
    return render(
        "trace.json",
        recording=recording,
        faults=[event for event in events if isinstance(event, Fault)],
        marks=[event for event in events if isinstance(event, Mark)],
        text=lambda token: recording.token_bytes.get(token, b"?").decode(errors="replace"),
        about={key: getattr(header, key) for key in _HEADER} | {"command": command_line(header)},
    )
