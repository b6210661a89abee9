"""Models that work beside the loop: what they begin early is asked for as ever, decides nothing,
and is in its span.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from small_models import SmallModel, Ticker, settings
from test_exactness import PROMPT, worst_error

from specrecord.decoding.loop import speculate
from specrecord.decoding.rng import SeededRng, inverse_transform
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.events import Draft, Event, RoundBegin, Verify
from specrecord.models.base import Logits


class EarlyModel(SmallModel):
    """Keeps what it foresaw until it is asked for just that. `hits` and `misses` count what it was
    asked for.
    """

    def __init__(self, seed: int, trusting: bool = False, **shape: Any) -> None:
        super().__init__(seed, **shape)
        self.trusting = trusting
        self.foreseen: dict[tuple[int, ...], Logits] = {}
        self.hits = self.misses = 0
        self.begun: list[tuple[list[int], int]] = []
        self.verifying: list[tuple[list[int], list[int]]] = []

    def draft_ahead(
        self, context: Sequence[int], uniforms: Sequence[float], temperature: float
    ) -> None:
        self.begun.append((list(context), len(uniforms)))
        self.foreseen, ids = {}, list(context)
        for uniform in uniforms:
            logits = SmallModel.next_logits(self, ids)
            self.foreseen[tuple(ids)] = logits
            ids.append(inverse_transform(SamplingParams(temperature)(logits), uniform).token)

    def verify_ahead(self, context: Sequence[int], drafted: Sequence[int]) -> None:
        self.verifying.append((list(context), list(drafted)))

    def next_logits(self, context: Sequence[int]) -> Logits:
        lengths = {len(ids): logits for ids, logits in self.foreseen.items()}
        if self.trusting and len(context) in lengths:
            return lengths[len(context)]
        self.hits, self.misses = (
            self.hits + (found := tuple(context) in self.foreseen),
            self.misses + (not found),
        )
        return self.foreseen.get(tuple(context), super().next_logits(context))


def run(drafter: SmallModel, target: SmallModel, seed: int = 1, **changes: object) -> list[Event]:
    rng = SeededRng(np.random.default_rng(seed))
    return list(speculate(drafter, target, PROMPT, settings(**changes), now=Ticker(), rng=rng))


def timeless(events: list[Event]) -> list[tuple[object, ...]]:
    """All that events say but when, and how long it took."""
    left = ("time", "duration")
    return [
        (
            type(event),
            *(getattr(event, name) for name in event.__dataclass_fields__ if name not in left),
        )
        for event in events
    ]


@pytest.mark.parametrize(
    "sampling",
    [SamplingParams(), SamplingParams(0), SamplingParams(0.7)],
    ids=lambda sampling: sampling.name,
)
@pytest.mark.parametrize("rule", ["standard", "block", "match"])
def test_what_was_begun_early_changes_no_law(rule: str, sampling: SamplingParams) -> None:
    hits = misses = 0
    for seed in range(3):
        drafter = EarlyModel(seed)
        assert (
            worst_error(drafter, EarlyModel(50 + seed), settings(k=2, rule=rule, sampling=sampling))
            < 1e-12
        )
        hits, misses = hits + drafter.hits, misses + drafter.misses
    assert hits > 0
    assert (
        misses > 0 or sampling.temperature == 0
    )  # enumeration goes where the guess at the uniform is wrong, too


def test_even_a_draft_that_takes_its_foresight_for_true_changes_no_law() -> None:
    assert worst_error(EarlyModel(1, trusting=True), SmallModel(51), settings(k=2)) < 1e-12


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"sampling": SamplingParams(0)}, {"rule": "gumbel"}, {"rule": "gumbel", "sampling": SamplingParams(0)}, {"sampling": SamplingParams(1, 2)},
        {"rule": "rrs", "tree": parse_tree("2x2x1")},
        {"rule": "specinfer", "tree": parse_tree("dynamic")},
    ],
    ids=str,
)  # fmt: skip
def test_a_run_is_the_same_with_models_that_begin_early(changes: dict[str, object]) -> None:
    for seed in range(5):
        plain = run(SmallModel(1), SmallModel(2), seed, k=3, max_tokens=40, **changes)
        early = run(EarlyModel(1), EarlyModel(2), seed, k=3, max_tokens=40, **changes)
        assert timeless(early) == timeless(plain)


def test_uniforms_come_true_and_every_draft_is_foreseen() -> None:
    drafter = EarlyModel(1)
    run(drafter, SmallModel(2), k=3, max_tokens=60)
    assert drafter.misses == 0
    assert drafter.hits > 50


@pytest.mark.parametrize(
    ("changes", "foreseeable"),
    [({}, True), ({"rule": "gumbel"}, False), ({"rule": "gumbel", "sampling": SamplingParams(0)}, True),
     ({"sampling": SamplingParams(1, 2)}, False), ({"sampling": SamplingParams(0, 2)}, True), ({"adaptive": True}, False),
     ({"rule": "rrs", "tree": parse_tree("2x2x1")}, False)],
    ids=str,
)  # fmt: skip
def test_no_draft_is_begun_that_is_not_foreseeable(
    changes: dict[str, object], foreseeable: bool
) -> None:
    drafter = EarlyModel(1)
    events = run(drafter, SmallModel(2), k=3, max_tokens=40, **changes)
    depths = [event.k for event in events if isinstance(event, RoundBegin) and event.k > 0]
    assert [count for _, count in drafter.begun] == (depths if foreseeable else [])


def test_a_chain_is_verified_early_and_a_tree_is_not() -> None:
    for tree, rule in (("chain", "standard"), ("2x2x1", "rrs")):
        target = EarlyModel(2)
        events = run(SmallModel(1), target, k=3, max_tokens=40, rule=rule, tree=parse_tree(tree))
        asked = [event.tokens - 1 for event in events if isinstance(event, Verify)]
        assert [len(drafted) for _, drafted in target.verifying] == (
            asked if tree == "chain" else []
        )


def test_a_draft_is_recorded_before_its_verification_and_no_span_overlaps_another() -> None:
    early = run(EarlyModel(1), EarlyModel(2), k=3, max_tokens=60)
    assert [type(event) for event in early] == [
        type(event) for event in run(SmallModel(1), SmallModel(2), k=3, max_tokens=60)
    ]
    times = [event.time for event in early]
    assert times == sorted(times)
    spans = [
        (event.time - event.duration, event.time)
        for event in early
        if isinstance(event, Draft | Verify)
    ]
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


@pytest.mark.parametrize(("pause", "seen"), [(10, 0), (60_000, 2)])
def test_a_draft_is_seen_before_its_verification_ends_where_that_can_be_watched(
    pause: int, seen: int
) -> None:
    ticker, written = Ticker(), [0]
    before: list[int] = []

    class Slow(EarlyModel):
        def verify(self, *asked: Any) -> Any:
            before.append(written[0])
            ticker.time += pause
            return super().verify(*asked)

    rng = SeededRng(np.random.default_rng(1))
    for event in speculate(
        EarlyModel(1), Slow(2), PROMPT, settings(max_tokens=30), now=ticker, rng=rng
    ):
        written[0] = 0 if isinstance(event, Verify) else written[0] + isinstance(event, Draft)
    assert before[0] == 0  # nothing is known yet
    assert set(before[1:-2]) == {seen}


def test_nothing_is_written_inside_a_span() -> None:
    """What the consumer of the events takes is no part of any span."""
    ticker = Ticker()
    rng = SeededRng(np.random.default_rng(1))
    track = speculate(
        EarlyModel(1),
        EarlyModel(2),
        PROMPT,
        settings(k=3, max_tokens=40),
        now=ticker,
        rng=rng,
    )
    spans = []
    for event in track:
        ticker.time += 1000  # a slow disk
        if isinstance(event, Draft | Verify):
            spans.append(event.duration)
    assert len(spans) > 20
    assert max(spans) < 1000


def test_a_look_at_coming_uniforms_takes_none_of_them() -> None:
    plain, peeked = (SeededRng(np.random.default_rng(5)) for _ in range(2))
    probs = np.full(4, 0.25)
    for count in (3, 1, 0, 5, 2):
        told = peeked.upcoming(count)
        assert told == peeked.upcoming(count)
        for uniform in told:
            draw = peeked.draw(probs)
            assert draw == plain.draw(probs)
            assert draw.uniform == uniform
    assert peeked.flip(0.5) == plain.flip(0.5)
