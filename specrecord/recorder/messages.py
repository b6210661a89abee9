"""What the recorder's process is asked to do, and what it reports: JSON, a message a line."""

import json
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from specrecord.events import EndReason


@dataclass(frozen=True)
class Record:
    """Record a run: the fields of a `Request`, to a file at `path`."""

    request: dict[str, Any]
    path: str
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
    """The run's first event is in its file."""


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
Message = TypeVar("Message", Order, Report)

ORDERS: dict[str, type[Order]] = {kind.__name__: kind for kind in (Record, Stop, AddMark)}
REPORTS: dict[str, type[Report]] = {
    kind.__name__: kind for kind in (Forecast, Began, Ended, Failed)
}


def to_line(message: Order | Report) -> str:
    """The message with its end of line."""
    return json.dumps([type(message).__name__, asdict(message)]) + "\n"


def from_line(line: str | bytes, kinds: dict[str, type[Message]]) -> Message:
    """The message of a line."""
    kind, fields = json.loads(line)
    return kinds[kind](**fields)
