"""One command from nothing to the pair: generate, tokenise, train, distil, export, evaluate."""

from __future__ import annotations

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import numpy
import tokenizers
import torch
from tokenizers import Tokenizer

from . import card, evaluate, export, tokenizer
from .model import DEEPENED, DRAFT, SHALLOW, Llama
from .speculate import PROPOSED
from .training import data, distil, train
from .training.grow import deepened

TOKENIZER_TEXTS = 12000
CURVE_POINTS = 16
DEEP_RATE, DEEP_MATRIX_RATE = 2e-3, 0.01  # half of what the shallow target begins with


def arguments() -> argparse.Namespace:
    """What may be chosen; the defaults are the shipped pair's."""
    parser = argparse.ArgumentParser(prog="python -m tools.pair", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the pair")
    parser.add_argument("--documents", type=int, default=80000)
    parser.add_argument("--steps", type=int, default=5000, help="of the shallow target")
    parser.add_argument("--deep-steps", type=int, default=1400, help="after it was deepened")
    parser.add_argument("--draft-steps", type=int, default=3500)
    parser.add_argument("--own-rows", type=int, default=distil.OWN_ROWS, help="the target's text")
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("build/pair"),
        help="where what was reached is kept; a run that was stopped goes on from there",
    )
    return parser.parse_args()


def trained_target(options: argparse.Namespace, stream: data.Stream) -> tuple[Llama, train.Curve]:
    """The target: trained shallow, deepened, trained on. The curve is of both parts together."""
    torch.manual_seed(options.seed)
    shallow = Llama(SHALLOW)
    begun = train.train(
        shallow,
        stream,
        train.Schedule(steps=options.steps, batch_tokens=options.batch_tokens),
        options.seed,
        "shallow",
        options.work,
    )
    target = deepened(shallow, DEEPENED)
    then = train.train(
        target,
        stream,
        train.Schedule(
            steps=options.deep_steps,
            rate=DEEP_RATE,
            matrix_rate=DEEP_MATRIX_RATE,
            batch_tokens=options.batch_tokens,
        ),
        options.seed + 1,
        "target",
        options.work,
    )
    steps = begun.steps + [begun.steps[-1] + step for step in then.steps]
    return target, train.Curve(steps, begun.losses + then.losses, begun.seconds + then.seconds)


def model_facts(
    model: Llama,
    curve: train.Curve,
    folder: Path,
    batch_tokens: int,
) -> dict[str, Any]:
    """What the card says of one model."""
    stride = max(1, len(curve.steps) // CURVE_POINTS)
    points = list(zip(curve.steps, (round(loss, 4) for loss in curve.losses), strict=True))
    return {
        **vars(model.shape),
        "parameters": model.size(),
        "bytes": (folder / "model.safetensors").stat().st_size,
        "steps": curve.steps[-1],
        "seconds": round(curve.seconds),
        "tokens_seen": curve.steps[-1] * batch_tokens,
        "last_loss": points[-1][1],
        "curve": points[stride - 1 :: stride],
    }


def versions(options: argparse.Namespace) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "tokenizers": tokenizers.__version__,
        "numpy": numpy.__version__,
        "threads": options.threads,
    }


def command(options: argparse.Namespace) -> str:
    """The command that makes this pair again."""
    named = ("seed", "documents", "steps", "deep_steps", "draft_steps", "own_rows", "batch_tokens")
    shown = [f"--{name.replace('_', '-')} {getattr(options, name)}" for name in named]
    return " ".join(["python -m tools.pair --out specrecord/models/tiny", *shown])


def make(options: argparse.Namespace) -> None:
    """Run every step, and write the pair with its card."""
    texts = list(data.texts(options.seed, options.documents))
    learned: Tokenizer = tokenizer.train(texts[:TOKENIZER_TEXTS])
    stream = data.stream(learned, texts, broken=True)
    print(f"{len(texts)} documents, {len(stream.tokens)} tokens", flush=True)
    target, target_curve = trained_target(options, stream)
    teacher = distil.teacher_data(target, stream, options.own_rows, options.seed, options.work)
    draft_schedule = train.Schedule(steps=options.draft_steps, batch_tokens=options.batch_tokens)
    torch.manual_seed(options.seed)
    draft = Llama(DRAFT)
    draft_curve = distil.distil(draft, teacher, draft_schedule, options.seed, "draft", options.work)
    export.export(target, learned, options.out / "target")
    export.export(draft, learned, options.out / "draft")
    export.golden({"target": target, "draft": draft}, learned, options.out / "golden.json")
    facts = {
        "command": command(options),
        "seed": options.seed,
        "versions": versions(options),
        "vocabulary": learned.get_vocab_size(),
        "corpus": {
            "documents": len(texts),
            "characters": sum(map(len, texts)),
            "tokens": len(stream.tokens),
        },
        "target": model_facts(target, target_curve, options.out / "target", options.batch_tokens),
        "draft": {
            **model_facts(draft, draft_curve, options.out / "draft", options.batch_tokens),
            "own_rows": options.own_rows,
        },
        "proposed": PROPOSED,
        **evaluate.evaluate(target, draft, learned, stream, options.seed),
    }
    (options.out / "card.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (options.out / "CARD.md").write_text(card.render(facts), encoding="utf-8")


if __name__ == "__main__":
    chosen = arguments()
    torch.set_num_threads(chosen.threads)
    make(chosen)
