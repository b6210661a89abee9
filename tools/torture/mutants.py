"""Mutants of a recording that know its structure: a field of an event or of the header is changed,
events are dropped, doubled and swapped, lengths lie, values nest; and bytes are changed as a disk
or a network changes them. Many are sealed anew, so that nothing but their content is wrong.
"""

import gzip
import hashlib
import math
import random
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgpack

from specrecord.recording.format import DIGEST_SIZE, checksums, pack_unsealed
from specrecord.recording.reader import parse_recording

_NUMBERS = (
    0, 1, -1, 2, 127, 128, 255, 256, 2**16, 2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**63,
    2**64 - 1, -(2**31), -(2**63), 0.0, -0.0, 0.5, 1.0, 1.0000001, -1e-9, 1e-300, 1e300, -1e9,
    math.inf, -math.inf, math.nan, 10**9, 4096, 4097, 65535, 65536,
)  # fmt: skip
_WORDS = ("", "accepted", "draft", "target", "bonus", "end", "check", "eos", "x" * 70, "\x1b[31m")
_KINDS = (
    "lane", "token", "prefill", "round", "draft", "verify", "verdict", "emit", "law", "finish",
    "fault", "mark", "end", "check", "weather", "", "x" * 65,
)  # fmt: skip
_STRANGE = (
    b"\xc1", b"\xc7\x01\x05a", b"\xd4\x05a", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\x91" * 70 + b"\xc0", b"\x81\x01\x02",
    b"\xa1\xff", b"\xa3\xed\xa0\x80", b"\x81\xa1a\xa1b", b"\xca\x7f\xc0\x00\x00",
    b"\xdc\x00\x01\xc0",
    b"\x92\xa4mark\xcc\x01", b"\xdc\x00\x03\xa4mark\x01\xa1m", b"\x00", b"\x00" * 40,
)  # fmt: skip


