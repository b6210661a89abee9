"""msgpack, one value at a time and in order, as the player's `msgpack.js` reads it: slow, but sure
to name the first thing that is wrong. What is well formed is read by `format`, in C.

Every step takes at least one byte and nothing is reserved on a length's word, so hostile bytes end
in an error and never in a hang.
"""

import struct
from typing import Any

DEEPEST = 64  # lists and maps within each other, where anything may stand
FOREIGN = "no plain msgpack value stands here"
_FORMS = (
    (0x80, "int"), (0x90, "map"), (0xA0, "list"), (0xC0, "text"), (0xC1, "nil"), (0xC2, ""),
    (0xC4, "bool"), (0xC7, "bytes"), (0xCA, "extension"), (0xCC, "float"), (0xD4, "int"),
    (0xD9, "extension"), (0xDC, "text"), (0xDE, "list"), (0xE0, "map"), (0x100, "int"),
)  # fmt: skip
_FORM_OF = [next(form for end, form in _FORMS if byte < end) for byte in range(256)]
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip


class CutError(Exception):
    """The bytes end inside a value."""


class Cursor:
    """Stands at `position` in `data`, before the next value.

    Its methods raise CutError where the bytes end inside a value, ValueError where they are none.
    """

    def __init__(self, data: bytes | memoryview) -> None:
        self.data, self.position, self._depth = data, 0, 0

    def form(self) -> str:
        """What the next value is: int, float, text, bytes, bool, nil, list, map, extension; empty
        for none of these.
        """
        if self.position >= len(self.data):
            raise CutError
        return _FORM_OF[self.data[self.position]]

    def take(self, size: int) -> memoryview:
        """The next `size` bytes."""
        start, self.position = self.position, self.position + size
        if self.position > len(self.data):
            raise CutError
        return memoryview(self.data)[start : self.position]

    def array_length(self) -> int:
        """How many values the list holds that starts here; -1 where none does."""
        return self._length(0x90, 0xDC) if self.form() == "list" else -1

    def bin(self) -> bytes:
        """Bytes, or the bytes of a text."""
        first = self.take(1)[0]
        if 0xA0 <= first <= 0xBF:
            length = first & 0x1F
        elif 0xD9 <= first <= 0xDB or 0xC4 <= first <= 0xC6:
            length = self._unsigned(1 << (first - (0xD9 if first >= 0xD9 else 0xC4)))
        else:
            raise ValueError(FOREIGN)
        return bytes(self.take(length))

    def text(self) -> str:
        """A text. Raises ValueError for bytes that are not UTF-8, too."""
        try:
            return self.bin().decode()
        except UnicodeDecodeError:
            raise ValueError(FOREIGN) from None

    def value(self) -> Any:
        """Any value at all."""
        match self.form():
            case "map":
                return self._map()
            case "list":
                return self._list()
            case "text":
                return self.text()
            case "bytes":
                return self.bin()
            case "extension":
                raise ValueError("a value of an extension type")
            case "":
                raise ValueError(FOREIGN)
        first = self.take(1)[0]
        if first in _NUMBERS:
            code = _NUMBERS[first]
            return struct.unpack(code, self.take(struct.calcsize(code)))[0]
        constants = {0xC0: None, 0xC2: False, 0xC3: True}
        return constants[first] if first in constants else first - 0x100 * (first >= 0xE0)

    def _length(self, short: int, long: int) -> int:
        first = self.take(1)[0]
        return self._unsigned(2 << (first - long)) if first >= long else first - short

    def _unsigned(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def _list(self) -> list[Any]:
        self._descend()
        found = [self.value() for _ in range(self.array_length())]
        self._depth -= 1
        return found

    def _map(self) -> dict[str, Any]:
        self._descend()
        found: dict[str, Any] = {}
        for _ in range(self._length(0x80, 0xDE)):
            if self.form() != "text":
                raise ValueError("a map with a key that is not text")
            key = self.text()
            found[key] = self.value()
        self._depth -= 1
        return found

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"values that nest deeper than {DEEPEST}")
