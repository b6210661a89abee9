"""Writes a folder of a Llama, Mistral, Qwen 2 or Qwen 3 with byte-level tokens, as the embedded
pair's, as a GGUF for llama.cpp. Needs `gguf`.
"""

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file

_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write_gguf(folder: Path, path: Path) -> None:
    """The model in `folder` (config.json, model.safetensors, tokenizer.json) as float32 at
    `path`.
    """
    config = json.loads((folder / "config.json").read_text())
    kind = {"mistral": "llama"}.get(config["model_type"], config["model_type"])
    writer = gguf.GGUFWriter(path, kind)
    _write_shape(writer, config)
    _write_vocabulary(writer, json.loads((folder / "tokenizer.json").read_text()), config)
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    if kind != "llama":
        heads = {}  # llama.cpp turns theirs as everybody else does
    for name, tensor in load_file(folder / "model.safetensors").items():
        turned = next(
            (_interleaved(tensor, count) for part, count in heads.items() if part in name), tensor
        )
        writer.add_tensor(_renamed(name), np.ascontiguousarray(turned, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    def number(name: str) -> int:
        return int(str(config[name]))

    rope = config if "rope_theta" in config else config["rope_parameters"]
    writer.add_name("tiny")
    writer.add_context_length(number("max_position_embeddings"))
    writer.add_embedding_length(number("hidden_size"))
    writer.add_block_count(number("num_hidden_layers"))
    writer.add_feed_forward_length(number("intermediate_size"))
    writer.add_head_count(number("num_attention_heads"))
    writer.add_head_count_kv(number("num_key_value_heads"))
    writer.add_key_length(number("head_dim"))
    writer.add_value_length(number("head_dim"))
    writer.add_rope_dimension_count(number("head_dim"))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    writer.add_layer_norm_rms_eps(float(str(config["rms_norm_eps"])))
    writer.add_vocab_size(number("vocab_size"))


def _write_vocabulary(writer: gguf.GGUFWriter, tokenizer: dict, config: dict[str, object]) -> None:
    vocabulary = {
        **tokenizer["model"]["vocab"],
        **{added["content"]: added["id"] for added in tokenizer["added_tokens"]},
    }
    special = {added["id"] for added in tokenizer["added_tokens"] if added["special"]}
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    kinds = [
        gguf.TokenType.CONTROL if id_ in special else gguf.TokenType.NORMAL
        for id_ in range(len(tokens))
    ]
    merges = tokenizer["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(
        "smollm"
    )  # splits digits one by one, then as GPT-2 does: the pair's own way
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(
        [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
    )
    writer.add_eos_token_id(int(str(config["eos_token_id"])))
    writer.add_add_bos_token(False)


def _renamed(name: str) -> str:
    whole = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    if name in whole:
        return whole[name]
    _, _, layer, *part, kind = name.split(".")
    return f"blk.{layer}.{_NAMES['.'.join(part)]}.{kind}"


def _interleaved(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head in llama.cpp's order: a rotation's two halves lie side by side, not one
    after the other.
    """
    halves = weight.reshape(heads, 2, len(weight) // heads // 2, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)
