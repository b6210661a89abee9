"""Recordings for the tests of the site: scripted distributions over a few words, but the real loop,
writer and audit.
"""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from small_models import SmallModel, Ticker, settings

from specrecord.decoding.loop import autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.events import Event, Fault, Mark
from specrecord.header import Header
from specrecord.models.base import Logits
from specrecord.recording.intern import Interner
from specrecord.recording.writer import RecordingWriter

WORDS = (
    " the fox| a lantern| finds| blue| and| Ivy| picked| up| key| was| rain|ing|.| She| said| "
    "“where”| did|ö|€|\n"
).split("|")
PROMPT = [0, 2, 1]
HOSTILE = [
    "</script><script>alert(1)</script>",
    "\u202eabc",
    "\x00\x1b[31m",
    "<b onclick=x>",
    "&amp;",
    "{{ 7*7 }}",
]

# What a stranger may write wherever a recording holds text.
CANARY = (
    "\"'><script>window.__c=1</script><img src=x onerror='window.__c=2'>{{7*7}}]]>--></title>"
    "\u202e\u2066\x1b[31m\x1b]0;owned\x07\x9b2J\x00\u2028 javascript:alert(1) https://u:p@h.example"
)


class WordModel(SmallModel):
    """Looks at the last two tokens only; `drift` is how far this model strays from what it shares
    with others.
    """

    def __init__(self, seed: int, drift: float, vocabulary: int) -> None:
        super().__init__(seed, vocabulary, context=4096)
        self.drift = drift

    def next_logits(self, context: Sequence[int]) -> Logits:
        key = zlib.crc32(repr(list(context[-2:])).encode())
        shared = np.random.default_rng([key]).normal(0, 2.4, self.vocabulary)
        own = np.random.default_rng([self.seed, key]).normal(0, self.drift, self.vocabulary)
        return (shared + own).astype(np.float32)


class SlowTicker(Ticker):
    """A clock on which every reading takes a little longer than the one before, up to a
    millisecond.
    """

    def __call__(self) -> int:
        self.time += 40 + self.time * 7919 % 400
        return self.time


def word_header(words: list[str], plain: Any, **changes: Any) -> Header:
    values = {
        "tool": "specrecord 0.1.0",
        "start": "2026-01-02T03:04:05Z",
        "title": "A fox finds a lantern",
        "command": "specrecord live 'the fox finds a lantern' --seed 7",
        "prompt": {
            "sha256": "0" * 64,
            "tokens": 3,
            "text": "".join(words[i] for i in PROMPT),
            "ids": PROMPT,
        },
        "chat": False,
        "k": plain.k,
        "temperature": plain.sampling.temperature,
        "top_k": 0,
        "top_p": 1.0,
        "seed": 7,
        "max_tokens": plain.max_tokens,
        "stop": [],
        "rule": plain.rule,
        "tree": "chain",
        "law": plain.sampling.name,
        "draft": {"name": "words:draft", "backend": "script", "parameters": 12},
        "target": {"name": "words:target", "backend": "script", "parameters": 120},
        "evidence": plain.capture.header,
        "clock": {"name": "ticker", "resolution_us": 1.0},
        "machine": {
            "chip": "none",
            "cores": 1,
            "memory_gib": 1,
            "system": "test",
            "python": "3",
            "libraries": {},
        },
        "round_trip_us": None,
        "simulated": ["scripted distributions for tests"],
        **changes,
    }
    return Header.from_map(values)


def write_run(
    path: Path,
    *,
    words: list[str] = WORDS,
    seed: int = 7,
    k: int = 4,
    max_tokens: int = 60,
    baseline: bool = True,
    header: dict[str, Any] | None = None,
    extra: Sequence[Event] = (),
) -> Path:
    """Record one run at `path`; `header` changes the header, `extra` events stand before the
    seal.
    """
    words = [*words]
    pieces = [word.encode() for word in words]
    plain = settings(k=k, max_tokens=max_tokens, token_bytes=pieces.__getitem__)
    drafter, target = WordModel(1, 0.9, len(words)), WordModel(2, 0.2, len(words))
    now, interner = SlowTicker(), Interner(plain.token_bytes)
    with RecordingWriter(
        path, word_header(words, plain, **{"seed": seed, **(header or {})})
    ) as writer:
        writer.extend(interner.spell(set(PROMPT), 0))
        tracks = [
            speculate(
                drafter,
                target,
                PROMPT,
                plain,
                now=now,
                rng=SeededRng(np.random.default_rng([seed, 0])),
            )
        ]
        if baseline:
            rng = SeededRng(np.random.default_rng([seed, 1]))
            tracks.append(autoregress(target, PROMPT, plain, now=now, rng=rng))
        for track in tracks:
            for event in track:
                writer.extend(interner([event]))
        writer.extend(extra)
        writer.finish(max([now(), *[event.time for event in extra]]))
    return path


def canary_run(path: Path) -> Path:
    """A run that holds `CANARY` in every text of its header and events that an audit cannot hold
    to others.
    """
    words = [*WORDS, *HOSTILE, CANARY, "=1+1", "+1", "-1", "@x", "\t=1"]
    model = {"backend": CANARY, "model": CANARY, "revision": CANARY, "details": {CANARY: CANARY}}
    machine = {"chip": CANARY, "system": CANARY, "python": CANARY, "libraries": {CANARY: CANARY}}
    header = {
        "title": CANARY,
        "tool": CANARY,
        "start": CANARY,
        "command": CANARY,
        "draft": {"name": CANARY, **model},
        "target": {"name": CANARY, **model},
        "stop": [f"{CANARY}, never written"],
        "clock": {"name": CANARY, "resolution_us": 1.0},
        "machine": {**machine, "cores": 1, "memory_gib": 1},
        "simulated": [CANARY],
    }
    extra = [fault(10**6, CANARY), Mark(10**6, CANARY, CANARY)]
    return write_run(path, words=words, header=header, extra=extra)


def fault(time: int, detail: str) -> Fault:
    """A fault in round 1."""
    return Fault(time, "time-out", detail, 1)
