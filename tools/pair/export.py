"""Writing a model as a standard folder: configuration, tensors, tokenizer, and golden logits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from .model import Llama
from .tokenizer import END, END_ID

GOLDEN_PROMPT = "Once upon a time there was a kind girl named Mira. She had a brass key."
GOLDEN_TOKENS = 24
GOLDEN_POSITIONS = (0, 11, 23)


def configuration(model: Llama) -> dict[str, Any]:
    """The content of config.json."""
    shape = model.shape
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "rms_norm_eps": shape.epsilon,
        "vocab_size": shape.vocabulary,
        "rope_theta": shape.rope_theta,
        "rope_scaling": None,
        "rope_traditional": False,
        "max_position_embeddings": shape.context,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": None,
        "eos_token_id": END_ID,
        "pad_token_id": END_ID,
        "torch_dtype": "float32",
    }


TOKENIZER_CONFIGURATION = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "eos_token": END,
    "pad_token": END,
    "bos_token": None,
    "unk_token": None,
    "add_bos_token": False,
    "add_eos_token": False,
    "clean_up_tokenization_spaces": False,
    "model_max_length": 512,
}


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def export(model: Llama, tokenizer: Tokenizer, folder: Path) -> None:
    """Write one model's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().float().contiguous() for name, tensor in model.state_dict().items()
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", configuration(model))
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIGURATION)
    tokenizer.save(str(folder / "tokenizer.json"))


def rounded(row: torch.Tensor) -> list[float]:
    return [float(f"{value:.6g}") for value in row.tolist()]


@torch.no_grad()
def golden(models: dict[str, Llama], tokenizer: Tokenizer, path: Path) -> None:
    """Write each model's logits for a fixed prompt, for checking other implementations."""
    ids = tokenizer.encode(GOLDEN_PROMPT).ids[:GOLDEN_TOKENS]
    content: dict[str, Any] = {
        "prompt": tokenizer.decode(ids),
        "tokens": ids,
        "positions": GOLDEN_POSITIONS,
    }
    for name, model in models.items():
        logits = model(torch.tensor([ids]))[0]
        content[name] = [rounded(logits[position]) for position in GOLDEN_POSITIONS]
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
