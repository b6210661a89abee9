"""What was found out about servers, kept in the user's cache: one file, one entry per address and
model, good as long as the server calls itself the same and writes the same.

Addresses are kept as hashes; a key is never part of it.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from msgspec.json import decode, encode

from specrecord.models.remote.probing.prober import ProbeResult


def cache_file() -> Path:
    """Where it lies: $XDG_CACHE_HOME or ~/.cache, then specrecord/servers.json."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "specrecord" / "servers.json"


def recall(address: str, model: str) -> ProbeResult | None:
    """What was found out before, None if nothing was, or nothing that can be read."""
    return _load().get(_name(address, model))


def still_true(before: ProbeResult, now: ProbeResult) -> bool:
    """Whether what was found out `before` is about the model that wrote the sample `now`: another
    one may answer by the same name at the same address.
    """
    same = before.fingerprint == now.fingerprint != "" and before.server == now.server
    return same and before.sample.agrees(now.sample)


def remember(address: str, model: str, result: ProbeResult) -> None:
    """Keep it. A cache that cannot be written is no reason to fail."""
    file = cache_file()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {**_load(), _name(address, model): result}
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(encode(content))
        fresh.replace(file)


def _load() -> dict[str, ProbeResult]:
    try:
        return decode(cache_file().read_bytes(), type=dict[str, ProbeResult])
    except (OSError, ValueError):
        return {}


def _name(address: str, model: str) -> str:
    return hashlib.sha256("\n".join((address, model)).encode()).hexdigest()
