"""The loop's manners: where texts end, what is kept, whose time is counted, what a seed decides."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from enumerate_rounds import output
from small_models import SmallModel, Ticker, digits, settings

from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rejection.rules import RULES
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.stopping import StopCriteria
from specrecord.events import (
    Distribution,
    Draft,
    Emit,
    Event,
    Fault,
    Finish,
    Prefill,
    RoundBegin,
    TrackBegin,
    Verdict,
    Verify,
)
from specrecord.models.base import FullLogits, Logits, ModelInfo, Timing

PROMPT = [1, 0]


def run(
    drafter: object = None, target: object = None, seed: int = 1, **changes: object
) -> list[Event]:
    plain: Settings = settings(**changes)
    rng = SeededRng(np.random.default_rng(seed))
    pair = (drafter or SmallModel(1), target or SmallModel(2))
    return list(speculate(*pair, PROMPT, plain, now=Ticker(), rng=rng))


def finish(events: list[Event]) -> Finish:
    last = events[-1]
    assert isinstance(last, Finish)
    return last


def test_greedy_output_is_the_greedy_output_of_the_target() -> None:
    for seed, rule in [(seed, rule) for seed in range(20) for rule in RULES]:
        target = SmallModel(50 + seed)
        events = run(target=target, sampling=SamplingParams(0), max_tokens=15, rule=rule, k=3)
        context = list(PROMPT)
        for _ in range(15):
            context.append(int(target.next_logits(context).argmax()))
        assert list(output(iter(events))) == context[2:]


def test_a_seed_decides_everything_but_time() -> None:
    assert run(seed=3) == run(seed=3)
    assert output(iter(run(seed=3, max_tokens=40))) != output(iter(run(seed=4, max_tokens=40)))


@pytest.mark.parametrize("max_tokens", range(1, 12))
def test_the_budget_is_met_and_never_passed(max_tokens: int) -> None:
    events = run(max_tokens=max_tokens, k=3)
    assert finish(events).reason == "length"
    assert finish(events).tokens == max_tokens == len(output(iter(events)))


def test_every_drafted_token_keeps_a_fate() -> None:
    events = run(k=4, max_tokens=200)
    drafts = [event for event in events if isinstance(event, Draft)]
    verdicts = [event for event in events if isinstance(event, Verdict)]
    assert len(drafts) == len(verdicts)
    assert {verdict.fate for verdict in verdicts} == {"accepted", "rejected", "untested"}
    for verdict in verdicts:
        assert (verdict.uniform is None) == (verdict.fate == "untested")
        assert verdict.target_prob is not None


def test_an_end_token_inside_a_round_ends_the_text_there() -> None:
    seen = set()
    for seed in range(60):
        events = run(seed=seed, k=3, max_tokens=50, end_ids=frozenset({2}))
        tokens = output(iter(events))
        assert finish(events).reason in ("eos", "length")
        assert 2 not in tokens[:-1]
        assert finish(events).tokens == len(tokens)
        if tokens[-1] == 2:
            seen.add(type(events[-2]).__name__)
    # The end token came as an accepted draft in some runs, and as the round's own last token in
    # others.
    assert seen == {"Verdict", "Emit"}


def test_nothing_is_drafted_after_an_end_token() -> None:
    for seed in range(30):
        round_tokens: list[int] = []
        for event in run(seed=seed, k=4, end_ids=frozenset({2})):
            if isinstance(event, RoundBegin):
                round_tokens = []
            elif isinstance(event, Draft):
                assert 2 not in round_tokens
                round_tokens.append(event.token)


def test_a_stop_string_across_tokens_cuts_the_text_before_it() -> None:
    hits = 0
    for seed in range(60):
        events = run(seed=seed, k=3, max_tokens=40, stop=(b"12", b"303"))
        text = "".join(map(str, output(iter(events))))
        if finish(events).reason == "stop":
            hits += 1
            kept = text[: finish(events).size]
            assert text[len(kept) :].startswith(("12", "303"))
            assert "12" not in kept
            assert "303" not in kept
            assert len(text) - len(kept) <= 3
        else:
            assert "12" not in text
            assert "303" not in text
    assert hits > 20


def test_of_two_stop_strings_that_end_at_once_the_longer_cuts() -> None:
    hits = 0
    for seed in range(60):
        events = run(seed=seed, k=3, max_tokens=40, stop=(b"2", b"12"))
        text = "".join(map(str, output(iter(events))))
        cut = text.find("2")
        longer = cut > 0 and text[cut - 1] == "1"
        assert finish(events).size == (len(text) if cut < 0 else cut - longer)
        hits += longer
    assert hits > 5


def test_the_context_ends_the_text_when_it_is_full() -> None:
    events = run(target=SmallModel(2, context=9), max_tokens=50, k=3)
    assert finish(events).reason == "context"
    assert len(PROMPT) + finish(events).tokens == 10  # the last token needs no further place
    events = run(
        drafter=SmallModel(1, context=6), target=SmallModel(2, context=12), max_tokens=50, k=3
    )
    assert len(PROMPT) + finish(events).tokens == 13


class Strict(SmallModel):
    """Refuses to read beyond its context, as real models do."""

    def next_logits(self, context: Sequence[int]) -> Logits:
        assert len(context) <= self.info.context
        return super().next_logits(context)

    def verify(
        self, context: Sequence[int], drafted: Sequence[int], parents: Sequence[int] | None = None
    ) -> FullLogits:
        assert len(context) + len(drafted) <= self.info.context
        return super().verify(context, drafted, parents)


@pytest.mark.parametrize(("draft_room", "target_room"), [(5, 9), (9, 9), (20, 9), (3, 9), (2, 4)])
def test_no_model_is_asked_beyond_its_context(draft_room: int, target_room: int) -> None:
    for seed in range(10):
        drafter, target = Strict(1, context=draft_room), Strict(2, context=target_room)
        assert finish(run(drafter, target, seed=seed, k=4, max_tokens=50)).reason == "context"


def test_a_draft_whose_context_is_full_says_so_once() -> None:
    events = run(Strict(1, context=5), Strict(2, context=30), seed=1, k=4, max_tokens=20)
    faults = [event for event in events if isinstance(event, Fault)]
    assert [fault.name for fault in faults] == ["draft-full"]
    assert faults[0].detail == "the draft holds 5 tokens; from here on nothing is drafted"
    alone = run(Strict(1, context=30), Strict(2, context=9), seed=1, k=4, max_tokens=20)
    assert not any(isinstance(event, Fault) for event in alone)


class Silent(SmallModel):
    """A draft that sometimes has nothing to propose."""

    def next_logits(self, context: Sequence[int]) -> Logits | None:
        return None if len(context) % 3 == 0 else super().next_logits(context)


def test_a_draft_may_have_nothing_to_propose() -> None:
    events = run(drafter=Silent(1), max_tokens=30, k=3)
    assert finish(events).tokens == 30
    passes = [event.tokens for event in events if isinstance(event, Verify)]
    assert 1 in passes
    assert max(passes) > 1


def test_the_baseline_is_one_token_a_pass() -> None:
    plain = settings(max_tokens=10)
    rng = SeededRng(np.random.default_rng(1))
    events = list(autoregress(SmallModel(2), PROMPT, plain, now=Ticker(), rng=rng))
    assert events[0] == TrackBegin(1, "autoregressive")
    assert sum(isinstance(event, Verify) and event.tokens == 1 for event in events) == 10
    assert sum(isinstance(event, Emit) and event.origin == "bonus" for event in events) == 10
    assert not any(isinstance(event, Draft) for event in events)


def test_an_interrupted_run_finishes_after_its_round() -> None:
    rounds: list[int] = []
    events = run(interrupted=lambda: rounds.append(0) or len(rounds) > 3, max_tokens=100)
    assert finish(events).reason == "interrupted"
    assert sum(isinstance(event, RoundBegin) for event in events) == 3
    assert finish(events).tokens == len(output(iter(events)))


def test_spans_hold_the_model_call_and_nothing_else() -> None:
    """The clock ticks only inside model calls, so every tick must lie in a recorded span."""
    clock = [0]

    class Slow(SmallModel):
        def prefill(self, context: Sequence[int]) -> int:
            clock[0] += 1000
            return 0

        def next_logits(self, context: Sequence[int]) -> Logits:
            clock[0] += 10
            return super().next_logits(context)

        def verify(
            self,
            context: Sequence[int],
            drafted: Sequence[int],
            parents: Sequence[int] | None = None,
        ) -> FullLogits:
            clock[0] += 100 - 10 * (len(drafted) + 1)
            return super().verify(context, drafted, parents)

    rng = SeededRng(np.random.default_rng(1))
    events = list(
        speculate(
            Slow(1),
            Slow(2),
            PROMPT,
            settings(k=3, max_tokens=30),
            now=lambda: clock[0],
            rng=rng,
        )
    )
    assert {event.duration for event in events if isinstance(event, Draft)} == {10}
    assert {event.duration for event in events if isinstance(event, Verify)} == {100}
    spans = sum(event.duration for event in events if isinstance(event, Draft | Verify | Prefill))
    assert spans == clock[0] == finish(events).time


def test_remote_times_are_kept_in_microseconds() -> None:
    class Remote(SmallModel):
        def verify(
            self,
            context: Sequence[int],
            drafted: Sequence[int],
            parents: Sequence[int] | None = None,
        ) -> FullLogits:
            return FullLogits(
                super().verify(context, drafted, parents).logits,
                Timing(0.3, queue=0.25, network=0.0301),
            )

    verify = next(event for event in run(target=Remote(2)) if isinstance(event, Verify))
    assert (verify.queue, verify.network) == (250_000, 30_100)


def test_full_evidence_keeps_every_distribution_once() -> None:
    events = run(k=3, max_tokens=20, capture=LogprobCapture("full"))
    for before, event in itertools.pairwise(events):
        if isinstance(event, Distribution):
            assert isinstance(before, Draft | Verdict | Emit | Distribution)
            assert np.frombuffer(event.probs, "<f4").sum() == pytest.approx(1)
    seen: set[tuple[str, int]] = set()
    for event in events:
        if isinstance(event, RoundBegin):
            seen = set()
        elif isinstance(event, Distribution):
            assert (event.side, event.row) not in seen
            seen.add((event.side, event.row))


def test_an_ending_looks_ahead_without_moving() -> None:
    ending = StopCriteria(frozenset({9}), (b"56",), digits, max_tokens=100)
    ending.add(5)
    assert ending.would_end([6])
    assert ending.would_end([1, 9])
    assert not ending.would_end([1, 1])
    assert ending.tokens == 1
    assert ending.add(6) == "stop"
    assert ending.size == 0


def test_model_info_is_plain_data() -> None:
    assert SmallModel(1).info == ModelInfo("small-1", "test", "small", "digits", 64)
