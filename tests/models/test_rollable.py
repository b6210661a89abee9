"""Caches of mlx-lm that cannot be rolled back are refused when the model is loaded, as draft and as
target alike; those that rotate are kept whole, and roll back past their window.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_folders import GEMMA, GPT_OSS, MAMBA, QWEN, random_folder

from specrecord.errors import UnsupportedModelError
from specrecord.models.mlx.model import MlxModel, roll_back, rollable_parts
from specrecord.models.snapshots import Snapshots
from specrecord.registry import load_pair

mlx_lm = pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")
RECURRENT = pytest.mark.skipif(
    find_spec("mlx_lm.models.qwen3_5") is None,
    reason="this mlx-lm has no Qwen 3.5, and a state of Mamba's that cannot be taken back",
)


@pytest.mark.parametrize("role", ["draft", "target"])
def test_a_model_whose_cache_cannot_be_rolled_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    """A cache in chunks, as Llama 4 has it."""
    from mlx_lm.models import cache

    monkeypatch.setattr(cache, "make_prompt_cache", lambda _: [cache.ChunkedKVCache(64)])
    name = f"mlx:{random_folder(tmp_path / 'model', MAMBA)}"
    with pytest.raises(UnsupportedModelError, match="keeps only 64 of 256 tokens") as told:
        load_pair(*((name, "tiny") if role == "draft" else ("tiny", name)))
    assert "choose a model with full attention" in str(told.value)
    assert "\n" not in str(told.value)
    assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({**GEMMA, "sliding_window": 16}, id="gemma 3"),
        pytest.param(GPT_OSS, id="gpt-oss"),
        pytest.param(QWEN, id="qwen 3.5", marks=RECURRENT),
        pytest.param(MAMBA, id="mamba", marks=RECURRENT),
    ],
)
def test_a_model_that_takes_tokens_back_writes_what_mlx_lm_writes(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    """Plain greedy decoding over mlx-lm's own caches, past their window, beside rounds that draft
    wrongly at every length.
    """
    from mlx import core
    from mlx_lm.models.cache import ArraysCache, RotatingKVCache, make_prompt_cache

    target = load_pair(None, f"mlx:{random_folder(tmp_path / 'model', config)}").target
    assert isinstance(target, MlxModel)
    assert target.info.context == 256
    own = make_prompt_cache(target._model)
    assert any(isinstance(layer, RotatingKVCache | ArraysCache) for layer in own)
    text, token = [5, 6, 7], None
    for step in range(40):
        answer = target._model(core.array([text if token is None else [token]]), cache=own)
        row = np.array(answer[0, -1].astype(core.float32))
        wrong = [(one + step) % 1000 for one in text[-3:]]
        rounds = target.verify(text, wrong, [-1, -1, 1] if step % 2 else None).logits
        assert np.abs(rounds[0] - row).max() < 1e-4 * np.abs(row).max()
        token = int(row.argmax())
        if step % 3 == 0:  # a drafted token that stays
            target.verify(text, [token, *wrong], [-1, 0, 0, -1] if step % 2 else None)
        text.append(token)


def test_a_window_as_long_as_the_context_is_allowed() -> None:
    from mlx_lm.models.cache import RotatingKVCache

    cache = RotatingKVCache(max_size=257)
    assert rollable_parts([cache], 256, "a model") == [cache]


class Stubborn:
    """A cache that says it trims, and does not."""

    offset = 10

    def trim(self, count: int) -> int:
        return 0


def test_a_trim_that_did_nothing_is_no_silence() -> None:
    with pytest.raises(
        UnsupportedModelError, match="Stubborn kept tokens that were to be forgotten"
    ):
        roll_back([Stubborn()], 7, "a model")


def test_of_states_the_latest_that_is_not_too_long_is_taken_up() -> None:
    kept = Snapshots()
    assert kept.latest(5) == (0, None)
    for length in range(20):
        kept.keep(length, [length])
    kept.keep(19, ["anew"])
    assert kept.latest(30) == (19, ["anew"])
    assert kept.latest(7) == (7, [7])
    assert kept.latest(30) == (7, [7])  # what was longer is gone
    assert kept.latest(3) == (0, None)  # sixteen are kept
