"""Folders of tiny random models, one for each kind, saved by transformers itself: what the backends
are compared over.
"""

import json
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TOKENIZER = ROOT / "specrecord" / "models" / "tiny" / "target" / "tokenizer.json"
WINDOW = 16
_SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "intermediate_size": 40,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "vocab_size": 1024,
    "max_position_embeddings": 256,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": 0,
}
_LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 10_000.0,
    "factor": 4.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
_HALF = ["sliding_attention", "full_attention", "sliding_attention"]
_LINEAR = ["linear_attention"] * 3 + ["full_attention"]
_NO_HEADS = {"num_attention_heads", "num_key_value_heads", "head_dim", "max_position_embeddings"}

# By the name in the table: the kind by transformers' name, and what differs from `_SIZES`.
FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "Llama": ("llama", {}),
    "Llama 3, its rotary scaling": ("llama", {"rope_parameters": _LLAMA3}),
    "Mistral without a window": ("mistral", {"sliding_window": None}),
    "Mistral with a window": ("mistral", {"sliding_window": WINDOW}),
    "Qwen 2": ("qwen2", {}),
    "Qwen 2, windows in some layers": (
        "qwen2",
        {"use_sliding_window": True, "sliding_window": WINDOW, "max_window_layers": 1},
    ),
    "Qwen 3": ("qwen3", {}),
    # As wide as 8 squared: mlx-lm rounds the root of the width to bfloat16, in which 8 is exact.
    "Gemma 3": (
        "gemma3_text",
        {
            "hidden_size": 64,
            "sliding_window": WINDOW,
            "layer_types": _HALF,
            "query_pre_attn_scalar": 8,
        },
    ),
    "Phi 3": ("phi3", {"tie_word_embeddings": False}),
    "Phi 3 with a window": ("phi3", {"sliding_window": WINDOW}),
    "gpt-oss": (
        "gpt_oss",
        {
            "sliding_window": WINDOW,
            "layer_types": _HALF,
            "num_local_experts": 4,
            "num_experts_per_tok": 2,
        },
    ),
    "Qwen 3.5": (
        "qwen3_5_text",
        {
            "num_hidden_layers": 4,
            "layer_types": _LINEAR,
            "linear_key_head_dim": 8,
            "linear_value_head_dim": 8,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 2,
        },
    ),
    "Mamba": ("mamba", {"state_size": 4}),
}


def as_mlx_has_it(family: str, folder: Path) -> Path:
    """The same model as mlx-lm's own converter writes it, where that differs: gpt-oss' experts, and
    Qwen 3.5's config within that of a model that sees, too.
    """
    if FAMILIES[family][0] == "qwen3_5_text":
        other = Path(f"{folder}-mlx")
        shutil.copytree(folder, other)
        config = json.loads((folder / "config.json").read_text())
        (other / "config.json").write_text(
            json.dumps({"model_type": "qwen3_5", "text_config": config})
        )
        return other
    if FAMILIES[family][0] != "gpt_oss":
        return folder
    import torch
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    for name in [name for name in tensors if ".experts." in name]:
        tensor, (stem, _, part) = tensors.pop(name), name.rpartition(".")
        bias = part.endswith("_bias")
        kind = "bias" if bias else "weight"
        tensor = tensor if bias else torch.transpose(tensor, 1, 2)
        if part.startswith("gate_up"):
            halves = (tensor[:, 0::2], tensor[:, 1::2])
            named = dict(zip(("gate_proj", "up_proj"), halves, strict=True))
        else:
            named = {"down_proj": tensor}
        tensors |= {f"{stem}.{one}.{kind}": half.contiguous() for one, half in named.items()}
    other = Path(f"{folder}-mlx")
    shutil.copytree(folder, other)
    save_file(tensors, other / "model.safetensors", {"format": "mlx"})
    return other


def random_folder(family: str, folder: Path) -> Path:
    """Write a model of that family to `folder`: its weights are the same each time, and so large
    that no part of the model is without effect.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    kind, changes = FAMILIES[family]
    sizes = {key: _SIZES[key] for key in _SIZES if kind != "mamba" or key not in _NO_HEADS}
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **{**sizes, **changes}))
    for name, weight in model.named_parameters():
        gain = weight.ndim == 1 and "norm" in name
        weight.data.normal_(1.0 if gain and "gemma" not in kind else 0.0, 0.3)
    model.save_pretrained(folder)
    shutil.copy(TOKENIZER, folder / "tokenizer.json")
    return folder
