"""How completions APIs write single tokens as strings, and how a client finds the id again.

A token that is whole UTF-8 is written as its text, one that is not as `bytes:\\xe2\\x80`, as
OpenAI's completions do, and a special token, which prints nothing, by its name. A server that
writes U+FFFD instead makes tokens look alike; a string that may stand for several ids, or for none,
has no id here, and what it says stays unknown.
"""

from collections import Counter
from functools import cached_property

from specrecord.models.base import Tokenizer

_BYTES = "bytes:"
_ID = "token_id:"  # vLLM with --return-tokens-as-token-ids


def spell(raw: bytes, name: str = "") -> str:
    """The string of a token whose bytes are `raw`; `name` is used where it has none."""
    if not raw:
        return name
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _BYTES + "".join(f"\\x{byte:02x}" for byte in raw)
    return text


class TokenText:
    """Both directions for one vocabulary."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def text(self, token: int) -> str:
        """The token as a string; a special token without a name is empty."""
        return spell(
            self._tokenizer.token_bytes(token), self._tokenizer.special_names.get(token, "")
        )

    def token(self, text: str) -> int | None:
        """The one id that is written like this; None where there are several, or none."""
        if text.startswith(_ID) and text.removeprefix(_ID).isdigit():
            return int(text.removeprefix(_ID))
        return self._ids.get(text)

    @cached_property
    def _ids(self) -> dict[str, int]:
        texts = list(map(self.text, range(self._tokenizer.vocabulary_size)))
        counts = Counter(texts)
        return {text: token for token, text in enumerate(texts) if text and counts[text] == 1}