class Mutator:
    """Makes mutants of recordings, each a function of the random numbers alone."""

    def __init__(self, files: list[bytes], rng: random.Random) -> None:
        self.rng = rng
        self.parts = []
        for data in files:
            found = parse_recording(data)
            events = [data[start:end] for start, end in pairwise(found.offsets)]
            self.parts.append((data, found.header_map, events))

    def __iter__(self) -> Iterator[bytes]:
        while True:
            data, header, events = self.rng.choice(self.parts)
            data = self.of_structure(header, list(events))
            if self.rng.random() < 0.3:
                data = self.of_bytes(data)
            if self.rng.random() < 0.03:
                data = self.of_gzip(data)
            yield data

    def of_structure(self, header: dict[str, Any], events: list[bytes]) -> bytes:
        """One to three changes of the header or of events."""
        rng, first = self.rng, msgpack.packb(header)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            if rng.random() < 0.25:
                first = msgpack.packb(self.changed_map(msgpack.unpackb(first), 2))
            else:
                self.of_events(events)
        if rng.random() < 0.6:
            return self.sealed(first, events)
        return first + b"".join(events)

    def of_events(self, events: list[bytes]) -> None:
        rng, at = self.rng, self.rng.randrange(len(events))
        what = rng.random()
        if what < 0.7:
            events[at] = self.changed_event(events[at])
        elif what < 0.78:
            del events[at]
        elif what < 0.84:
            events.insert(at, events[rng.randrange(len(events))])
        elif what < 0.9:
            other = rng.randrange(len(events))
            events[at], events[other] = events[other], events[at]
        else:
            events.insert(at, rng.choice(_STRANGE))
        if not events:
            events.append(rng.choice(_STRANGE))

    def changed_event(self, packed: bytes) -> bytes:
        rng = self.rng
        try:
            values = msgpack.unpackb(packed, strict_map_key=False)
        except (ValueError, msgpack.UnpackException):
            return packed
        if not isinstance(values, list) or not values:
            return packed
        what, at = rng.random(), rng.randrange(len(values))
        if what < 0.8:
            values[at] = self.changed(values[at])
        elif what < 0.88:
            del values[at:]
        elif what < 0.94:
            values.insert(at, self.anything())
        else:
            values.append(self.anything())
        if rng.random() < 0.05:
            values[:1] = [rng.choice(_KINDS)]
        return msgpack.packb(values)

    def changed_map(self, values: Any, deep: int) -> Any:
        rng = self.rng
        if not isinstance(values, dict) or not values:
            return self.changed(values)
        key = rng.choice(sorted(values, key=str))
        if rng.random() < 0.1:
            del values[key]
        elif deep and isinstance(values[key], dict) and rng.random() < 0.8:
            values[key] = self.changed_map(values[key], deep - 1)
        else:
            values[key] = self.changed(values[key])
        return values

    def changed(self, value: Any) -> Any:
        """Another value: near the old one, or anything."""
        rng = self.rng
        if rng.random() < 0.4:
            return self.anything()
        if isinstance(value, bool) or value is None:
            return rng.choice((True, False, None))
        if isinstance(value, int):
            return max(-(2**63), min(2**64 - 1, value + rng.choice((-1, 1, 2, 100, -100))))
        if isinstance(value, float):
            return value * rng.choice((0.5, 0.999, 1.001, 2, -1)) + rng.choice((0, 1e-9, 0.01))
        if isinstance(value, bytes):
            return self.of_bytes(value) if value else b"\0"
        if isinstance(value, list):
            return [*value[: rng.randrange(len(value) + 1)], self.anything()]
        return rng.choice(_WORDS)

    def anything(self, deep: int = 3) -> Any:
        rng = self.rng
        what = rng.random()
        if what < 0.5:
            return rng.choice(_NUMBERS)
        if what < 0.65:
            return rng.choice(_WORDS)
        if what < 0.75:
            return rng.randbytes(rng.choice((0, 1, 4, 8, 31, 32, 40)))
        if what < 0.85 or not deep:
            return rng.choice((None, True, False))
        if what < 0.93:
            return [self.anything(deep - 1) for _ in range(rng.randrange(3))]
        key: Any = rng.choice(("a", "name", 1, b"b"))
        return {key: self.anything(deep - 1)}

    def of_bytes(self, data: bytes) -> bytes:
        """Bytes flipped, cut out, put in, cut off, filled up."""
        rng, found = self.rng, bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            if not found:
                break
            at, what = rng.randrange(len(found)), rng.random()
            if what < 0.4:
                found[at] ^= 1 << rng.randrange(8)
            elif what < 0.55:
                del found[at : at + rng.randrange(1, 9)]
            elif what < 0.7:
                found[at:at] = rng.choice((rng.randbytes(rng.randrange(1, 9)), *_STRANGE))
            elif what < 0.85:
                found[at:] = bytes(rng.choice((0, 1, 3, 64))) or rng.randbytes(rng.choice((0, 7)))
            else:
                size = rng.choice((1, 2, 4, 16))
                found[at : at + size] = bytes(size)
        return bytes(found)

    def of_gzip(self, data: bytes) -> bytes:
        packed = gzip.compress(data, 1, mtime=0)
        what = self.rng.random()
        if what < 0.3:
            return packed
        if what < 0.5:
            return self.of_bytes(packed)
        if what < 0.7:
            return packed + self.rng.choice((b"\0", b"tail", packed, bytes(100)))
        return packed[: self.rng.randrange(len(packed))]

    @staticmethod
    def sealed(first: bytes, events: list[bytes]) -> bytes:
        """The same file with a seal of its own, if it ends with one."""
        try:
            last = msgpack.unpackb(events[-1], strict_map_key=False)
            _, time, reason = last[:3]
            body = first + b"".join(events[:-1])
            body += pack_unsealed(time, reason, checksums(events[:-1]), len(events) - 1)
        except (ValueError, TypeError, struct.error, msgpack.UnpackException, OverflowError):
            return first + b"".join(events)
        return body + hashlib.sha256(body).digest() if len(events[-1]) > DIGEST_SIZE else body
