"""What was found out about servers, kept in the user's cache: one file, one entry per address,
model and fingerprint.

Addresses are kept as hashes; a key is never part of it.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from msgspec.json import decode, encode

from specrecord.models.remote.probing.probe import ProbeResult


def cache_file() -> Path:
    """Where it lies: $XDG_CACHE_HOME or ~/.cache, then specrecord/servers.json."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "specrecord" / "servers.json"


def recall(address: str, model: str, fingerprint: str) -> ProbeResult | None:
    """What was found out before, None if nothing was, or nothing that can be read."""
    return _load().get(_name(address, model, fingerprint))


def remember(address: str, model: str, result: ProbeResult) -> None:
    """Keep it. A cache that cannot be written is no reason to fail."""
    file = cache_file()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {**_load(), _name(address, model, result.fingerprint): result}
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(encode(content))
        fresh.replace(file)


def _load() -> dict[str, ProbeResult]:
    try:
        return decode(cache_file().read_bytes(), type=dict[str, ProbeResult])
    except (OSError, ValueError):
        return {}


def _name(address: str, model: str, fingerprint: str) -> str:
    return hashlib.sha256("\n".join((address, model, fingerprint)).encode()).hexdigest()
