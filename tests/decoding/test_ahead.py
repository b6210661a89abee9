"""Models that work beside the loop: what they begin early is asked for as ever, decides nothing, and is timed whole."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from small_models import SmallModel, Ticker, settings
from test_exactness import PROMPT, worst_error

from specrecord.decoding.ahead import Ahead
from specrecord.decoding.chance import SeededChance, inverse_transform
from specrecord.decoding.speculate import autoregress, speculate
from specrecord.decoding.trees import parse_tree
from specrecord.decoding.warp import Warp
from specrecord.events import Draft, Emit, Event, Round, Verdict, Verify
from specrecord.models.base import Logits


class EarlyModel(SmallModel):
    """Keeps what it foresaw until it is asked for just that. `hits` and `misses` count what it was asked for."""

    def __init__(self, seed: int, trusting: bool = False, **shape: Any) -> None:
        super().__init__(seed, **shape)
        self.trusting = trusting
        self.foreseen: dict[tuple[int, ...], Logits] = {}
        self.hits = self.misses = 0
        self.begun: list[tuple[list[int], int]] = []

    def draft_ahead(self, context: Sequence[int], uniforms: Sequence[float], temperature: float) -> None:
        self.begun.append((list(context), len(uniforms)))
        self.foreseen, ids = {}, list(context)
        for uniform in uniforms:
            logits = SmallModel.next_logits(self, ids)
            self.foreseen[tuple(ids)] = logits
            ids.append(inverse_transform(Warp(temperature)(logits), uniform).token)

    def verify_ahead(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> bool:
        self.begun.append((list(context), len(drafted)))
        return parents is None or list(parents) == list(range(-1, len(drafted) - 1))

    def next_logits(self, context: Sequence[int]) -> Logits:
        lengths = {len(ids): logits for ids, logits in self.foreseen.items()}
        if self.trusting and len(context) in lengths:
            return lengths[len(context)]
        self.hits, self.misses = self.hits + (found := tuple(context) in self.foreseen), self.misses + (not found)
        return self.foreseen.get(tuple(context), super().next_logits(context))


def run(drafter: SmallModel, target: SmallModel, seed: int = 1, **changes: object) -> list[Event]:
    chance = SeededChance(np.random.default_rng(seed))
    return list(speculate(drafter, target, PROMPT, settings(**changes), now=Ticker(), chance=chance))


def timeless(events: list[Event]) -> list[tuple[object, ...]]:
    """All that events say but when, and how long it took."""
    left = ("time", "duration")
    return [
        (type(event), *(getattr(event, name) for name in event.__dataclass_fields__ if name not in left))
        for event in events
    ]


@pytest.mark.parametrize("warp", [Warp(), Warp(0), Warp(0.7), Warp(0.7, 3)], ids=lambda warp: warp.name)
@pytest.mark.parametrize("rule", ["standard", "block", "match"])
def test_what_was_begun_early_changes_no_law(rule: str, warp: Warp) -> None:
    hits = misses = 0
    for seed in range(3):
        drafter = EarlyModel(seed)
        assert worst_error(drafter, EarlyModel(50 + seed), settings(k=2, rule=rule, warp=warp)) < 1e-12
        hits, misses = hits + drafter.hits, misses + drafter.misses
    assert hits > 0
    assert misses > 0 or warp.temperature == 0  # enumeration goes where the guess at the uniform is wrong, too


def test_even_a_draft_that_takes_its_foresight_for_true_changes_no_law() -> None:
    assert worst_error(EarlyModel(1, trusting=True), SmallModel(51), settings(k=2)) < 1e-12


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"warp": Warp(0)}, {"rule": "gumbel"}, {"rule": "gumbel", "warp": Warp(0)}, {"warp": Warp(1, 2)},
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
    ("changes", "passes"),
    [({}, 3), ({"rule": "gumbel"}, 1), ({"warp": Warp(1, 2)}, 1), ({"warp": Warp(0, 2)}, 3), ({"adaptive": True}, 1),
     ({"rule": "rrs", "tree": parse_tree("2x2x1")}, 1)],
    ids=str,
)  # fmt: skip
def test_no_more_is_begun_than_is_foreseeable(changes: dict[str, object], passes: int) -> None:
    drafter = EarlyModel(1)
    run(drafter, SmallModel(2), k=3, max_tokens=40, **changes)
    assert max(count for _, count in drafter.begun) == passes


def test_spans_begin_when_the_work_is_begun_and_never_overlap() -> None:
    events = run(EarlyModel(1), EarlyModel(2), k=3, max_tokens=60)
    times = [event.time for event in events]
    assert times == sorted(times)
    rounds = [place for place, event in enumerate(events) if isinstance(event, Round)]
    for place in rounds[1:]:
        begins = events[place].time
        first = events[place + 1]
        assert isinstance(first, Draft | Verify)
        assert first.time - first.duration == begins  # the first span reaches back to where the round was begun
        before = events[place - 1]
        assert isinstance(before, Verdict | Emit)
        assert begins == before.time + 1  # the next reading of the clock after the judgement
    spans = [(event.time - event.duration, event.time) for event in events if isinstance(event, Draft | Verify)]
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_the_baseline_begins_early_too() -> None:
    target = EarlyModel(2)
    chance = SeededChance(np.random.default_rng(1))
    events = list(autoregress(target, PROMPT, settings(max_tokens=10), now=Ticker(), chance=chance))
    assert len(target.begun) == 10
    spans = {event.time - event.duration for event in events if isinstance(event, Verify)}
    assert spans == {event.time for event in events if isinstance(event, Round)}


def test_nothing_is_begun_after_the_end() -> None:
    drafter = EarlyModel(1)
    events = run(drafter, SmallModel(2), k=3, max_tokens=20)
    assert len(drafter.begun) == sum(isinstance(event, Round) and event.k > 0 for event in events)


def test_lanes_that_take_turns_with_a_remote_target_begin_nothing_early() -> None:
    class Remote(SmallModel):
        judges_here, round_trip, requests_per_minute = True, 0.0, None

        def law(self, wanted: str) -> str: ...
        def pause(self) -> float: ...
        def write(self, context: object, count: int) -> object: ...
        def stream(self, context: object, count: int) -> object: ...

    chance = SeededChance(np.random.default_rng(1))
    made = [Ahead(EarlyModel(1), target, Warp(), True, Ticker(), chance) for target in (SmallModel(2), Remote(2))]
    assert [ahead.begin(PROMPT, 3) for ahead in made] == [1, None]  # type: ignore[arg-type]


def test_a_look_at_coming_uniforms_takes_none_of_them() -> None:
    plain, peeked = (SeededChance(np.random.default_rng(5)) for _ in range(2))
    law = np.full(4, 0.25)
    for count in (3, 1, 0, 5, 2):
        told = peeked.upcoming(count)
        assert told == peeked.upcoming(count)
        for uniform in told:
            draw = peeked.draw(law)
            assert draw == plain.draw(law)
            assert draw.uniform == uniform
    assert peeked.flip(0.5) == plain.flip(0.5)
