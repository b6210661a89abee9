"""The keyboard, key by key. Ctrl-C stays what it is: an interrupt."""

import contextlib
import os
import re
import select
import termios
import tty
from collections.abc import Sequence
from typing import TextIO

_LETTERS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
_NAMED = {f"\x1b{sign}{letter}": name for sign in "[O" for letter, name in _LETTERS.items()} | {
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
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
# A control sequence (ECMA-48), one of an alternative keypad, Escape or what Alt sends, a character.
_KEY = re.compile(r"\x1b[\[O][0-?]*[ -/]*[@-~]?|\x1b.?|.", re.S)


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
        pressed = _KEY.findall(data.decode(errors="replace"))
        # Sequences that mean nothing here are left out.
        return [_NAMED.get(key, key) for key in pressed if key in _NAMED or len(key) == 1]

    def __enter__(self) -> "Keys":
        if self.there:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSANOW)
        return self

    def __exit__(self, *_: object) -> None:
        if self.there:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
