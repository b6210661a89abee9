"""Files cut at every byte, and what a power cut puts behind the cut: zeros or garbage. What was
whole before it is read, and nothing else.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import accumulate

from specrecord.errors import NotARecordingError, RecordingError
from specrecord.events import End
from specrecord.recording.reader import Recording, parse_recording
from tools.torture.attack import Attack, Fault
from tools.torture.bases import bases

_ZEROS = (1, 5, 16, 64, 4096)
_TOKENS = 3  # of each recording that is cut


def nothing(cut: int, rng: random.Random) -> bytes:
    """What a kill leaves behind a cut."""
    return b""


def zeros(cut: int, rng: random.Random) -> bytes:
    """What a power cut leaves behind one."""
    return bytes(_ZEROS[cut % len(_ZEROS)])


def garbage(cut: int, rng: random.Random) -> bytes:
    """What a disk leaves behind one."""
    return rng.randbytes(rng.choice((1, 4, 8, 40)))


def tail_attacks() -> list[Attack]:
    """A cut at every byte of every recording, with each kind of tail."""
    found = bases(_TOKENS)
    sealed = [data for name, data in found.items() if name != "old"]  # "old" has no checksums
    return [
        _attack("cuts", list(found.values()), nothing),
        _attack("zero tails", sealed, zeros),
        _attack("garbage tails", sealed, garbage),
    ]


def _attack(name: str, files: list[bytes], tail: Callable[[int, random.Random], bytes]) -> Attack:
    return Attack(name, sum(map(len, files)), 2000, partial(attack_tails, files, tail))


def attack_tails(
    files: list[bytes],
    tail: Callable[[int, random.Random], bytes],
    numbers: range,
    rng: random.Random,
) -> Iterator[Fault]:
    """A number is a byte, counted through all files."""
    for data, end in zip(files, accumulate(map(len, files)), strict=True):
        first = end - len(data)
        cuts = range(max(first, numbers.start), min(end, numbers.stop), numbers.step)
        whole = parse_recording(data) if cuts else None
        for number in cuts:
            assert whole is not None
            cut = number - first
            left = data[:cut] + tail(cut, rng)
            if line := wrong(whole, data, cut, left):
                yield Fault("tails misread", f"at byte {cut} of {len(data)}: {line}", left)


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
    if size > count and isinstance(found.events[-1], End) and not found.complete:
        size -= 1  # a seal that does not hold, and is told to
    if size != count:
        return f"{size} events of {count} that were whole"
    if list(found.offsets[: count + 1]) != list(whole.offsets[: count + 1]):
        return "other events than were written"
    return "whole" if found.complete else None
