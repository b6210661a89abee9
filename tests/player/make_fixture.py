"""Makes recordings of any size from scripted laws, for the player's tests and benchmarks:
consistent, but invented.

Every law is random and small; intervals, coins, verdicts and residuals follow docs/format.md, so
that
`specrecord audit` finds nothing. The header says `simulated`, and the player shows it.

    python tests/player/make_fixture.py OUT.specrec --rounds 40 --k 4 --rule standard --baseline
"""

import argparse
import hashlib
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.events import (
    Draft,
    Emit,
    Event,
    Finish,
    Mark,
    Prefill,
    RoundBegin,
    Token,
    TrackBegin,
    Verdict,
    Verify,
    pack_top,
)
from specrecord.header import Header
from specrecord.recording.writer import RecordingWriter

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


def run_events(script: Script) -> Iterator[Event]:
    """Every event of the run, in order."""
    rng = np.random.default_rng(script.seed)
    table, clock = token_table(script), Ticks(rng, script.clock)
    clock.pass_between(50, 90)
    yield TrackBegin(clock.now, "speculative")
    yield from (Token(clock.now, token, data) for token, data in enumerate(table))
    for side, low, high in (("draft", 200, 300), ("target", 700, 900)):
        span = clock.pass_between(low, high)
        yield Prefill(clock.now, span, side, 4)
    position = index = size = 0
    drafted: list[int] = []
    while index < script.rounds and (script.events is None or script.made < script.events):
        for event in round_events(script, rng, clock, len(table), index, position):
            match event:
                case RoundBegin():
                    drafted = []
                case Draft():
                    drafted.append(event.token)
                case Emit() | Verdict(fate="accepted"):
                    token = event.token if isinstance(event, Emit) else drafted[event.node]
                    position, size = position + 1, size + len(table[token])
            yield event
        index += 1
        if index == 3:
            yield Mark(clock.now, "the third round", "a speaker's note")
    clock.pass_between(3, 9)
    yield Finish(clock.now, "length", position, size)
    if script.baseline:
        yield from baseline_events(script, rng, table, clock.now, min(position, 400))


def round_events(
    script: Script,
    rng: np.random.Generator,
    clock: Ticks,
    vocabulary: int,
    index: int,
    position: int,
) -> Iterator[Event]:
    """One round: drafts, a pass of the target, verdicts and the round's own token."""
    clock.pass_between(8, 20)
    yield RoundBegin(clock.now, index, position, script.k)
    pairs, drafts = [], []
    for node in range(script.k):
        pairs.append(probs(script, rng, vocabulary))
        row_probs = pairs[-1][0]
        uniform = float(rng.random())
        token, low = draw(row_probs, uniform)
        prob = float(row_probs[token])
        span = clock.pass_between(90, 160)
        seen = (
            raw_logprob(script, row_probs, token),
            uniform,
            low,
            entropy(row_probs),
            top(script, row_probs),
        )
        drafts.append(Draft(clock.now, span, node, node - 1, token, prob, *seen))
        yield drafts[-1]
    pairs.append(probs(script, rng, vocabulary))
    span = clock.pass_between(500, 800) + (clock.pass_between(3500, 4500) if script.remote else 0)
    yield Verify(clock.now, span, script.k + 1, *((200, 3000) if script.remote else ()))
    for event in judge(script, rng, drafts, pairs, clock.now):
        clock.pass_between(0, 2)
        yield event


def judge(
    script: Script,
    rng: np.random.Generator,
    drafts: list[Draft],
    pairs: list[tuple[Distribution, Distribution]],
    now: int,
) -> Iterator[Verdict | Emit]:
    """Verdicts in node order, then the round's own token."""
    stopped: tuple[int, float] | None = None
    for node, draft in enumerate(drafts):
        draft_probs, target_probs = pairs[node]
        share = float(target_probs[draft.token])
        seen = (
            raw_logprob(script, target_probs, draft.token),
            None,
            None,
            None,
            None,
            entropy(target_probs),
            top(script, target_probs),
        )
        if stopped is not None:
            yield Verdict(now, node, "untested", share, *seen)
            continue
        uniform = float(rng.random())
        overlap = float(np.minimum(draft_probs, target_probs).sum())
        low = None
        if script.rule == "match":
            low = float(np.cumsum(target_probs)[draft.token] - share)
            accept, passed = share, low <= uniform < low + share
        else:
            accept = min(1.0, share / draft.prob)
            passed = uniform < accept
        fate = "accepted" if passed else "rejected"
        yield Verdict(
            now,
            node,
            fate,
            share,
            raw_logprob(script, target_probs, draft.token),
            accept,
            uniform,
            low,
            overlap,
            entropy(target_probs),
            top(script, target_probs),
        )
        if not passed:
            stopped = (node, uniform)
    node = len(drafts) if stopped is None else stopped[0]
    draft_probs, target_probs = pairs[node]
    row_probs, uniform = target_probs, float(rng.random())
    if stopped is not None and script.rule == "standard":
        row_probs = np.maximum(0, target_probs - draft_probs)
        row_probs /= row_probs.sum()
    elif stopped is not None:
        uniform = stopped[1]
    token, low = draw(row_probs, uniform)
    share = float(row_probs[token])
    bonus = stopped is None
    yield Emit(
        now,
        "bonus" if bonus else "resampled",
        token,
        uniform,
        low,
        low + share,
        share,
        float(target_probs[token]),
        None if bonus else float(draft_probs[token]),
        raw_logprob(script, target_probs, token),
        *((entropy(target_probs), top(script, target_probs)) if bonus else (None, None)),
    )


def baseline_events(
    script: Script, rng: np.random.Generator, table: list[bytes], now: int, tokens: int
) -> Iterator[Event]:
    """The same target without a draft, in its own lane."""
    now, size = now + 100, 0
    yield TrackBegin(now, "autoregressive")
    for index in range(tokens):
        now += int(rng.integers(5, 12))
        yield RoundBegin(now, index, index, 0)
        span = int(rng.integers(480, 720))
        now += span
        yield Verify(now, span, 1)
        row_probs = probs(script, rng, len(table))[1]
        uniform = float(rng.random())
        token, low = draw(row_probs, uniform)
        share, size = float(row_probs[token]), size + len(table[token])
        yield Emit(
            now,
            "bonus",
            token,
            uniform,
            low,
            low + share,
            share,
            share,
            None,
            raw_logprob(script, row_probs, token),
            entropy(row_probs),
            top(script, row_probs),
        )
    yield Finish(now, "length", tokens, size)


def write(path: Path, script: Script) -> int:
    """Write the recording; returns how many events it has."""
    with RecordingWriter(path, header(script), overwrite=True) as writer:
        last, batch = 0, []
        for event in run_events(script):
            batch.append(event)
            script.made += 1
            last = event.time
            if len(batch) == 1000:
                writer.extend(batch)
                batch = []
        writer.extend(batch)
        writer.finish(last)
        return writer.events + 1


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument(
        "--events", type=int, help="about this many events instead of a number of rounds"
    )
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--rule", choices=("standard", "match"), default="standard")
    parser.add_argument("--seed", type=int, default=7)
    for name in ("baseline", "hostile", "remote"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    rounds = 10**9 if options.events else options.rounds
    script = Script(
        rounds=rounds, events=options.events, k=options.k, rule=options.rule, seed=options.seed
    )
    script.baseline, script.hostile, script.remote = (
        options.baseline,
        options.hostile,
        options.remote,
    )
    sys.stderr.write(f"{options.out}: {write(options.out, script)} events\n")


if __name__ == "__main__":
    main()
