"""Temperature, top-k and top-p against a slow reading of their definitions."""

import numpy as np
import pytest

from specrecord.decoding.logprob_capture import (
    LogprobCapture,
    likeliest,
    overlaps,
    rounded,
    rounded_probs,
)
from specrecord.decoding.rng import SeededRng, inverse_transform, on_grid
from specrecord.decoding.sampling import SamplingParams, softmax
from specrecord.events import unpack_top

CLOSE = 1 / 4096  # how far a number is moved that is rounded to a multiple of 1/2048
LOGITS = np.random.default_rng(0).normal(0, 2, (50, 12)).astype(np.float32)


def slow_distribution(logits: list[float], sampling: SamplingParams) -> list[float]:
    """The definition, token by token."""
    if sampling.temperature == 0:
        best = max(range(len(logits)), key=lambda token: (logits[token], -token))
        return [float(token == best) for token in range(len(logits))]
    weights = [np.exp((value - max(logits)) / sampling.temperature) for value in logits]
    order = sorted(range(len(logits)), key=lambda token: (-weights[token], token))
    kept = order[: sampling.top_k] if sampling.top_k else order
    total, held, nucleus = sum(weights[token] for token in kept), 0.0, []
    for token in kept:
        if held >= sampling.top_p * total:
            break
        nucleus.append(token)
        held += weights[token]
    return [weights[token] / held if token in nucleus else 0.0 for token in range(len(logits))]


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingParams(),
        SamplingParams(0.3),
        SamplingParams(2),
        SamplingParams(0),
        SamplingParams(top_k=1),
        SamplingParams(top_k=5),
        SamplingParams(top_k=99),
        SamplingParams(top_p=0.5),
        SamplingParams(0.7, 4, 0.8),
    ],
    ids=lambda sampling: sampling.name,
)
def test_the_distribution_is_as_defined(sampling: SamplingParams) -> None:
    probs = sampling(LOGITS)
    for logits, row_probs in zip(LOGITS, probs, strict=True):
        assert row_probs.tolist() == pytest.approx(
            slow_distribution(logits.astype(float).tolist(), sampling), abs=1e-12
        )
        assert sampling(logits).tolist() == row_probs.tolist()


def test_ties_go_to_the_lower_id() -> None:
    flat = np.zeros(5, dtype=np.float32)
    assert SamplingParams(0)(flat).tolist() == [1, 0, 0, 0, 0]
    assert SamplingParams(top_k=2)(flat).tolist() == [0.5, 0.5, 0, 0, 0]
    assert SamplingParams(top_p=0.6)(flat).nonzero()[0].tolist() == [0, 1, 2]


def test_a_nucleus_that_is_full_to_the_brim_takes_no_more() -> None:
    flat = np.zeros(4, dtype=np.float32)  # a quarter each, exactly
    for top_p, tokens in ((0.25, 1), (0.5, 2), (0.75, 3), (0.501, 3), (0.249, 1)):
        assert SamplingParams(top_p=top_p)(flat).nonzero()[0].tolist() == list(range(tokens)), top_p


def test_a_nucleus_reaches_down_to_tokens_far_less_likely_than_it_leaves_out() -> None:
    logits = np.log(np.array([0.5, *[0.005] * 100])).astype(np.float32)
    assert len(SamplingParams(top_p=0.9)(logits).nonzero()[0]) == 81


def test_tokens_that_a_model_cannot_say_have_no_probability() -> None:
    logits = np.array([1.0, -np.inf, 0.0], dtype=np.float32)
    assert SamplingParams(0.7)(logits)[1] == 0
    probs = SamplingParams()(logits[None])
    [one] = LogprobCapture().summarise(logits[None], probs, 1.0)
    assert one.logprob(1.0) == pytest.approx(-np.log(1 + np.exp(-1)), abs=CLOSE)
    assert one.entropy == pytest.approx(-sum(p * np.log(p) for p in probs[0, [0, 2]]), abs=CLOSE)


def test_the_name_says_the_distribution() -> None:
    assert SamplingParams(0.7, 40, 0.9).name == "softmax T=0.7, top-k 40, top-p 0.9"
    assert SamplingParams(0).name == "softmax T=0"


def test_a_draw_is_the_interval_that_holds_the_uniform() -> None:
    row_probs = np.array([0.0, 0.25, 0.0, 0.5, 0.25, 0.0])
    for uniform, token in [(0.0, 1), (0.2499, 1), (0.25, 3), (0.74, 3), (0.75, 4), (0.999999, 4)]:
        drawn = inverse_transform(row_probs, uniform)
        assert drawn.token == token
        assert drawn.low <= uniform < drawn.high
        assert drawn.high - drawn.low == drawn.prob == row_probs[token]


def test_a_draw_never_falls_off_the_end() -> None:
    row_probs = np.full(3, 0.1) * (1 / 0.3)
    row_probs[-1] = 0
    assert inverse_transform(row_probs * (1 - 1e-12) / row_probs.sum(), 1 - 1e-16).token == 1


def test_a_flip_is_heads_below_its_probability() -> None:
    rng = SeededRng(np.random.default_rng(4))
    flips = [rng.flip(0.3) for _ in range(20_000)]
    assert all(flip.heads == (flip.uniform < 0.3) for flip in flips)
    assert np.mean([flip.heads for flip in flips]) == pytest.approx(0.3, abs=0.015)
    assert not rng.flip(0.0).heads
    assert rng.flip(1.0).heads


class Still(np.random.Generator):
    """Always the same uniform."""

    def random(self, *_: object, **__: object) -> float:
        return 0.25


