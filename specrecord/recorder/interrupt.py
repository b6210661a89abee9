"""Ctrl-C while something is recorded."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def first_interrupt(stop: Callable[[], object]) -> Iterator[None]:
    """The first Ctrl-C calls `stop`, which is to end the run after its round; the second leaves at
    once.
    """

    def handle(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
