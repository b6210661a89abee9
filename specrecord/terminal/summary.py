"""A finished recording in three lines: its key numbers, and what went wrong if something did."""

from specrecord.events import End, Fault
from specrecord.recording.measures.second_pass import WHENCE, mean_logprob
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import Recording
from specrecord.terminal.render import TEMPLATES


def summary(recording: Recording, name: str) -> str:
    """What a finished recording holds; `name` is where it stands."""
    end = recording.events[-1]
    reason = end.reason if isinstance(end, End) else "not sealed"
    template = TEMPLATES.get_template("summary.txt")
    return template.render(
        recording_info(recording),
        path=name,
        size=recording.offsets[-1],
        reason=reason,
        second_pass=mean_logprob(recording),
        whence=WHENCE,
    )


def last_fault(recording: Recording) -> str:
    """What went wrong last, in the recording's own words."""
    faults = [event.detail for event in recording.events if isinstance(event, Fault)]
    return faults[-1] if faults else "no fault was recorded"
