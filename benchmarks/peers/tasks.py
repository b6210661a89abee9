"""What the decoders are asked for: the same token ids, models and K for each of them."""

import json
from pathlib import Path
from typing import Any

from specrecord.models.fetched.store import need
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from tools.record.bench import REGISTERS
from tools.record.bench_prompts import PROMPTS

TINY = Path(__file__).parents[2] / "specrecord" / "models" / "tiny"
ASKED = ("chat0", "chat3", "chat6", "code0", "code3", "code4")  # of the prompts of the bench


def lookup(gguf: Path) -> dict[str, Any]:
    """SmolLM2 with prompt lookup, greedy: half questions, half changes to given code."""
    folder = need("smollm2")
    tokenizer = FolderTokenizer(folder)
    prompts = {name: tokenizer.encode(tokenizer.chat(PROMPTS[name]) or "") for name in ASKED}
    texts = {name: PROMPTS[name] for name in ASKED}
    task = {"target": str(folder), "gguf": str(gguf), "k": 8, "tokens": 64, "prompts": prompts}
    name = "SmolLM2-135M-Instruct, prompt lookup, K = 8, greedy"
    return task | {"name": name, "texts": texts, "chat": True}


def pair() -> dict[str, Any]:
    """The embedded pair, greedy, one prompt of each kind of text that it was trained on."""
    tokenizer = FolderTokenizer(TINY / "target")
    prompts = {name: tokenizer.encode(text) for name, text in REGISTERS.items()}
    task = {"target": str(TINY / "target"), "draft": str(TINY / "draft"), "k": 4, "tokens": 96}
    name = "the embedded pair, K = 4, greedy"
    return task | {"name": name, "prompts": prompts, "texts": REGISTERS, "chat": False}


def write(task: dict[str, Any], file: Path) -> Path:
    """The task as a runner reads it."""
    file.write_text(json.dumps(task))
    return file
