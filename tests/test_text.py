"""What cannot be seen is shown, and by Python and the player alike."""

import re
import unicodedata
from pathlib import Path

import pytest

from specrecord import text
from specrecord.text import label, visible

PLAYER = (Path(__file__).parent.parent / "player" / "core" / "text.js").read_text()
CODES = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
# Format characters that have a form of their own: signs before numbers, and hieroglyph joiners.
SEEN = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
SEEN |= set(range(0x13430, 0x13440))
FILLERS = {0x115F, 0x1160, 0x3164, 0xFFA0}  # letters without a form, in Hangul syllables


def shown(code: int) -> str:
    return f"‹U+{code:04X}›"


def members(characters: str) -> set[int]:
    """The code points of a class of characters, as it stands in a regular expression."""
    pattern = re.compile(f"[{characters}]")
    return {code for code in CODES if pattern.match(chr(code))}


@pytest.mark.parametrize("name", ["HIDDEN", "SHAPING", "BLANKS"])
def test_the_player_has_the_same_characters(name: str) -> None:
    found = re.search(rf"const {name} =([^;]+);", PLAYER)
    assert found is not None
    parts = "".join(re.findall("String.raw`([^`]+)`", found[1]))
    theirs = re.sub(r"\\u\{(\w+)\}", lambda code: rf"\U{code[1]:0>8}", parts)
    assert members(theirs) == members(getattr(text, name))


def test_whatever_has_no_form_of_its_own_is_shown() -> None:
    for code in CODES:
        character = chr(code)
        kind = unicodedata.category(character)
        if code in (0x09, 0x0A) or code in SEEN:
            assert visible(character, cells=True) == character
        elif kind in ("Cc", "Cf", "Zl", "Zp"):
            assert visible(character, cells=True) == shown(code)
            assert label(character.encode()) == shown(code)
        elif kind == "Zs" and code != 0x20:
            assert label(character.encode()) == shown(code)
            assert visible(character) == character
        elif kind[0] in "LNPS" and code not in FILLERS:
            assert visible(character, cells=True) == character
            assert label(character.encode()) == character


def test_text_keeps_what_shapes_it_and_columns_do_not() -> None:
    family = "👩\u200d🚀 ❤\ufe0f"
    assert visible(family) == family
    assert visible(family, cells=True) == "👩‹U+200D›🚀 ❤‹U+FE0F›"
    assert visible("a\u202eb\u0000\n\tc") == "a‹U+202E›b‹U+0000›\n\tc"


def test_labels_name_what_is_no_text() -> None:
    assert [label(token) for token in (b" fox", b"\n", b"\t", b"", None)] == [
        "␣fox",
        "⏎",
        "⇥",
        "‹empty›",
        "‹unknown›",
    ]
    assert label(b"\xe2\x80") == "‹E2 80›"
    assert label(b"\xff" * 9) == f"‹{' '.join(['FF'] * 8)} …›"
