"""One command from a Llama-shaped target to a draft for it: sample, train, export, evaluate. Each
step goes on from where an earlier run stopped.
"""

from __future__ import annotations

import argparse
import itertools
import platform
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from specrecord.models.fetched.store import need
from specrecord.models.tokenization.tokenizer import FolderTokenizer
from specrecord.models.weights import public_name

from .card import DEPTH, write_card
from .data import Text, frequent, read_shard
from .evaluate import evaluate
from .export import export
from .model import Head, Shape
from .prompts import prompts
from .sample import Batch, sample
from .target import Target
from .train import Progress, train

HELD_OUT = 48  # prompts
COUNTED = 400  # texts that say which tokens are frequent
CURVE_POINTS = 12


def arguments() -> argparse.Namespace:
    """What may be chosen; the defaults are the shipped draft's."""
    parser = argparse.ArgumentParser(prog="python -m tools.draft_head", description=__doc__)
    parser.add_argument("--target", required=True, help="llama:FOLDER or smollm2")
    parser.add_argument("--work", type=Path, required=True, help="samples and checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the draft")
    parser.add_argument("--tokens", type=int, default=400_000, help="to sample for training")
    parser.add_argument("--seconds", type=float, default=3600, help="of training in all")
    parser.add_argument("--vocabulary", type=int, default=4096, help="tokens that are scored")
    parser.add_argument("--rows", type=int, default=96, help="answers sampled side by side")
    parser.add_argument("--length", type=int, default=224, help="tokens of an answer at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def sampled(options: argparse.Namespace, folder: Path, tokenizer: FolderTokenizer) -> None:
    """Shards for training in bfloat16, which is twice as fast, and those held out in float32."""

    def encode(text: str) -> list[int]:
        return tokenizer.encode(tokenizer.chat(text) or text)

    for name, held_out, kind in (("held", True, torch.float32), ("train", False, torch.bfloat16)):
        asked = prompts(options.seed, held_out)
        context = options.length + max(len(encode(prompt.text)) for prompt in asked)
        generator = torch.Generator().manual_seed(options.seed)
        target = Target(folder, options.rows, context, kind)
        batch = Batch(target, options.rows, options.length, tokenizer.end_ids, generator)
        endless = itertools.islice(itertools.cycle(asked), HELD_OUT if held_out else None)
        wanted = HELD_OUT * options.length if held_out else options.tokens
        sample(batch, endless, encode, options.work / name, wanted)


def read(folder: Path) -> list[Text]:
    """All texts of a folder's shards."""
    files = sorted(folder.glob("*[0-9].npz"))
    return [text for file in files for text in read_shard(file)]


def scored(options: argparse.Namespace, rows: Tensor) -> tuple[Tensor, float]:
    """The head's own vocabulary and its share of probability, chosen once."""
    file = options.work / "vocabulary.pt"
    if not file.exists():
        texts = read(options.work / "train")[:COUNTED]
        torch.save(frequent(texts, rows.bfloat16(), options.vocabulary), file)
    chosen: tuple[Tensor, float] = torch.load(file)
    return chosen


def facts_of(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    texts = read(options.work / "train")
    curve = torch.tensor(progress.curve)
    points = [
        [
            int(part[-1, 0]),
            round(float(part[-1, 1])),
            *(round(x, 3) for x in part[:, 2:].mean(0).tolist()),
        ]
        for part in curve.tensor_split(CURVE_POINTS)
    ]
    return {
        "command": f"python -m tools.draft_head --target {options.target} --tokens {options.tokens}"
        f" --seconds {options.seconds:.0f} --vocabulary {options.vocabulary} --seed {options.seed}"
        " --work WORK --out OUT",
        "texts": len(texts),
        "tokens": sum(len(text.tokens) - text.begun for text in texts),
        "steps": progress.step,
        "seconds": round(progress.seconds),
        "threads": options.threads,
        "curve": points,
        "versions": {"Python": platform.python_version(), "torch": torch.__version__},
    }


@torch.no_grad()
def rounded(head: Head) -> Head:
    """The head as float16 holds it."""
    for weight in head.parameters():
        weight.copy_(weight.half())
    return head


def make(options: argparse.Namespace) -> None:
    """Run every step."""
    name = options.target.partition(":")
    folder = need("smollm2") if name[0] == "smollm2" else Path(name[2]).expanduser()
    tokenizer = FolderTokenizer(folder)
    sampled(options, folder, tokenizer)
    target = Target(folder, 0, 1, torch.float32)
    vocabulary, coverage = scored(options, target.head)
    torch.manual_seed(options.seed)
    rows = target.head * target.norm
    head = Head(Shape(target.hidden), target.embedding, rows, vocabulary)
    progress = train(
        head,
        lambda: read(options.work / "train"),
        target.norm,
        options.work / "head.pt",
        seconds=options.seconds,
        depth=DEPTH,
    )
    whose = {"target": public_name(folder), "vocabulary": tokenizer.fingerprint}
    export(rounded(head), vocabulary, whose, options.out)
    held_out = read(options.work / "held")
    card = {
        "target": whose["target"],
        "parameters": sum(weight.numel() for weight in head.parameters()),
        "vocabulary": len(vocabulary),
        "coverage": coverage,
        **facts_of(options, progress),
        "held_out": len(held_out),
        "acceptance": evaluate(head, vocabulary, held_out, target.norm),
    }
    write_card(card, options.out)


if __name__ == "__main__":
    chosen = arguments()
    torch.set_num_threads(chosen.threads)
    make(chosen)
