"""A model fitted to mlx's CPU build says what mlx-lm's own says: its numbers lie elsewhere, its
turns are shared.
"""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from specrecord.registry import load_pair

mlx_lm = pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")
from mlx import core, nn  # noqa: E402

from specrecord.models.mlx_cpu import Rotation, fit_for_cpu  # noqa: E402


@pytest.fixture(autouse=True)
def on_the_cpu() -> Iterator[None]:
    before = core.default_device()
    core.set_default_device(core.cpu)
    yield
    core.set_default_device(before)


def as_loaded(target: str) -> Any:
    """The target as mlx-lm loads it."""
    with patch("specrecord.models.mlx_cpu.fit_for_cpu"):
        return load_pair(None, target).target


def test_a_fitted_model_says_what_mlx_lm_says_wherever_it_reads_on() -> None:
    fitted: Any = load_pair(None, "mlx:tiny").target
    plain = as_loaded("mlx:tiny")
    text = np.random.default_rng(1).integers(1, 1024, 400).tolist()
    # On and on past the kept rotations, back before them, at one token and at four, and many at
    # once.
    for length in [1, 5, 60, 70, 71, 300, 301, 290, 20, 21, 400]:
        for drafted in ([], [7, 8, 9]):
            told = fitted.verify(text[:length], drafted).logits
            assert np.abs(told - plain.verify(text[:length], drafted).logits).max() < 1e-4
    tree = ([5, 6, 7, 8], [-1, -1, 0, 1])
    assert (
        np.abs(fitted.verify(text[:90], *tree).logits - plain.verify(text[:90], *tree).logits).max()
        < 1e-4
    )


def test_matrices_are_transposed_in_memory_and_rotations_shared() -> None:
    fitted: Any = load_pair(None, "mlx:tiny").target
    plain = as_loaded("mlx:tiny")
    first, second = fitted._model.layers[:2]
    own = plain._model.layers[0].mlp.up_proj.weight
    assert first.mlp.up_proj.weight.shape == own.shape == (272, 96)
    assert memoryview(first.mlp.up_proj.weight).strides == (4, 4 * 272)
    assert memoryview(own).strides == (4 * 96, 4)
    assert isinstance(first.self_attn.rope, Rotation)
    assert first.self_attn.rope is second.self_attn.rope
    assert type(plain._model.layers[0].self_attn.rope) is nn.RoPE


@pytest.mark.parametrize("norms", [core.float32, core.float16], ids=["wide norms", "narrow norms"])
def test_matrices_that_every_pass_would_widen_are_widened_once(norms: Any) -> None:
    models = [as_loaded("mlx:tiny")._model for _ in range(2)]
    for model in models:
        for name, module in model.named_modules():
            if "weight" in module:
                module.weight = module.weight.astype(
                    norms if name.endswith("norm") else core.float16
                )
    fitted, plain = models
    fit_for_cpu(fitted)
    assert fitted.layers[0].mlp.up_proj.weight.dtype == norms
    ids = core.array([[5, 6, 7]])
    assert plain(ids).dtype == norms
    assert core.abs(fitted(ids) - plain(ids)).max().item() < (
        1e-4 if norms == core.float32 else 1e-9
    )


def test_where_mlx_has_a_gpu_the_model_stays_as_it_was() -> None:
    with patch.object(core, "default_device", lambda: core.Device(core.gpu)):
        target: Any = load_pair(None, "mlx:tiny").target
    assert type(target._model.layers[0].self_attn.rope) is nn.RoPE


@pytest.mark.parametrize(
    "rope",
    [
        nn.RoPE(24),
        nn.RoPE(24, traditional=True),
        nn.RoPE(16),
        nn.RoPE(24, base=500_000.0, scale=0.25),
    ],
    ids=["plain", "traditional", "partial", "scaled"],
)
def test_a_rotation_turns_as_the_embedding_does(rope: Any) -> None:
    turn = Rotation(rope)
    core.random.seed(2)
    for offset, length in [
        (0, 1),
        (1, 4),
        (63, 4),
        (79, 1),
        (80, 4),
        (500, 16),
        (490, 2),
        (484, 3),
        (10, 4),
        (3, 17),
    ]:
        x = core.random.normal((2, length, 3, 24)).swapaxes(1, 2)
        assert core.abs(turn(x, offset=offset) - rope(x, offset=offset)).max().item() < 1e-5
    half = core.random.normal((1, 3, 4, 24)).astype(core.float16)
    assert turn(half, offset=9).dtype == core.float16
    assert core.array_equal(turn(half, offset=9), rope(half, offset=9))
