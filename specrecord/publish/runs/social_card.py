"""The picture that a link to a run shows elsewhere: its first rounds as a PNG of 1200 by 630, drawn
without a font.

Most places that show such pictures take no SVG. Pixels are indices into a palette of seven colours,
each in eight steps from the page's own colour, which keeps a picture small and quick to make.
"""

import struct
import zlib
from functools import lru_cache

import deflate
import numpy as np
from numpy.typing import NDArray

from specrecord.publish.runs.round_strip import extent, marks
from specrecord.recording.rounds import Round

_WIDE, _TALL, _MARGIN = 1200, 630, 84
_STEPS = 8
_FINE = 4  # samples a pixel and axis
_LEVEL = 6  # of compression
_PAGE: tuple[int, ...] = (0xFB, 0xFA, 0xF7)
_COLOURS = {
    "accepted": (0x1A, 0x7F, 0x4B),
    "rejected": (0xC3, 0x36, 0x2B),
    "resampled": (0xB5, 0x62, 0x0B),
    "bonus": (0x25, 0x63, 0xC9),
    "untested": (0x7D, 0x85, 0x8F),
    "ground": (0x5A, 0x63, 0x6D),
}
_KINDS = list(_COLOURS)
_ROUNDS = 24  # at most; fewer are drawn larger
_LARGEST = 44  # pixels between neighbours

Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]
Inside = NDArray[np.bool_]


def card_png(rounds: list[Round]) -> bytes:
    """The card of a run: each column a round, gains above the line, losses below."""
    shown = rounds[:_ROUNDS]
    up, down = extent(shown)
    fits = (
        (_WIDE - 2 * _MARGIN) // max(1, len(shown)),
        (_TALL - 2 * _MARGIN) // (up + down + 1),
        _LARGEST,
    )
    step = min(fits)
    left = (_WIDE - step * len(shown)) // 2
    ground = (_TALL - step * (up + down)) // 2 + step * up
    pixels: Pixels = np.zeros((_TALL, _WIDE), np.uint8)
    pixels[ground - 1 : ground + 1, left : left + step * len(shown)] = _index("ground", _STEPS // 2)
    for column, one in enumerate(shown):
        x = left + column * step + step // 2
        gained, lost = marks(one)
        for height, kind in enumerate(gained):
            _stamp(pixels, kind, x, ground - step // 2 - height * step, step)
        for depth, kind in enumerate(lost):
            _stamp(pixels, kind, x, ground + step // 2 + depth * step, step)
    return _png(pixels)


def _index(kind: str, step: int) -> int:
    return 0 if step == 0 else 1 + _KINDS.index(kind) * _STEPS + step - 1


def _stamp(pixels: Pixels, kind: str, x: int, y: int, step: int) -> None:
    mask = _mask(kind, step)
    top, left = y - step // 2, x - step // 2
    region = pixels[top : top + step, left : left + step]
    np.copyto(
        region,
        mask[: region.shape[0], : region.shape[1]],
        where=mask[: region.shape[0], : region.shape[1]] > 0,
    )


@lru_cache
def _mask(kind: str, step: int) -> Pixels:
    """Palette indices of one mark in a square of `step` pixels."""
    axis = (np.arange(step * _FINE) + 0.5) / (step * _FINE) * 2 - 1
    inside = _inside(kind, *np.meshgrid(axis, axis))
    cover = inside.reshape(step, _FINE, step, _FINE).mean(axis=(1, 3))
    level = np.rint(cover * _STEPS).astype(np.uint8)
    indices: Pixels = np.where(level > 0, _index(kind, 1) + level - 1, 0).astype(np.uint8)
    return indices


def _inside(kind: str, x: Points, y: Points) -> Inside:
    """Which points of the square [-1, 1] belong to a mark: disc, cross, diamond, star, ring."""
    radius = np.hypot(x, y)
    # A five-pointed star: within one point's sector the edge is a straight line between two radii.
    angle = np.abs((np.arctan2(x, -y) + np.pi / 5) % (2 * np.pi / 5) - np.pi / 5)
    outer, inner, half = 0.92, 0.42, np.pi / 5
    edge = outer * inner * np.sin(half) / (outer * np.sin(angle) + inner * np.sin(half - angle))
    marks: dict[str, Inside] = {
        "accepted": radius < 0.66,
        "rejected": (np.minimum(np.abs(x - y), np.abs(x + y)) < 0.2)
        & (np.maximum(np.abs(x), np.abs(y)) < 0.6),
        "resampled": np.abs(x) + np.abs(y) < 0.86,
        "bonus": radius < edge,
        "untested": (radius < 0.58) & (radius > 0.42),
    }
    return marks[kind]


def _png(pixels: Pixels) -> bytes:
    palette = [
        _PAGE,
        *[_mixed(colour, step) for colour in _COLOURS.values() for step in range(1, _STEPS + 1)],
    ]
    rows = np.zeros((_TALL, _WIDE + 1), np.uint8)  # each row begins with its filter, 0: none
    rows[:, 1:] = pixels
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", _WIDE, _TALL, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(value for colour in palette for value in colour)),
        (b"IDAT", bytes(deflate.zlib_compress(rows.tobytes(), _LEVEL))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _mixed(colour: tuple[int, ...], step: int) -> tuple[int, ...]:
    """The page's colour, `step` eighths of the way to another."""
    return tuple(round(a + (b - a) * step / _STEPS) for a, b in zip(_PAGE, colour, strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
