"""Lines on a terminal: a screen of their own while something moves, left as it was found."""

import os
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from specrecord.terminal.render import written
from specrecord.terminal.timeline import Timeline


def is_screen(stream: TextIO) -> bool:
    """Whether pictures can be drawn over one another there."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def screen(stream: TextIO) -> Live:
    """The terminal's other screen. A context manager; what stood there before comes back at its
    end.
    """
    console = Console(file=stream, highlight=False)
    return Live(console=console, screen=True, auto_refresh=False, redirect_stderr=False)


def draw(shown: Live, lines: list[Text]) -> None:
    """Show these lines and nothing else."""
    shown.update(Group(*lines), refresh=True)


def print_lines(lines: list[Text], stream: TextIO) -> None:
    """These lines, without colour where NO_COLOR is set or there is none, for the terminal to
    wrap.
    """
    Console(file=stream, highlight=False).print(Text("\n").join(lines), soft_wrap=True)


def print_text(timeline: Timeline, stream: TextIO) -> None:
    """Prompt and text, coloured by origin."""
    print_lines([written(timeline, timeline.pieces, len(timeline.pieces))], stream)
