"""What the Atom feed (RFC 4287) says in words of its own: identities and times."""

import hashlib
import uuid
from datetime import datetime


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
