"""A Llama in a GGUF file, written out as the folder that every backend here reads: config,
tokenizer, safetensors.

Quantised weights are multiplied out once, into float16: the file loads in a second instead of ten,
and what rounding adds is a thousandth of what the quantisation has taken. Names as llama.cpp's
converter gives them.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from specrecord.errors import UnsupportedModelError
from specrecord.models.fetched.gguf_tokenizer import end_ids_of, settings_of, tokenizer_of

_ROPE_FACTORS = "rope_freqs.weight"  # what each rotary angle is divided by: Llama 3.1 and later
_NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


@dataclass(frozen=True)
class _Gguf:
    """An open file: its key-value pairs, and its tensors by name with their type's name."""

    path: Path
    reader: Any

    def value(self, key: str, default: Any = None) -> Any:
        field = self.reader.fields.get(key)
        return default if field is None else field.contents()

    def need(self, key: str) -> Any:
        value = self.value(key)
        if value is None:
            raise UnsupportedModelError(f"{self.path} has no {key}; it is no whole Llama")
        return value


def convert(path: Path, folder: Path, published: str) -> None:
    """Write the model in the GGUF file `path` to `folder`. `published` is what recordings call it.

    Raises UnsupportedModelError without the `gguf` library, for
    other than a Llama, and for a tokenizer whose way to split text is not known here.
    """
    file = _opened(path)
    stored = {tensor.name: tensor for tensor in file.reader.tensors}
    factors = stored.pop(_ROPE_FACTORS, None)
    tensors = {_name(name, path): _weights(tensor) for name, tensor in stored.items()}
    config = _config(file, published, tied="lm_head.weight" not in tensors)
    if factors is not None:
        config["rope_scaling"] = {"rope_type": "factors", "factors": _weights(factors).tolist()}
    tokenizer = tokenizer_of(file.value, path)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(folder / "model.safetensors"))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings_of(file.value), indent=1))
    (folder / "config.json").write_text(json.dumps(config, indent=1))


def _opened(path: Path) -> _Gguf:
    try:
        import gguf
    except ImportError:
        raise UnsupportedModelError(
            "GGUF files need the gguf library: pip install 'specrecord[gguf]'"
        ) from None
    try:
        file = _Gguf(path, gguf.GGUFReader(path))
    except (ValueError, IndexError) as error:
        raise UnsupportedModelError(f"{path} is not a GGUF file: {error}") from None
    if file.need("general.architecture") != "llama":
        raise UnsupportedModelError(
            f"{path} is not a Llama but {file.need('general.architecture')}"
        )
    return file


def _config(file: _Gguf, published: str, tied: bool) -> dict[str, Any]:
    if file.value("llama.rope.scaling.type", "none") != "none":
        raise UnsupportedModelError(f"{file.path}: rope scaling in a GGUF file is not read here")
    heads = file.need("llama.attention.head_count")
    return {
        "model_type": "llama",
        "_name_or_path": published,
        "quantised_as": _quantisation(file),
        "hidden_size": file.need("llama.embedding_length"),
        "intermediate_size": file.need("llama.feed_forward_length"),
        "num_hidden_layers": file.need("llama.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": file.value("llama.attention.head_count_kv", heads),
        "head_dim": file.value(
            "llama.attention.key_length", file.need("llama.embedding_length") // heads
        ),
        "max_position_embeddings": file.need("llama.context_length"),
        "vocab_size": len(file.need("tokenizer.ggml.tokens")),
        "rms_norm_eps": file.need("llama.attention.layer_norm_rms_epsilon"),
        "rope_theta": file.value("llama.rope.freq_base", 10_000.0),
        "rope_traditional": True,  # llama.cpp's converter lays rotary pairs side by side
        "tie_word_embeddings": tied,
        "eos_token_id": end_ids_of(file.value),
    }


def _quantisation(file: _Gguf) -> str:
    """The type that most weights have."""
    kinds = [
        tensor.tensor_type.name for tensor in file.reader.tensors if tensor.n_elements > 10_000
    ]
    return max(sorted(set(kinds)), key=kinds.count) if kinds else "F32"


def _name(name: str, path: Path) -> str:
    parts = name.split(".")
    layer = f"model.layers.{parts[1]}." if parts[0] == "blk" else ""
    part, kind = parts[-2:]
    if part not in _NAMES:
        raise UnsupportedModelError(f"{path} is not a plain Llama: its weights hold {name} as well")
    return f"{layer}{_NAMES[part]}.{kind}"


def _weights(tensor: Any) -> NDArray[np.floating[Any]]:
    """(outputs, inputs), float16; norms stay float32."""
    from gguf import quants

    values: NDArray[np.float32] = quants.dequantize(tensor.data, tensor.tensor_type).astype(
        np.float32
    )
    return values if values.ndim == 1 else values.astype(np.float16)
