"""The numpy Llama against a naive one for every shape it reads, and the contract it keeps over its
cache.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from naive_llama import VOCABULARY, Variant
from safetensors.numpy import load_file, save_file

import specrecord
from specrecord.errors import SpecrecordError, UnknownModelError, UnsupportedModelError
from specrecord.registry import load_pair

VARIANTS = {
    "grouped heads": Variant(),
    "a key-value head for each head": Variant(kv_heads=4),
    "one key-value head for all": Variant(kv_heads=1),
    "interleaved rotation": Variant(interleaved=True),
    "biases": Variant(biases=True),
    "biases, interleaved": Variant(biases=True, interleaved=True, kv_heads=1),
    "a head of its own": Variant(tied=False),
    "a padded vocabulary": Variant(padded=64),
    "linear scaling": Variant(rope={"rope_type": "linear", "factor": 2.0}),
    "llama3 scaling": Variant(
        rope={
            "rope_type": "llama3",
            "factor": 4.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 128,
        }
    ),
}
TOKENS = [int(token) for token in np.random.default_rng(5).integers(0, VOCABULARY, 40)]


@pytest.mark.parametrize("prefix", ["llama", "mlx"])
@pytest.mark.parametrize("name", VARIANTS)
def test_logits_equal_the_naive_ones(tmp_path: Path, prefix: str, name: str) -> None:
    if prefix == "mlx":
        pytest.importorskip("mlx_lm")
    variant = VARIANTS[name]
    target = load_pair(None, f"{prefix}:{variant.folder(tmp_path / 'model', seed=3)}").target
    logits = target.verify(TOKENS[:1], TOKENS[1:]).logits
    expected = variant.logits(TOKENS, seed=3)
    assert logits.shape == expected.shape == (len(TOKENS), VOCABULARY)
    assert np.abs(logits - expected).max() < 2e-4 * np.abs(expected).max()


@pytest.mark.parametrize("prefix", ["llama", "mlx"])
def test_one_token_at_a_time_equals_one_pass(tmp_path: Path, prefix: str) -> None:
    if prefix == "mlx":
        pytest.importorskip("mlx_lm")
    folder = Variant(biases=True, tied=False).folder(tmp_path / "model", seed=4)
    at_once, stepwise = (load_pair(None, f"{prefix}:{folder}").target for _ in range(2))
    rows = at_once.verify(TOKENS[:1], TOKENS[1:]).logits
    for length in range(1, len(TOKENS) + 1):
        row = stepwise.verify(TOKENS[:length], []).logits[0]
        assert np.abs(row - rows[length - 1]).max() < 1e-4 * np.abs(rows).max()


def test_a_prompt_longer_than_a_block_and_than_the_cache_at_first(tmp_path: Path) -> None:
    folder = Variant().folder(tmp_path / "model", seed=6)
    tokens = [int(token) for token in np.random.default_rng(7).integers(0, VOCABULARY, 590)]
    whole, parts = (load_pair(None, f"llama:{folder}").target for _ in range(2))
    parts.verify(tokens[:100], tokens[100:200])
    parts.prefill(tokens[:300])
    expected = whole.verify(tokens, []).logits
    assert np.abs(parts.verify(tokens, []).logits - expected).max() < 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("prefix", ["llama", "mlx"])
def test_prefill_says_how_much_was_cached_and_any_context_may_follow_any_other(
    tmp_path: Path, prefix: str
) -> None:
    if prefix == "mlx":
        pytest.importorskip("mlx_lm")
    folder = Variant().folder(tmp_path / "model", seed=8)
    target = load_pair(None, f"{prefix}:{folder}").target
    assert target.prefill(TOKENS[:20]) == 0
    assert target.prefill(TOKENS[:20]) == 19  # the last token is left to the next call
    assert target.prefill([*TOKENS[:12], 1000, 1001]) == 12
    target.verify([*TOKENS[:12], 1000, 1001], [3, 4, 5])
    assert target.prefill([*TOKENS[:12], 1000, 1001, 3, 9]) == 15
    random = np.random.default_rng(9)
    for _ in range(12):
        context = [*TOKENS[: random.integers(1, 20)], *random.integers(0, VOCABULARY, 3).tolist()]
        drafted = random.integers(0, VOCABULARY, random.integers(0, 4)).tolist()
        fresh = load_pair(None, f"{prefix}:{folder}").target.verify(context, drafted).logits
        assert (
            np.abs(target.verify(context, drafted).logits - fresh).max()
            < 1e-4 * np.abs(fresh).max()
        )


def _without(folder: Path, name: str) -> None:
    (folder / name).unlink()


def _with_config(folder: Path, **changes: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    kept = {key: value for key, value in (config | changes).items() if value != "absent"}
    (folder / "config.json").write_text(json.dumps(kept))


def _with_tensors(folder: Path, drop: str = "", add: str = "") -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors.pop(drop, None)
    if add:
        tensors[add] = np.zeros(3, np.float32)
    save_file(tensors, folder / "model.safetensors")


DAMAGES = {
    "no config.json": lambda folder: _without(folder, "config.json"),
    "no tokenizer.json": lambda folder: _without(folder, "tokenizer.json"),
    "no model.safetensors": lambda folder: _without(folder, "model.safetensors"),
    "not JSON": lambda folder: (folder / "config.json").write_text("{"),
    "not a safetensors file": lambda folder: (folder / "model.safetensors").write_bytes(b"short"),
    "not a Llama": lambda folder: _with_config(folder, model_type="gpt2"),
    "config.json has no 'rms_norm_eps'": lambda folder: _with_config(folder, rms_norm_eps="absent"),
    "rope scaling 'yarn'": lambda folder: _with_config(
        folder, rope_scaling={"rope_type": "yarn", "factor": 2.0}
    ),
    "the weights have no 'model.norm.weight'": lambda folder: _with_tensors(
        folder, drop="model.norm.weight"
    ),
    "its weights hold": lambda folder: _with_tensors(folder, add="model.layers.0.self_attn.sinks"),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_folder_that_is_no_llama_is_told_in_one_line(tmp_path: Path, message: str) -> None:
    folder = Variant().folder(tmp_path / "model", seed=1)
    DAMAGES[message](folder)
    with pytest.raises(SpecrecordError) as told:
        load_pair(None, f"llama:{folder}")
    assert isinstance(told.value, UnknownModelError | UnsupportedModelError)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_more_than_the_context_is_refused(tmp_path: Path) -> None:
    target = load_pair(None, f"llama:{Variant().folder(tmp_path / 'model', seed=1)}").target
    with pytest.raises(UnsupportedModelError, match="holds 600 tokens, asked to read 601"):
        target.verify([1] * 601, [])


def test_the_embedded_pair_equals_the_pytorch_it_was_trained_with() -> None:
    torch = pytest.importorskip("torch")
    from tools.pair.model import DRAFT, TARGET, Llama

    pair = load_pair("tiny", "tiny")
    tokens = pair.tokenizer.encode("Once upon a time there was a kind girl named Mira. " * 8)
    for side, shape, model in (("draft", DRAFT, pair.drafter), ("target", TARGET, pair.target)):
        weights = load_file(
            Path(specrecord.__file__).parent / "models" / "tiny" / side / "model.safetensors"
        )
        trained = Llama(shape)
        trained.load_state_dict(
            {name: torch.from_numpy(tensor) for name, tensor in weights.items()}
        )
        with torch.no_grad():
            expected = trained(torch.tensor([tokens]))[0].numpy()
        logits = model.verify(tokens[:1], tokens[1:]).logits
        assert np.abs(logits - expected).max() < 5e-4
