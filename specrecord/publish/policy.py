"""What the pages of a site may load and run: their own files, and nothing that stands in the page.

A recording is a stranger's data, and escaped wherever a page shows it. The policy is the second
lock: what got through would not run. Content Security Policy Level 3, W3C.
"""

from base64 import b64encode
from hashlib import sha256

# A run's page within another page leaves its head and foot out, before it is first drawn.
FRAMED = 'if (self !== top) document.documentElement.classList.add("framed")'
# A browser runs no module and fetches nothing for a page that is opened from disk: the page says
# so, and a run's still form takes the room that the player would have.
FROM_DISK = (
    'if (location.protocol === "file:") { document.getElementById("from-disk").hidden = false; '
    'document.querySelector(".whole")?.classList.remove("whole") }'
)


def source_hash(text: str) -> str:
    """What lets this very text run, or style, where it stands in a page."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"script-src 'self' {source_hash(FRAMED)} {source_hash(FROM_DISK)}",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
