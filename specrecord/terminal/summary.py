"""A finished recording in three lines: its key numbers, and what went wrong if something did."""

from pathlib import Path

from specrecord.events import End, Fault
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info
from specrecord.terminal.render import TEMPLATES


def summary(path: Path) -> str:
    """What a finished recording holds, read back from the file itself."""
    recording = read_recording(path)
    end = recording.events[-1]
    reason = end.reason if isinstance(end, End) else "not sealed"
    template = TEMPLATES.get_template("summary.txt")
    return template.render(recording_info(recording), path=path, reason=reason)


def last_fault(path: Path) -> str:
    """What went wrong last, in the recording's own words."""
    faults = [event.detail for event in read_recording(path).events if isinstance(event, Fault)]
    return faults[-1] if faults else "no fault was recorded"
