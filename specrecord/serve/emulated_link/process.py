"""Starts the emulated link as a process of its own, with the words for the recording's
header.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from specrecord.errors import UsageError


@dataclass(frozen=True)
class Emulated:
    """A running link: its address, which stands for the target's, and what a recording must say
    about it.
    """

    url: str
    words: str


@contextmanager
def emulated_link(url: str, round_trip: float, jitter: float = 0.0) -> Iterator[Emulated]:
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
    to = f"{parts.hostname}:{parts.port or 80}"
    words = ["--to", to, "--round-trip", str(round_trip), "--jitter", str(jitter)]
    process = subprocess.Popen(
        [sys.executable, "-m", "specrecord.serve.emulated_link.server", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise UsageError("the emulated link could not be started")
        varied = f", give or take {jitter:g} ms" if jitter else ""
        yield Emulated(
            f"{address}{parts.path}",
            f"link to the target: a forwarding proxy held every byte for {round_trip / 2:g} ms "
            f"each way{varied}",
        )
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()
