"""A finished recording in three lines: its key numbers, and what went wrong if something did."""

from pathlib import Path

from specrecord.events import End, Fault
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info

_BASELINES = {
    "autoregressive": "the same target without a draft",
    "per_request": "one request a token",
    "chunked": "requests of K+1 tokens without a draft",
    "streaming": "the target streaming",
}


def summary(path: Path) -> str:
    """What a finished recording holds, read back from the file itself."""
    recording = read_recording(path)
    found = recording_info(recording)
    end = recording.events[-1]
    ratios = [
        f"{ratio:.2f} times {_BASELINES[name]}" for name, ratio in found["speedup"].items() if ratio
    ]
    against = f", {', '.join(ratios)}, recorded in this run" if ratios else ""
    rate, accepted = (
        _number(found["tokens_per_second"], ".0f"),
        _number(found["acceptance_rate"], ".2f"),
    )
    length, size = _number(found["mean_acceptance_length"], ".2f"), path.stat().st_size / 1000
    return (
        f"{found['tokens']} tokens in {found['duration_s']:.3f} s: {rate} tokens/s{against}\n"
        f"{found['accepted']} of {found['drafted']} drafted tokens accepted ({accepted}), "
        f"{length} tokens a round over {found['rounds']} rounds\n"
        f"{path}: {found['events']:,} events, {size:,.0f} kB, "
        f"{end.reason if isinstance(end, End) else 'not sealed'}"
    )


def last_fault(path: Path) -> str:
    """What went wrong last, in the recording's own words."""
    faults = [event.detail for event in read_recording(path).events if isinstance(event, Fault)]
    return faults[-1] if faults else "no fault was recorded"


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
