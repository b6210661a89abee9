"""Ctrl-C while something is recorded."""

import signal
from collections.abc import Callable


def on_interrupt() -> Callable[[], bool]:
    """Whether Ctrl-C was pressed: the first asks the run to end after its round, the second stops
    at once.
    """
    pressed: list[int] = []

    def handle(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    signal.signal(signal.SIGINT, handle)
    return lambda: bool(pressed)
