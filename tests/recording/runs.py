"""Small runs for the tests: random models over ten digits, but the real loop and the real
writer.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from small_models import SmallModel, Ticker, digits, settings

from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import Dynamic, Levels
from specrecord.events import (
    SPECULATIVE,
    STREAMING,
    Draft,
    Emit,
    Event,
    Finish,
    Prediction,
    RoundBegin,
    Token,
    TrackBegin,
    Verify,
)
from specrecord.header import Header, Model
from specrecord.recording.intern import Interner
from specrecord.recording.writer import RecordingWriter
from specrecord.shared_randomness import track_uniforms

PROMPT = [3, 1, 4]
HEADER_SEED = 7


def small_settings(**changes: Any) -> Settings:
    """K=3, 12 tokens, all evidence that fits."""
    return settings(**{"k": 3, "max_tokens": 12, **changes})


def small_header(plain: Settings) -> Header:
    """A header as the session writes it, for models that exist only in a test."""
    digest = hashlib.sha256(b"314").hexdigest()
    values = {
        "tool": "specrecord 0.1.0",
        "start": "2026-01-01T00:00:00Z",
        "prompt": {"sha256": digest, "tokens": len(PROMPT), "text": "314", "ids": PROMPT},
        "k": plain.k,
        "temperature": plain.sampling.temperature,
        "top_k": plain.sampling.top_k,
        "top_p": plain.sampling.top_p,
        "seed": HEADER_SEED,
        "max_tokens": plain.max_tokens,
        "stop": [one.decode() for one in plain.stop],
        "rule": plain.rule,
        "tree": plain.tree.name,
        "law": plain.sampling.name,
        "draft": {"name": "small:draft"},
        "target": {"name": "small:target"},
        "evidence": plain.capture.header,
        "simulated": ["random models for tests"],
    }
    return Header.from_map(values)


def small_events(plain: Settings, seed: int = 7, tracks: int = 2) -> Iterator[Event]:
    """Both tracks of a run, with the bytes of tokens."""
    drafter, target = SmallModel(seed, vocabulary=10), SmallModel(seed + 1, vocabulary=10)
    now, interner = Ticker(), Interner(digits)
    rngs = [SeededRng(track_uniforms(HEADER_SEED, track), HEADER_SEED) for track in range(2)]
    yield from interner.spell(set(PROMPT), 0)
    for event in speculate(drafter, target, PROMPT, plain, now=now, rng=rngs[0]):
        yield from interner([event])
    if tracks == 2:
        for event in autoregress(target, PROMPT, plain, now=now, rng=rngs[1]):
            yield from interner([event])


def small_recording(path: Path, seed: int = 7, tracks: int = 2, **changes: Any) -> Path:
    """Record a small run at `path`."""
    plain = small_settings(**changes)
    with RecordingWriter(path, small_header(plain), overwrite=True) as writer:
        time = 0
        for event in small_events(plain, seed, tracks):
            writer.append(event)
            time = event.time
        writer.finish(time)
    return path


def predicted_run(path: Path) -> Path:
    """Three tokens guessed, four written, two of the guess accepted; and the same alone."""
    pair = {"draft": Model(name="a"), "target": Model(name="b")}
    header = Header(rule="prediction", temperature=0.0, **pair)
    with RecordingWriter(path, header) as writer:
        writer.extend([Token(0, token, b"abcd"[token : token + 1]) for token in range(4)])
        writer.extend([TrackBegin(0, SPECULATIVE), RoundBegin(0, 0, 0, 3)])
        writer.extend(
            [Draft(10, 3, node, node - 1, node, 1.0, None, None, None) for node in range(3)]
        )
        for track, at, sent in ((SPECULATIVE, 20, 3), (STREAMING, 100, 0)):
            if not sent:
                writer.append(TrackBegin(at, track))
            for place in range(4):
                writer.append(RoundBegin(at, place + bool(sent), place, 0))
                writer.append(Verify(at + 5, 5, 1))
                at += 5 if sent else 10
                writer.append(Emit(at, "bonus", place, *[None] * 7))
            told = Prediction(at, 15, sent, 2 if sent else 0, 1 if sent else 0, 4)
            writer.extend([told, Finish(at, "length", 4, 4)])
        writer.finish(at, "complete")
    return path


VARIANTS: dict[str, dict[str, Any]] = {
    "standard": {},
    "match": {"rule": "match"},
    "greedy": {"sampling": SamplingParams(temperature=0), "capture": LogprobCapture(raw=True)},
    "truncated": {"sampling": SamplingParams(temperature=0.7, top_k=5, top_p=0.9)},
    "full": {"capture": LogprobCapture("full")},
    "none": {"capture": LogprobCapture("none")},
    "match-full": {"rule": "match", "capture": LogprobCapture("full")},
    "block": {"rule": "block", "k": 4, "capture": LogprobCapture(fine=True)},
    "block-full": {"rule": "block", "k": 4, "capture": LogprobCapture("full")},
    "gumbel": {"rule": "gumbel", "capture": LogprobCapture(fine=True)},
    "gumbel-tree-full": {
        "rule": "gumbel",
        "tree": Levels((2, 2, 1)),
        "capture": LogprobCapture("full"),
    },
    "specinfer": {"rule": "specinfer", "k": 2, "tree": Levels((3, 2))},
    "specinfer-full": {
        "rule": "specinfer",
        "k": 2,
        "tree": Levels((3, 2)),
        "capture": LogprobCapture("full"),
    },
    "rrs": {"rule": "rrs", "tree": Levels((3, 2, 1))},
    "rrs-full": {"rule": "rrs", "tree": Levels((3, 2, 1)), "capture": LogprobCapture("full")},
    "match-tree-full": {
        "rule": "match",
        "k": 2,
        "tree": Levels((3, 2)),
        "capture": LogprobCapture("full"),
    },
    "dynamic": {"rule": "specinfer", "tree": Dynamic(3, 7)},
    "dynamic-full": {
        "rule": "specinfer",
        "tree": Dynamic(3, 7),
        "capture": LogprobCapture("full"),
    },
    "dynamic-greedy": {
        "rule": "match",
        "tree": Dynamic(2, 4),
        "sampling": SamplingParams(temperature=0),
        "capture": LogprobCapture(raw=True),
    },
}