@pytest.mark.parametrize(("probability", "heads"), [(0.25, False), (0.2500001, True), (0.0, False)])
def test_a_uniform_that_equals_the_probability_is_no_head(probability: float, heads: bool) -> None:
    chance = SeededRng(Still(np.random.PCG64(0)))
    assert chance.flip(probability).heads is heads


def test_evidence_is_what_it_says() -> None:
    probs = softmax(LOGITS)
    summaries = LogprobCapture(count=4, fine=True).summarise(LOGITS, probs, 1.0)
    for row_logits, row_probs, one in zip(LOGITS, probs, summaries, strict=True):
        order = sorted(range(12), key=lambda token: -row_probs[token])[:4]
        assert unpack_top(one.top) == [(token, np.float32(row_probs[token])) for token in order]
        assert one.entropy == pytest.approx(-sum(p * np.log(p) for p in row_probs), abs=CLOSE)
        assert one.logprob(row_logits[3]) == pytest.approx(np.log(row_probs[3]), abs=CLOSE)
    assert overlaps(probs, probs) == pytest.approx([1.0] * 50)
    assert overlaps(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])) == [0]


def test_rounded_numbers_are_as_close_as_the_format_says() -> None:
    """docs/format.md: within 0.00025, probabilities also within an eighth of themselves; sums
    within 1.2e-10.
    """
    rng = np.random.default_rng(5)
    probs = np.sort(
        np.concatenate(
            [rng.random(5000), np.exp(rng.uniform(np.log(1e-4), 0, 20_000)), [1e-4, 1.0]]
        )
    )[::-1]
    kept = rounded_probs(probs)
    assert (np.abs(kept - probs) <= CLOSE).all()
    assert (np.abs(kept - probs) <= probs / 8).all()
    assert (np.diff(kept) <= 0).all(), "likeliest first, still"
    assert kept[0] == 1
    assert rounded_probs(kept).tolist() == kept.tolist(), "rounding again changes nothing"
    assert (kept.astype("<f4") == kept).all()
    for prob in probs.tolist():
        log = rounded(np.log(prob))
        assert abs(log - np.log(prob)) <= CLOSE
        assert rounded(log) == log
        assert abs(on_grid(prob) - prob) <= 2.0**-33


def test_a_list_holds_what_can_be_seen_and_a_fine_one_all_digits() -> None:
    probs = np.zeros((2, 400))
    probs[0, [7, 9, 11, 300]] = 0.6001, 0.3, 0.09985, 0.00005
    probs[1, :] = 1 / 400
    seen, flat = (
        unpack_top(summary.top) for summary in LogprobCapture().summarise(probs, probs, 1.0)
    )
    assert seen == [(7, 1229 / 2048), (9, 614 / 2048), (11, 204 / 2048)]
    assert [token for token, _ in flat] == list(range(10))
    fine, _ = LogprobCapture(fine=True).summarise(probs, probs, 1.0)
    assert [token for token, _ in unpack_top(fine.top or b"")] == [7, 9, 11, 300]
    assert [prob for _, prob in unpack_top(fine.top or b"")] == pytest.approx(
        [0.6001, 0.3, 0.09985, 0.00005]
    )
    assert LogprobCapture().header["step"] == 1 / 2048
    assert "step" not in LogprobCapture("full").header


def test_the_likeliest_are_found_in_a_wide_distribution_with_few_that_count() -> None:
    probs = np.zeros((3, 1000))
    probs[0, 500] = 1
    probs[1, :] = 0.001
    probs[2, [3, 900, 17]] = 0.5, 0.3, 0.2
    found = likeliest(probs, 4)
    tokens = [[token for token, _ in unpack_top(top)] for top in found]
    assert tokens == [[500], [0, 1, 2, 3], [3, 900, 17]]


def test_a_wide_vocabulary_is_worked_on_row_by_row_to_the_same_end() -> None:
    narrow = np.random.default_rng(1).normal(0, 2, (4, 20)).astype(np.float32)
    wide = np.full((4, 9000), -np.inf, np.float32)
    wide[:, :20] = narrow
    for sampling in (SamplingParams(), SamplingParams(0.7, 5), SamplingParams(top_p=0.8)):
        probs, wide_probs = sampling(narrow), sampling(wide)
        assert wide_probs[:, :20] == pytest.approx(probs)
        assert overlaps(wide_probs, wide_probs[::-1]) == pytest.approx(overlaps(probs, probs[::-1]))
        for one, other, logit in zip(
            LogprobCapture().summarise(narrow, probs, sampling.temperature),
            LogprobCapture().summarise(wide, wide_probs, sampling.temperature),
            narrow[:, 3].tolist(),
            strict=True,
        ):
            assert one.logprob(logit) == pytest.approx(other.logprob(logit), abs=2 * CLOSE)
            assert one.entropy == pytest.approx(other.entropy, abs=2 * CLOSE)
            assert one.top is not None
            assert other.top is not None
            assert [token for token, _ in unpack_top(one.top)] == [
                token for token, _ in unpack_top(other.top)
            ]


def test_evidence_describes_the_model_itself_at_temperature_zero() -> None:
    probs = SamplingParams(0)(LOGITS[:1])
    [summary] = LogprobCapture(raw=True, count=3).summarise(LOGITS[:1], probs, 0.0)
    own = softmax(LOGITS[0])
    assert summary.entropy == pytest.approx(-(own * np.log(own)).sum(), abs=CLOSE)
    assert len(unpack_top(summary.top)) == 3
    assert LogprobCapture(count=3).summarise(LOGITS[:1], probs, 0.0)[0].entropy == 0
    assert LogprobCapture("none").summarise(LOGITS[:1], probs, 0.0)[0].top is None
