"""What a command said, and the type of the `command` fixture."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Said:
    """Exit code, data and talk of one command."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]
