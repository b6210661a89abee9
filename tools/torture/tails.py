"""Files cut at every byte, and what a power cut puts behind the cut: zeros or garbage. What was
whole before it is read, and nothing else.
"""

import random
from collections.abc import Iterator

from specrecord.errors import NotARecordingError, RecordingError
from specrecord.events import End
from specrecord.recording.reader import Recording, parse_recording

_ZEROS = (1, 5, 16, 64, 4096)


def cuts(data: bytes, step: int = 1) -> Iterator[tuple[int, bytes]]:
    """A cut at every byte: where, and what is left."""
    for cut in range(0, len(data), step):
        yield cut, data[:cut]


def zero_tails(data: bytes, step: int = 1) -> Iterator[tuple[int, bytes]]:
    """After each cut, zeros."""
    for cut, left in cuts(data, step):
        yield cut, left + bytes(_ZEROS[cut % len(_ZEROS)])


def garbage_tails(data: bytes, step: int = 1) -> Iterator[tuple[int, bytes]]:
    """After each cut, random bytes."""
    rng = random.Random(5)
    for cut, left in cuts(data, step):
        yield cut, left + rng.randbytes(rng.choice((1, 4, 8, 40)))


def wrong(whole: Recording, data: bytes, cut: int, left: bytes) -> str | None:
    """What a reader should not say of what is left of a `whole` recording after a cut."""
    begins = whole.offsets[0]
    try:
        found = parse_recording(left)
    except NotARecordingError:
        return None if cut < begins else "not read at all"
    except RecordingError:
        return None if cut < begins else "its header is refused"
    if cut < begins:
        return None if not len(found.events) else "events of a header that is none"
    # What fills up a cut may be what was there.
    count = sum(left[:offset] == data[:offset] for offset in whole.offsets) - 1
    size = len(found.events)
    if size and isinstance(found.events[-1], End) and not found.complete:
        size -= 1  # a seal that does not hold, and is told to
    if size != count:
        return f"{size} events of {count} that were whole"
    if list(found.offsets[: count + 1]) != list(whole.offsets[: count + 1]):
        return "other events than were written"
    return "whole" if found.complete else None
