"""Identities and times, as the Atom feed (RFC 4287) has them and as pages show them."""

import hashlib
import uuid
from datetime import datetime

from specrecord.publish.runs.text import plain


def urn(of: str | bytes) -> str:
    """A name that stays the same for as long as what it names does."""
    name = of if isinstance(of, str) else hashlib.sha256(of).hexdigest()
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def moment(start: str) -> str:
    """An ISO time as Atom wants it; a time that cannot be read counts as long ago."""
    try:
        zone = datetime.fromisoformat(start).tzinfo
    except ValueError:
        return "1970-01-01T00:00:00Z"
    return start if zone else f"{start}Z"


def date(start: str) -> str:
    """`24 November 2026, 19:38 UTC`; a start that is no ISO time is shown as it stands."""
    try:
        found = datetime.fromisoformat(start)
    except ValueError:
        return plain(start)
    return f"{found.day} {found:%B %Y, %H:%M} UTC"
