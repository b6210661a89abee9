"""Lines on a terminal: a screen of their own while something moves, drawn over in one write, left
as it was found.
"""

import os
from shutil import get_terminal_size
from typing import TextIO

from rich.console import Console
from rich.text import Text

from specrecord.terminal.render import written
from specrecord.terminal.timeline import Timeline

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_LINE, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


def is_screen(stream: TextIO) -> bool:
    """Whether pictures can be drawn over one another there."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def styled(lines: list[Text], stream: TextIO) -> list[str]:
    """Each line with the codes that this output understands; without colour where NO_COLOR is set
    or there is none.
    """
    console = Console(file=stream, width=10_000, highlight=False, legacy_windows=False)
    with console.capture() as captured:
        for line in lines:
            console.print(line, no_wrap=True, crop=False, overflow="ignore")
    return captured.get().split("\n")[: len(lines)]


def print_text(timeline: Timeline, stream: TextIO) -> None:
    """Prompt and text, coloured by origin, for the terminal to wrap."""
    text = written(timeline, timeline.pieces, len(timeline.pieces))
    Console(file=stream, highlight=False).print(text, soft_wrap=True)


class Screen:
    """The terminal's other screen. A context manager; what stood there before comes back at its
    end.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._size = (0, 0)

    @property
    def resized(self) -> bool:
        """Whether the size is another than when something was drawn last."""
        return get_terminal_size() != self._size

    def draw(self, lines: list[Text]) -> None:
        """Show these lines and nothing else. After a change of size everything is drawn anew."""
        clear = _BELOW if self.resized else ""
        self._size = get_terminal_size()
        shown = [line + _END_OF_LINE for line in styled(lines, self._stream)]
        self._write(_HOME + clear + "\r\n".join(shown) + _BELOW)

    def __enter__(self) -> "Screen":
        self._write(_ENTER)
        return self

    def __exit__(self, *_: object) -> None:
        self._write(_LEAVE)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
