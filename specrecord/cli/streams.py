"""Standard input, output and error as Unix users expect them: closed ones fail when they are used
and are never taken for a file, and what nobody takes is given up without a word.
"""

import os
import sys
from contextlib import suppress

_PIECE = 1 << 15  # bytes, less than a pipe holds
# A closed one gets a descriptor on which what it is for fails, as on a closed one. Left free, the
# number would be given to the next file that is opened, which would then be written into.
_CLOSED = {0: os.O_WRONLY, 1: os.O_RDONLY, 2: os.O_RDWR}


def open_streams() -> None:
    """Put something in the place of each standard stream that is closed."""
    for number, flags in _CLOSED.items():
        try:
            os.fstat(number)
        except OSError:
            descriptor = os.open(os.devnull, flags)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.set_inheritable(number, True)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115  # as long as the process
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def write_data(data: bytes) -> None:
    """Data on standard output. In pieces, since Python takes a part of a large one that a pipe took
    for the whole. Raises OSError.
    """
    sys.stdout.flush()
    for place in range(0, len(data), _PIECE):
        sys.stdout.buffer.write(data[place : place + _PIECE])
    sys.stdout.buffer.flush()


def give_up_unwritten() -> None:
    """Drop what standard output did not take, so that the interpreter does not try again."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(nowhere, 1)
        os.close(nowhere)
