"""mlx-lm computes the model that config.json describes, or it is refused."""

import json
import shutil
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_folders import SIZES, random_folder

import specrecord
from specrecord.errors import UnsupportedModelError
from specrecord.models.context import window_of
from specrecord.models.mlx.config import readable_config
from specrecord.models.mlx.yarn import unround_ramps
from specrecord.registry import load_pair

pytest.importorskip("mlx_lm", reason="mlx-lm is not installed")

TINY = Path(specrecord.__file__).parent / "models" / "tiny" / "draft"
TEXT = list(range(30, 70))
SCALED = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}
MISTRAL = {
    **SIZES,
    "model_type": "mistral",
    "num_hidden_layers": 2,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "sliding_window": 64,
    "tie_word_embeddings": True,
}


def saved_by_transformers_5(folder: Path, rope: dict[str, Any]) -> Path:
    """The embedded draft with its rotary embedding where transformers 5 writes it."""
    shutil.copytree(TINY, folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for name in ("rope_theta", "rope_scaling"):
        config.pop(name, None)
    path.write_text(json.dumps({**config, "rope_parameters": rope}))
    return folder


@pytest.mark.parametrize(
    "rope",
    [
        {"rope_theta": 500.0, "rope_type": "default"},
        {"rope_theta": 10000.0, "rope_type": "linear", "factor": 4.0},
        {"rope_theta": 10000.0, **SCALED},
    ],
    ids=lambda rope: rope["rope_type"],
)
def test_a_folder_of_transformers_5_is_the_same_model(tmp_path: Path, rope: dict[str, Any]) -> None:
    folder = saved_by_transformers_5(tmp_path / "model", rope)
    ours, theirs = (
        load_pair(None, f"{kind}:{folder}").target.verify(TEXT[:1], TEXT[1:]).logits
        for kind in ("llama", "mlx")
    )
    assert np.abs(ours - theirs).max() < 0.05


def test_rope_parameters_that_the_family_cannot_read_are_refused() -> None:
    class Arguments:
        def __init__(self, rope_theta: float) -> None:
            pass

    config = {"rope_parameters": {"rope_theta": 1.0, **SCALED}}
    with pytest.raises(UnsupportedModelError, match="would compute another"):
        readable_config(config, lambda _: (None, Arguments), "a model")
    layers = {"full_attention": {"rope_theta": 1.0}, "sliding_attention": {"rope_theta": 2.0}}
    with pytest.raises(UnsupportedModelError, match="would compute another"):
        readable_config({"rope_parameters": layers}, lambda _: (None, Arguments), "a model")


def test_a_family_that_reads_rope_parameters_is_left_alone() -> None:
    class Arguments:
        def __init__(self, rope_parameters: dict[str, Any]) -> None:
            pass

    config = {"rope_parameters": {"rope_theta": 1.0}}
    assert readable_config(config, lambda _: (None, Arguments), "a model") == {}


def test_no_text_goes_past_a_window_that_is_not_computed(tmp_path: Path) -> None:
    folder = random_folder(tmp_path / "model", MISTRAL)
    info = load_pair(None, f"mlx:{folder}").target.info
    assert info.context == 64
    assert info.details["window"] == "its sliding window of 64 tokens is its context here"


@pytest.mark.parametrize(
    ("config", "window"),
    [
        ({"sliding_window": 32}, 32),
        ({"sliding_window": 32, "use_sliding_window": False}, None),
        ({"sliding_window": 32, "layer_types": ["full_attention"]}, None),
        ({"sliding_window": 32, "layer_types": ["full_attention", "sliding_attention"]}, 32),
        ({"text_config": {"sliding_window": 16}}, 16),
        ({"sliding_window": None}, None),
    ],
)
def test_which_windows_matter(config: dict[str, Any], window: int | None) -> None:
    assert window_of(config) == window


def test_a_ramp_that_is_not_to_be_rounded_is_not() -> None:
    """gpt-oss' own, whose ramp begins at pair 8.09; a rounded one would begin at 8."""
    from mlx import core
    from mlx_lm.models.rope_utils import initialize_rope

    rope = {"rope_type": "yarn", "factor": 32.0, "original_max_position_embeddings": 4096}
    plain, own = (initialize_rope(64, 150_000.0, False, dict(rope)) for _ in range(2))
    config = {"rope_theta": 150_000.0, "rope_scaling": rope}
    model = types.SimpleNamespace(named_modules=lambda: [("rope", own)])
    unround_ramps(model, config, core)
    assert np.array_equal(own._freqs, plain._freqs)
    unround_ramps(model, {**config, "rope_scaling": {**rope, "truncate": False}}, core)
    changed = np.abs(np.array(own._freqs) / np.array(plain._freqs) - 1) > 1e-5
    assert changed[9:17].all()
    assert not changed[:8].any()
    assert not changed[19:].any()


@pytest.mark.parametrize(
    ("layers", "near"),
    [
        (["sliding_attention", "full_attention", "full_attention"], "default"),
        (["sliding_attention"] * 3, "default"),
        (["sliding_attention", "full_attention"], "linear"),
    ],
    ids=["out of order", "none sees all", "scaled within the window"],
)
def test_layers_that_mlx_lm_would_take_for_others_are_refused(layers: list[str], near: str) -> None:
    rope = {
        "full_attention": {"rope_theta": 1e6, "rope_type": "default"},
        "sliding_attention": {"rope_theta": 1e4, "rope_type": near},
    }
    from mlx_lm.utils import _get_classes

    config = {"model_type": "gemma3_text", "layer_types": layers, "rope_parameters": rope}
    with pytest.raises(UnsupportedModelError, match="the order of its layers"):
        readable_config(config, _get_classes, "a model")
