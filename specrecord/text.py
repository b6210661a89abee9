"""Text and tokens that a model or a stranger wrote, made safe to show: what cannot be seen, or
steers what shows it, is shown by its number.

The player does the same (player/core/text.js); a test holds both to one table. Its base is
Unicode's property Default_Ignorable_Code_Point, with the controls, and what ends a line or a
paragraph.
"""

import json
import re

# Controls but tab and line end, overrides of direction, fillers, tags: shown wherever text is.
HIDDEN = (
    r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b"
    r"\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Joiners and variation selectors: part of the character before them where text is shaped.
SHAPING = r"\u034f\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Blanks that pass for a space.
BLANKS = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_HIDDEN = re.compile(f"[{HIDDEN}]")
_IN_CELLS = re.compile(f"[{HIDDEN}{SHAPING}]")
_IN_LABELS = re.compile(f"[{HIDDEN}{SHAPING}{BLANKS}]")
_SIGNS = str.maketrans({" ": "␣", "\n": "⏎", "\t": "⇥"})
_MOST_BYTES = 8  # of half a character


def visible(text: str, *, cells: bool = False) -> str:
    """The same text with hidden characters as `‹U+202E›`; line ends and tabs stay.

    With `cells` also those that shape the character before them, which terminals place differently.
    """
    return (_IN_CELLS if cells else _HIDDEN).sub(_number, text)


def json_visible(text: str) -> str:
    """The same JSON with hidden characters escaped, which mean what they did."""
    return _IN_CELLS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def label(token: bytes | None) -> str:
    """A token as a short label: `␣fox`, `⏎`, `‹E2 80›` for half a character, `‹empty›`."""
    if token is None:
        return "‹unknown›"
    if not token:
        return "‹empty›"
    try:
        return _IN_LABELS.sub(_number, token.decode()).translate(_SIGNS)
    except UnicodeDecodeError:
        return f"‹{token[:_MOST_BYTES].hex(' ').upper()}{' …' * (len(token) > _MOST_BYTES)}›"


def _number(found: re.Match[str]) -> str:
    return f"‹U+{ord(found[0]):04X}›"
