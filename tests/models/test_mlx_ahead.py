"""An mlx model that begins early says what it says when it is asked: to the bit, and where it
foresaw wrong, too.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from specrecord.decoding.loop import Settings, autoregress, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.events import Event
from specrecord.models.foresight import Foresight
from specrecord.models.mlx import MlxModel
from specrecord.registry import Pair, load_pair

pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")


@pytest.fixture(scope="module")
def pair() -> Pair:
    return load_pair("mlx:tiny", "mlx:tiny")


def said(
    pair: Pair, prompt: str = "Once upon a time", alone: bool = False, **changes: Any
) -> list[tuple[object, ...]]:
    """All that the events of a run say, but when and how long."""
    tokenizer = pair.tokenizer
    plain = {
        "k": 3,
        "max_tokens": 40,
        "end_ids": tokenizer.end_ids,
        "token_bytes": tokenizer.token_bytes,
    }
    settings = Settings(**{**plain, **changes})
    rng = SeededRng(np.random.default_rng(3), 3)
    ids = tokenizer.encode(prompt)
    ticks = iter(range(10**9)).__next__
    track: Iterator[Event]
    if alone:
        track = autoregress(pair.target, ids, settings, now=ticks, rng=rng)
    else:
        assert pair.drafter is not None
        track = speculate(pair.drafter, pair.target, ids, settings, now=ticks, rng=rng)
    return [
        (
            type(event).__name__,
            *(
                getattr(event, one.name)
                for one in fields(event)
                if one.name not in ("time", "duration")
            ),
        )
        for event in track
    ]


@pytest.mark.parametrize(
    "changes",
    [{"sampling": SamplingParams(0)}, {"sampling": SamplingParams(1)}, {"sampling": SamplingParams(0.7)}, {"sampling": SamplingParams(0.7, 20)}, {"rule": "gumbel"},
     {"rule": "rrs", "tree": parse_tree("2x2x1")}, {"alone": True}],
    ids=str,
)  # fmt: skip
def test_a_run_is_the_same_to_the_bit(
    pair: Pair, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    early = said(pair, **changes)
    monkeypatch.setattr(MlxModel, "draft_ahead", lambda self, context, uniforms, temperature: None)
    monkeypatch.setattr(MlxModel, "verify_ahead", lambda self, context, drafted: None)
    plain = said(pair, **changes)
    for event in (0, 1, 2):  # what was cached before the run differs
        assert early[event][0] == plain[event][0]
    assert early[3:] == plain[3:]
    assert len(early) > 60


@pytest.mark.parametrize(
    "sampling", [SamplingParams(0), SamplingParams(1)], ids=lambda sampling: sampling.name
)
def test_what_is_asked_was_foreseen(
    pair: Pair, sampling: SamplingParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    answer = Foresight.answer

    def watched(self: Foresight, ids: list[int], rows: int) -> Any:
        told = answer(self, ids, rows)
        found.append(told is not None)
        return told

    monkeypatch.setattr(Foresight, "answer", watched)
    said(pair, sampling=sampling)
    assert sum(found) > 40
    assert sum(found) >= 0.98 * len(
        found
    )  # all but for a uniform at the very edge of a token, and an end of the text


def test_wrong_foresight_costs_time_alone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    right = said(pair, sampling=SamplingParams(1))
    monkeypatch.setattr(SeededRng, "upcoming", lambda self, count: [0.999999] * count)
    assert said(pair, sampling=SamplingParams(1))[3:] == right[3:]


def test_a_draft_of_the_target_s_own_layers_begins_early(monkeypatch: pytest.MonkeyPatch) -> None:
    skipping = load_pair("skip:3", "mlx:tiny")
    early = said(skipping, sampling=SamplingParams(1))
    monkeypatch.setattr(MlxModel, "draft_ahead", lambda self, context, uniforms, temperature: None)
    assert said(skipping, sampling=SamplingParams(1))[3:] == early[3:]


def test_a_model_that_began_can_be_asked_anything_else(pair: Pair) -> None:
    model: Any = pair.target
    text = pair.tokenizer.encode("Once upon a time there was a little girl who")
    fresh: Any = load_pair(None, "mlx:tiny").target
    wanted = fresh.verify(text, [5, 6]).logits
    asks = [
        lambda: None,
        lambda: model.draft_ahead(text, [0.1, 0.5, 0.9], 1.0),
        lambda: model.draft_ahead(text[:3], [0.5], 0),
        lambda: model.verify_ahead(text, [9, 8, 7, 6]),
        lambda: model.verify_ahead([*text, 4], []),
    ]
    for ask in asks:
        ask()
        assert np.abs(model.verify(text, [5, 6]).logits - wanted).max() < 1e-4
        ask()
        tree = model.verify(text, [5, 6, 7], [-1, 0, 0]).logits
        assert np.abs(tree[:3] - wanted).max() < 1e-4
        ask()
        assert model.prefill(text) > 0
