"""Tokens on a terminal: bytes that may be half a character, and text that must not steer the
terminal.
"""

import re

_SIGNS = {" ": "␣", "\n": "⏎", "\t": "⇥"}
# Controls, bidirectional overrides, and characters without a cell of their own that terminals place
# differently.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)


def visible(text: str) -> str:
    """The same text with everything that would steer the terminal shown by its number; line ends
    and tabs stay.
    """
    return _UNSAFE.sub(lambda found: f"‹{ord(found[0]):02X}›", text)


def label(token: bytes | None) -> str:
    """A token as a short label: `␣fox`, `⏎`, `‹E2 80›` for half a character, `‹empty›`."""
    if token is None:
        return "‹unknown›"
    if not token:
        return "‹empty›"
    try:
        text = token.decode()
    except UnicodeDecodeError:
        return f"‹{token[:8].hex(' ').upper()}›"
    return visible("".join(_SIGNS.get(character, character) for character in text))
