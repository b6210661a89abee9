"""Writing a head as a folder that `--draft head:FOLDER` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from .model import Head


def export(head: Head, vocabulary: Tensor, facts: dict[str, Any], folder: Path) -> None:
    """Weights in float16, and what the runtime must know: shape, tokens, whose features."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.half().contiguous() for name, tensor in head.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")
    config = {**facts, **head.shape.as_config(), "tokens": vocabulary.tolist()}
    (folder / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
