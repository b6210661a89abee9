"""What the recorder's process is asked to do, and what it reports."""

from dataclasses import dataclass
from pathlib import Path

from specrecord.events import EndReason
from specrecord.recorder.request import Request


@dataclass(frozen=True)
class Record:
    """Record a run to a file at `path`."""

    request: Request
    path: Path
    overwrite: bool = False


@dataclass(frozen=True)
class Stop:
    """End the run after its round, as a whole recording."""


@dataclass(frozen=True)
class AddMark:
    """Put a chapter where the run is now."""

    title: str
    note: str = ""


@dataclass(frozen=True)
class Forecast:
    """Lines to show before the run."""

    lines: list[str]


@dataclass(frozen=True)
class Began:
    """The run's first event is in the file at `path`: the one that was asked for, or one beside it
    that takes its place at the end.
    """

    path: Path


@dataclass(frozen=True)
class Ended:
    """The recording is whole."""

    reason: EndReason


@dataclass(frozen=True)
class Failed:
    """There is no recording, or it is cut; `code` is the exit code that the command line gives."""

    message: str
    code: int = 2


Order = Record | Stop | AddMark
Report = Forecast | Began | Ended | Failed
