"""What was found out about servers, kept in the user's cache: one file, one entry per address,
model and fingerprint.

Addresses are kept as hashes; a key is never part of it.
"""

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from specrecord.models.remote.completions.client import Capabilities
from specrecord.models.remote.probing.probe import ProbeResult


def cache_file() -> Path:
    """Where it lies: $XDG_CACHE_HOME or ~/.cache, then specrecord/servers.json."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "specrecord" / "servers.json"


def recall(address: str, model: str, fingerprint: str) -> ProbeResult | None:
    """What was found out before, None if nothing was, or nothing that can be read."""
    try:
        entry = _load()[_name(address, model, fingerprint)]
        return ProbeResult(**{**entry, "capabilities": Capabilities(**entry["capabilities"])})
    except (TypeError, KeyError):
        return None


def remember(address: str, model: str, result: ProbeResult) -> None:
    """Keep it. A cache that cannot be written is no reason to fail."""
    file = cache_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        content = {**_load(), _name(address, model, result.fingerprint): asdict(result)}
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(content, indent=1))
        fresh.replace(file)
    except OSError:
        return


def _load() -> dict[str, Any]:
    try:
        content = json.loads(cache_file().read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _name(address: str, model: str, fingerprint: str) -> str:
    return hashlib.sha256("\n".join((address, model, fingerprint)).encode()).hexdigest()
