"""A scripted run: what it is asked to be, its tokens, its header, and its random distributions."""

import hashlib
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.events import pack_top
from specrecord.header import Header

Distribution = NDArray[np.float64]
WORDS = [
    *[
        " the",
        " a",
        " fox",
        " lantern",
        " river",
        " finds",
        " carries",
        " under",
        " over",
        " bright",
        " small",
        " quiet",
        " old",
        " and",
        " then",
    ],
    *[" she", " he", " it", " was", " is", " to", " of", " in", " with", " light"],
    *(".", ","),
    *[
        " until",
        " home",
        " garden",
        " stone",
        " moon",
        " cloud",
        " laughed",
        " sang",
        "ing",
        "ed",
        "s",
        " again",
        "\n",
        "!",
        " “",
        "”",
    ],
]
HOSTILE = [
    "</script><b>x</b>",
    "\u202egnp.exe",
    "\u0007\u001b[31m",
    "<img src=x onerror=alert(1)>",
    "é",
    "\u200b",
    "x" * 10_000,
]
HALVES = [b"\xe2", b"\x82\xac", b"\xf0\x9f", b"\xa6\x8a", b"\xff"]


@dataclass
class Script:
    """What to make. `events` stops a run once that many are written; `rounds` after that many
    rounds.
    """

    rounds: int = 40
    k: int = 4
    rule: str = "standard"
    seed: int = 7
    vocabulary: int = 44
    temperature: float = 0.7
    baseline: bool = True
    hostile: bool = False
    remote: bool = False
    evidence: bool = True
    agreement: float = 0.75
    events: int | None = None
    clock: int = 0
    made: int = field(default=0)


def token_table(script: Script) -> list[bytes]:
    """Bytes of every token id."""
    table = [word.encode() for word in WORDS]
    if script.hostile:
        table[4:4] = [text.encode() for text in HOSTILE] + HALVES
    return table[: max(script.vocabulary, 8)]


def header(script: Script) -> Header:
    """A header with every key of the format."""

    def model(name: str) -> dict[str, Any]:
        return {
            "name": name,
            "backend": "scripted",
            "model": name,
            "vocabulary": "scripted",
            "context": 10**8,
        }

    text = b"".join(token_table(script)[:4]).decode()
    digest = hashlib.sha256(text.encode()).hexdigest()
    values = {
        "tool": "make_fixture",
        "start": "2026-01-01T00:00:00Z",
        "title": "A scripted run",
        "prompt": {"sha256": digest, "tokens": 4, "text": text, "ids": [0, 1, 2, 3]},
        "chat": False,
        **{
            "k": script.k,
            "temperature": script.temperature,
            "top_k": 0,
            "top_p": 1.0,
            "seed": script.seed,
        },
        **{"stop": [], "rule": script.rule, "tree": "chain"},
        "law": f"softmax T={script.temperature}",
        "draft": model("scripted:draft"),
        "target": model("scripted:target"),
        "evidence": {"mode": "top" if script.evidence else "none", "n": 10, "of": "law"},
        "clock": {"name": "scripted", "resolution_us": 1},
        "machine": {"chip": "none", "cores": 1, "system": "none"},
        "round_trip_us": 4000 if script.remote else None,
        "simulated": ["scripted laws for tests"],
    }
    return Header.from_map(values)


def raw_logprob(script: Script, row_probs: Distribution, token: int) -> float:
    """A token's log-probability at temperature 1, of a distribution at the script's."""
    mass = float((row_probs**script.temperature).sum())
    return script.temperature * math.log(row_probs[token]) - math.log(mass)


def entropy(row_probs: Distribution) -> float:
    return float(-(row_probs[row_probs > 0] * np.log(row_probs[row_probs > 0])).sum())


def top(script: Script, row_probs: Distribution) -> bytes | None:
    if not script.evidence:
        return None
    order = np.argsort(-row_probs, kind="stable")[:10]
    order = order[row_probs[order] >= 1e-6]
    return pack_top(order, row_probs[order])


def draw(row_probs: Distribution, uniform: float) -> tuple[int, float]:
    """The token whose interval holds `uniform`, and where that interval begins."""
    edges = np.cumsum(row_probs)
    token = min(int(np.searchsorted(edges, uniform, side="right")), len(row_probs) - 1)
    while row_probs[token] == 0:
        token -= 1
    return token, float(edges[token] - row_probs[token])


def probs(script: Script, rng: np.random.Generator, size: int) -> tuple[Distribution, Distribution]:
    """A draft law and a target law that agree more or less."""
    shared = rng.normal(size=size) * 2.2
    away = (1 - script.agreement) * 3.0
    pair = [shared + rng.normal(size=size) * spread for spread in (away, away * 0.4)]
    draft, target = (np.exp(logits - logits.max()) for logits in pair)
    return draft / draft.sum(), target / target.sum()


class Ticks:
    """A scripted clock: `pass_between` moves it on by a random span and returns the span."""

    def __init__(self, rng: np.random.Generator, now: int) -> None:
        self.rng, self.now = rng, now

    def pass_between(self, low: int, high: int) -> int:
        span = int(self.rng.integers(low, high))
        self.now += span
        return span
