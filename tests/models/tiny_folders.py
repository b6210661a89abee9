"""Configurations of tiny models that mlx-lm computes, and folders with random weights for them."""

import json
import shutil
from pathlib import Path
from typing import Any

from naive_llama import TOKENIZER

SIZES = {
    "hidden_size": 16,
    "intermediate_size": 20,
    "head_dim": 8,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "vocab_size": 1024,
    "max_position_embeddings": 256,
}
GEMMA = {
    **SIZES,
    "model_type": "gemma3_text",
    "num_hidden_layers": 6,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "sliding_window": 64,
    "sliding_window_pattern": 6,
    "query_pre_attn_scalar": 8,
    "rope_local_base_freq": 10000.0,
    "rope_global_base_freq": 10000.0,
}
MAMBA = {
    "model_type": "mamba",
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "state_size": 4,
    "conv_kernel": 4,
    "use_bias": False,
    "use_conv_bias": True,
    "time_step_rank": 2,
    "vocab_size": 1024,
    "max_position_embeddings": 256,
}
GPT_OSS = {
    **SIZES,
    "model_type": "gpt_oss",
    "num_hidden_layers": 2,
    "num_local_experts": 4,
    "num_experts_per_tok": 2,
    "sliding_window": 16,
    "layer_types": ["sliding_attention", "full_attention"],
    "eos_token_id": 0,
}
QWEN = {
    **SIZES,
    "model_type": "qwen3_5",
    "num_hidden_layers": 4,
    "linear_num_value_heads": 2,
    "linear_num_key_heads": 2,
    "linear_key_head_dim": 8,
    "linear_value_head_dim": 8,
}


def random_weights(config: dict[str, Any]) -> dict[str, Any]:
    """The weights that mlx-lm gives such a model before any training."""
    from mlx.utils import tree_flatten
    from mlx_lm.utils import _get_classes

    model_class, arguments_class = _get_classes(config)
    return dict(tree_flatten(model_class(arguments_class.from_dict(config)).parameters()))


def random_folder(path: Path, config: dict[str, Any]) -> Path:
    """A folder with such weights, and the embedded pair's tokenizer."""
    from mlx import core

    path.mkdir()
    (path / "config.json").write_text(json.dumps(config))
    shutil.copy(TOKENIZER, path / "tokenizer.json")
    core.save_safetensors(str(path / "model.safetensors"), random_weights(config))
    return path
