"""A recording as a trace in the Chrome trace event format, which ui.perfetto.dev opens.

`site/templates/trace.json` is its form: each track of the recording is a process with threads for
draft, verify, network and queue; times are microseconds, as the format wants them. Format: "Trace
Event Format", the Chromium project.
"""

from collections.abc import Iterator

from specrecord.events import Fault, Mark
from specrecord.options import command_line
from specrecord.publish.templates import render_pieces
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import TrackBuilder

_HEADER = ("title", "rule", "k", "temperature", "law", "start")


def recording_trace(recording: Recording) -> Iterator[str]:
    """`{"traceEvents": [...], ...}`, a few events at a time: spans, a counter of emitted tokens,
    and instants for faults and marks.
    """
    header, events = recording.header, recording.events
    built = TrackBuilder(keep=2)
    return render_pieces(
        "trace.json",
        tracks=built.tracks,
        rounds=built.finished(events),
        noted=(event for event in events if isinstance(event, Fault | Mark)),
        text=lambda token: built.token_bytes.get(token, b"?").decode(errors="replace"),
        about={key: getattr(header, key) for key in _HEADER} | {"command": command_line(header)},
    )
