"""Ctrl-C, and what else asks a program to end, while something is recorded."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def first_interrupt(stop: Callable[[], object]) -> Iterator[None]:
    """The first of Ctrl-C, SIGTERM and SIGHUP calls `stop`, which is to end the run after its
    round; the second leaves at once, by KeyboardInterrupt, so that a terminal is left as it was.
    """

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    def handle(number: int, frame: object) -> None:
        for each in _ASKING:
            signal.signal(each, leave)
        stop()

    before = {each: signal.signal(each, handle) for each in _ASKING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
