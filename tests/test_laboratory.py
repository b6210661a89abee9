"""The laboratory's rules against Python's: given the same uniforms, the same decisions, a hundred
rounds a rule.
"""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specrecord.decoding.loop import Settings, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.events import SPECULATIVE, Event
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import parse_recording
from specrecord.recording.rounds import TrackBuilder
from specrecord.registry import Pair, load_pair
from specrecord.shared_randomness import shared_uniforms
from tests.node import node

ROOT = Path(__file__).parents[1]
ROUNDS = 100
PROMPTS = [
    "Once upon a time",
    "Recipe: ",
    "Ana: ",
    "def ",
    "{",
    "| name |",
    "The rain",
    "One day",
    "Q: what is 3?",
]
CASES = [
    ("standard", "chain", 0.7, 0, 1.0),
    ("standard", "chain", 1.0, 40, 0.9),
    ("match", "chain", 1.0, 0, 1.0),
    ("match", "2x2x1", 0.7, 0, 1.0),
    ("block", "chain", 1.0, 0, 1.0),
    ("gumbel", "chain", 0.7, 0, 1.0),
    ("specinfer", "2x2", 1.0, 0, 1.0),
    ("rrs", "2x2x1", 1.0, 0, 1.0),
    ("standard", "chain", 0.0, 0, 1.0),
]


@pytest.fixture(scope="session")
def pair() -> Pair:
    return load_pair("tiny", "tiny")


def in_javascript(request: dict[str, Any], uniforms: list[float] | None) -> bytes:
    given = json.dumps({"request": request, "uniforms": uniforms}).encode()
    script = ROOT / "tests" / "player" / "helpers" / "lab_run.js"
    done = subprocess.run([node(), str(script)], input=given, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def decisions(events: Iterable[Event]) -> list[list[Any]]:
    """Each round as what was drafted on what, what became of it, and what was emitted."""
    return [
        [
            (one.position, one.k),
            *((draft.parent, draft.token) for draft in one.drafts),
            *((verdict.node, verdict.fate) for verdict in one.verdicts),
            *((emit.origin, emit.token) for emit in one.emits),
        ]
        for one in TrackBuilder(events).tracks[SPECULATIVE].rounds
    ]


@pytest.mark.parametrize(("rule", "tree", "temperature", "top_k", "top_p"), CASES)
def test_a_hundred_rounds_are_decided_as_in_python(
    pair: Pair, rule: str, tree: str, temperature: float, top_k: int, top_p: float
) -> None:
    k = 4 if tree == "chain" else len(tree.split("x"))
    compared = 0
    for seed, prompt in enumerate(PROMPTS):
        uniforms = np.random.default_rng([seed, 0]).random(20_000).tolist()
        request = {
            "prompt": prompt,
            "k": k,
            "tree": tree,
            "rule": rule,
            "temperature": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "max_tokens": 200,
            "seed": seed,
            "trip": 0,
            "baseline": False,
        }
        recording = parse_recording(in_javascript(request, uniforms))
        assert audit_recording(recording) == []
        settings = Settings(
            k=k,
            max_tokens=200,
            end_ids=pair.tokenizer.end_ids,
            token_bytes=pair.tokenizer.token_bytes,
            rule=rule,
            tree=parse_tree(tree),
            sampling=SamplingParams(temperature, top_k, top_p),
        )
        rng = SeededRng(np.random.default_rng([seed, 0]), seed)
        assert pair.drafter is not None
        ids = pair.tokenizer.encode(prompt)
        events = speculate(pair.drafter, pair.target, ids, settings, now=lambda: 0, rng=rng)
        ours, theirs = decisions(recording.events), decisions(events)
        assert ours == theirs
        compared += len(theirs)
        if compared >= ROUNDS:
            return
    pytest.fail(f"only {compared} rounds were compared")


def test_the_shared_noise_is_numpys(tmp_path: Path) -> None:
    module = (ROOT / "player" / "lab" / "rng.js").as_uri()
    cases = [(0, 0, 1024), (7, 3, 10), (2**32 - 1, 511, 5)]
    script = f"""const {{ Rng }} = await import("{module}");
console.log(JSON.stringify({json.dumps(cases)}.map(([seed, at, size]) =>
  [...new Rng(Math.random, seed).shared(at, size)])))"""
    said = subprocess.run(
        [node(), "--input-type=module", "-e", script], check=True, capture_output=True, text=True
    )
    for (seed, position, size), found in zip(cases, json.loads(said.stdout), strict=True):
        assert found == shared_uniforms(seed, position, size).tolist()


def test_a_pretended_round_trip_is_marked_and_measured() -> None:
    request = {
        "prompt": "Once",
        "k": 2,
        "tree": "chain",
        "rule": "standard",
        "temperature": 1,
        "top_k": 0,
        "top_p": 1,
        "max_tokens": 12,
        "seed": 1,
        "trip": 3,
        "baseline": True,
    }
    recording = parse_recording(in_javascript(request, None))
    assert audit_recording(recording) == []
    assert recording.header.simulated == ["a round trip of 3 ms, waited for in each verification"]
    waits = [
        one.verify.network
        for one in recording.tracks[SPECULATIVE].rounds
        if one.verify is not None and one.verify.network is not None
    ]
    assert min(waits) >= 3000
