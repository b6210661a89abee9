"""Int4 drafts in mlx's layout: both backends read the same numbers; training with the rounding
keeps more overlap.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import specrecord
from specrecord.decoding.logprob_capture import overlaps
from specrecord.decoding.sampling import SamplingParams
from specrecord.errors import UnsupportedModelError
from specrecord.models.llama import LlamaModel
from specrecord.models.weights import read_tensors
from specrecord.registry import load_pair
from tools.pair.corpus import REGISTERS, document

TINY = Path(specrecord.__file__).parent / "models" / "tiny"
TEXT = (
    "Once upon a time there was a kind girl named Mira. She had a brass key and a map of the "
    "old town."
)


@pytest.mark.parametrize("name", ["draft-int4", "draft-qat"])
def test_both_backends_read_the_same_numbers(name: str) -> None:
    pytest.importorskip("mlx_lm")
    numpy_draft, mlx_draft = (
        load_pair(f"{prefix}tiny:{name}", f"{prefix}tiny").drafter for prefix in ("", "mlx:")
    )
    ids = load_pair(None, "tiny").tokenizer.encode(TEXT)
    ours, theirs = (draft.next_logits(ids) for draft in (numpy_draft, mlx_draft))
    assert np.abs(ours - theirs).max() < 0.05  # scales are float16 on mlx throughout
    assert numpy_draft is not None
    assert numpy_draft.info.quantisation == "4 bits, groups of 32"


@pytest.mark.parametrize("name", ["draft-int4", "draft-qat"])
def test_a_weight_has_at_most_sixteen_values_in_a_group(name: str) -> None:
    tensors = read_tensors(TINY / name)
    whole = read_tensors(TINY / "draft")
    assert tensors.keys() == whole.keys()
    for key, tensor in tensors.items():
        assert tensor.shape == whole[key].shape
        if tensor.ndim == 2:
            groups = tensor.reshape(-1, 32)
            assert all(len(np.unique(group)) <= 16 for group in groups[:50])
    size = (TINY / name / "model.safetensors").stat().st_size
    assert size < (TINY / "draft" / "model.safetensors").stat().st_size / 5


def test_plain_rounding_is_the_draft_within_half_a_step() -> None:
    rounded, whole = read_tensors(TINY / "draft-int4"), read_tensors(TINY / "draft")
    for key, tensor in rounded.items():
        if tensor.ndim == 2:
            step = np.ptp(whole[key].reshape(-1, 32), axis=1) / 15
            assert (
                np.abs(tensor - whole[key]).reshape(-1, 32) <= 0.52 * step[:, None] + 1e-3
            ).all()


def test_training_with_the_rounding_keeps_more_of_the_overlap() -> None:
    found = {}
    texts = [document(register, "1/held/0", True) for register in REGISTERS]
    for name in ("draft-int4", "draft-qat"):
        pair = load_pair(f"tiny:{name}", "tiny")
        draft_model = pair.drafter
        assert isinstance(draft_model, LlamaModel)
        rows = []
        for ids in map(pair.tokenizer.encode, texts):
            target = SamplingParams()(pair.target.verify(ids[:1], ids[1:]).logits)
            draft = SamplingParams()(draft_model.verify(ids[:1], ids[1:]).logits)
            rows += overlaps(target, list(draft))
        found[name] = float(np.mean(rows))
    assert found["draft-int4"] < found["draft-qat"]
    recorded = json.loads((TINY / "quantised.json").read_text())
    over_all = [
        recorded[name]["overall"]["T=1"]["overlap"] for name in ("draft-int4", "draft-qat", "draft")
    ]
    assert over_all == sorted(over_all)


def test_codes_that_config_does_not_explain_are_refused(tmp_path: Path) -> None:
    for path in (TINY / "draft-int4").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    for quantisation in (None, {"bits": 3, "group_size": 32}):
        (tmp_path / "config.json").write_text(json.dumps({**config, "quantization": quantisation}))
        with pytest.raises(UnsupportedModelError, match="packed"):
            read_tensors(tmp_path)


def test_a_mixed_folder_is_read_by_what_each_weight_says(tmp_path: Path) -> None:
    for path in (TINY / "draft-int4").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    plain = read_tensors(tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    name = next(name for name, tensor in stored.items() if tensor.dtype == np.uint32)
    words = stored[name]
    wide = ((words[..., None] >> np.arange(0, 32, 4, dtype=np.uint32)) & 15).astype(np.uint8)
    part, config = name.removesuffix(".weight"), json.loads((tmp_path / "config.json").read_text())
    layout = {**config["quantization"], part: {"bits": 8, "group_size": 32}}
    (tmp_path / "config.json").write_text(json.dumps({**config, "quantization": layout}))
    with pytest.raises(UnsupportedModelError, match="does not hold 8 bits"):
        read_tensors(tmp_path)
    stored[name] = wide.reshape(len(words), -1).view("<u4")
    save_file(stored, tmp_path / "model.safetensors")
    assert np.array_equal(read_tensors(tmp_path)[name], plain[name])
