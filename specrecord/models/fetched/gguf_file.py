"""A Llama, Mistral, Qwen 2 or Qwen 3 in a GGUF file, written out as the folder that every backend
here, transformers and vLLM read: config, tokenizer, safetensors.

Quantised weights are multiplied out once, into float16: the file loads in a second instead of ten,
and what rounding adds is a thousandth of what the quantisation has taken. Others keep what they
are. Names as llama.cpp's converter gives them; a Mistral is a Llama to it.
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
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_CLASSES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}
_PAIRED = {"llama"}  # whose rotary pairs the converter lays side by side, for queries and keys


@dataclass(frozen=True)
class _Gguf:
    """An open file: its key-value pairs, and its tensors by name with their type's name."""

    path: Path
    reader: Any

    @property
    def kind(self) -> str:
        return str(self.need("general.architecture"))

    def of_kind(self, key: str, default: Any = None) -> Any:
        """A value of the architecture's own, needed where there is no default."""
        name = f"{self.kind}.{key}"
        return self.need(name) if default is None else self.value(name, default)

    def value(self, key: str, default: Any = None) -> Any:
        field = self.reader.fields.get(key)
        return default if field is None else field.contents()

    def need(self, key: str) -> Any:
        value = self.value(key)
        if value is None:
            raise UnsupportedModelError(f"{self.path} has no {key}; it is no whole model")
        return value


def convert(path: Path, folder: Path, published: str) -> None:
    """Write the model in the GGUF file `path` to `folder`. `published` is what recordings call it.

    Raises UnsupportedModelError without the `gguf` library, for other kinds of model, and for a
    tokenizer whose way to split text is not known here.
    """
    file = _opened(path)
    stored = {tensor.name: tensor for tensor in file.reader.tensors}
    factors = stored.pop(_ROPE_FACTORS, None)
    config = _config(file, published, tied="output.weight" not in stored)
    tensors = {_name(name, path): _weights(tensor) for name, tensor in stored.items()}
    if file.kind in _PAIRED:
        _part_pairs(tensors, config["head_dim"])
    if factors is not None:
        config["rope_scaling"] = {"rope_type": "factors", "factors": _weights(factors).tolist()}
    tokenizer = tokenizer_of(file.value, path)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(folder / "model.safetensors"), {"format": "pt"})
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
    if file.kind not in _CLASSES:
        raise UnsupportedModelError(
            f"{path} is not a Llama but {file.kind}; read here are {', '.join(_CLASSES)}"
        )
    return file


def _config(file: _Gguf, published: str, tied: bool) -> dict[str, Any]:
    if file.of_kind("rope.scaling.type", "none") != "none":
        raise UnsupportedModelError(f"{file.path}: rope scaling in a GGUF file is not read here")
    heads = file.of_kind("attention.head_count")
    size = file.of_kind("attention.key_length", file.of_kind("embedding_length") // heads)
    if file.of_kind("rope.dimension_count", size) != size:
        raise UnsupportedModelError(f"{file.path} turns only a part of each head")
    return {
        "architectures": [_CLASSES[file.kind]],
        "model_type": file.kind,
        "_name_or_path": published,
        "quantised_as": _quantisation(file),
        "hidden_size": file.of_kind("embedding_length"),
        "intermediate_size": file.of_kind("feed_forward_length"),
        "num_hidden_layers": file.of_kind("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": file.of_kind("attention.head_count_kv", heads),
        "head_dim": size,
        "max_position_embeddings": file.of_kind("context_length"),
        "vocab_size": len(file.need("tokenizer.ggml.tokens")),
        "rms_norm_eps": file.of_kind("attention.layer_norm_rms_epsilon"),
        "rope_theta": file.of_kind("rope.freq_base", 10_000.0),
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


def _part_pairs(tensors: dict[str, NDArray[np.floating[Any]]], size: int) -> None:
    """Put the members of each rotary pair half a head apart, where everybody else has them."""
    for name, tensor in tensors.items():
        if name.split(".")[-2] in ("q_proj", "k_proj"):
            pairs = tensor.reshape(-1, size // 2, 2, *tensor.shape[1:])
            tensors[name] = np.ascontiguousarray(pairs.swapaxes(1, 2)).reshape(tensor.shape)


def _weights(tensor: Any) -> NDArray[np.floating[Any]]:
    """(outputs, inputs): float16 where they are quantised, else float32; norms and biases always
    are.
    """
    from gguf import quants

    values: NDArray[np.float32] = quants.dequantize(tensor.data, tensor.tensor_type).astype(
        np.float32
    )
    whole = values.ndim == 1 or tensor.tensor_type.name in ("F32", "BF16")
    return values if whole else values.astype(np.float16)
