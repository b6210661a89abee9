"""The keyboard, key by key. Ctrl-C stays what it is: an interrupt."""

import contextlib
import os
import select
import termios
import tty
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

_NAMED = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1bOH": "home",
    "\x1bOF": "end",
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[1;2C": "shift right",
    "\x1b[1;2D": "shift left",
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x1b": "escape",
}


class Keys:
    """Keys pressed in a terminal. A context manager; the terminal is left as it was found. Without
    one: no keys.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._descriptor = stream.fileno() if stream is not None and stream.isatty() else -1
        self._rest = b""

    @property
    def there(self) -> bool:
        """Whether there is a keyboard."""
        return self._descriptor >= 0

    def wait(self, seconds: float, others: Sequence[int] = ()) -> list[str]:
        """The keys that were pressed, after at most `seconds`; sooner when a key or one of `others`
        is readable.
        """
        watched = [*([self._descriptor] if self.there else []), *others]
        readable, _, _ = select.select(watched, [], [], max(0.0, seconds))
        if self._descriptor not in readable:
            return []
        data = os.read(self._descriptor, 1024)
        if not data:
            self._descriptor = -1
        return list(_split(data.decode(errors="replace")))

    def __enter__(self) -> "Keys":
        if self.there:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSANOW)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.there:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)


def _split(text: str) -> list[str]:
    """`a\\x1b[Cb` is a, right, b. Sequences that mean nothing here are left out."""
    keys = []
    while text:
        found = next(
            (code for code in sorted(_NAMED, key=len, reverse=True) if text.startswith(code)), None
        )
        if found is not None and not (found == "\x1b" and len(text) > 1):
            keys.append(_NAMED[found])
            text = text[len(found) :]
        elif text[0] == "\x1b":
            text = _after_sequence(text)
        else:
            keys.append(text[0])
            text = text[1:]
    return keys


def _after_sequence(text: str) -> str:
    """What follows an escape sequence that has no name here."""
    if text[1] not in "[O":
        return text[2:]
    last = next(
        (place for place in range(2, len(text)) if "@" <= text[place] <= "~"), len(text) - 1
    )
    return text[last + 1 :]
