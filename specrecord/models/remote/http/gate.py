"""The one gate for strings that a server sends: what passes is one line, not too long, and holds no
part of the API key, however it is spelled.
"""

import html
import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

_WITHHELD = "[withheld: it quotes the API key]"
_LONGEST = 400  # characters of one string
_PART = 6  # letters and digits of the key that may stand together nowhere
_CODED = 8  # the same of the key in base64 or hexadecimal digits
_LEAST = 4  # a shorter key is no secret, and part of many words
_ESCAPES = re.compile(r"\\(?:u|x|U)([0-9a-fA-F]{2,8})")


class Gate:
    """Lets strings through that hold nothing of `key`. Without one, every string passes."""

    def __init__(self, key: str | None) -> None:
        self._parts = set(_parts(key)) if key else set()

    def __call__(self, text: str) -> str:
        """The text on one line, shortened; another in its place where it quotes the key: whole or
        in part, spaced, escaped, reversed, in base64 or hexadecimal digits.
        """
        if any(self._holds(reading) for reading in _readings(text)):
            return _WITHHELD
        return " ".join(text[:_LONGEST].split())

    def clean(self, value: Any) -> Any:
        """JSON with every string let through or withheld, but for the completions' own text."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list):
            return [self.clean(one) for one in value]
        if isinstance(value, dict):
            return {
                name: one if name == "choices" else self.clean(one) for name, one in value.items()
            }
        return value

    def _holds(self, text: str) -> bool:
        bare = _bare(text)
        return any(
            bare[place : place + size] in self._parts
            for size in {len(part) for part in self._parts}
            for place in range(len(bare) - size + 1)
        )


def _bare(text: str) -> str:
    """Letters and digits alone, without case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, and with its escapes resolved."""
    yield text
    yield unquote(text)
    yield html.unescape(text)
    yield _ESCAPES.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)


def _parts(key: str) -> Iterator[str]:
    """Every stretch of the key, in each spelling, by which it is known."""
    data = key.encode()
    for bare in (_bare(key), _bare(key)[::-1]):
        yield from _stretches(bare, min(_PART, len(bare)))
    coded = [data.hex(), data[::-1].hex()]
    for shift in range(3):  # where in a longer text the key begins decides how it is spelled
        text = b64encode(b"\0" * shift + data).decode().rstrip("=")
        coded.append(text[4 if shift else 0 : len(text) - 1])
    for text in coded:
        yield from _stretches(_bare(text), _CODED)


def _stretches(text: str, size: int) -> Iterator[str]:
    if size >= _LEAST:
        yield from (text[place : place + size] for place in range(len(text) - size + 1))
