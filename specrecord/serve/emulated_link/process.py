"""Starts the emulated link as a process of its own, with the words for the recording's
header.
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from specrecord.errors import UsageError
from specrecord.serve.emulated_link.server import Link, forward


@dataclass(frozen=True)
class Emulated:
    """A running link: its address, which stands for the target's, and what a recording must say
    about it.
    """

    url: str
    words: str


@contextmanager
def emulated_link(url: str, round_trip: float) -> Iterator[Emulated]:
    """Put a link of `round_trip` milliseconds before the target at `url` for as long as the context
    lasts.

    Raises UsageError for an address that cannot be forwarded to: TLS would name another host than
    the link's.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise UsageError(
            "--link puts a proxy before a target at http://HOST:PORT; it cannot stand before this "
            "one"
        )
    context = multiprocessing.get_context("spawn")
    connection, theirs = context.Pipe()
    link = Link(parts.hostname, parts.port or 80, round_trip / 2000)
    process = context.Process(target=forward, args=(link, theirs))
    process.start()
    theirs.close()
    try:
        yield Emulated(
            f"http://127.0.0.1:{connection.recv()}{parts.path}",
            f"link to the target: a forwarding proxy held every byte for {round_trip / 2:g} ms "
            "each way",
        )
    finally:
        connection.close()
        process.join()
