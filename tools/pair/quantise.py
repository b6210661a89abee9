"""Two int4 drafts: the shipped draft's weights rounded, and trained on with the rounding in the
loop.

    python -m tools.pair.quantise --seed 1 --out specrecord/models/tiny

Every matrix is cut into groups of 32 inputs; each group has a scale and a bias in float16, and a
weight is bias + scale times a whole number from 0 to 15. That is mlx's own layout, so `mlx:` reads
the folders as they are. Quantisation-aware training sees the rounded weights going forward and
hands their gradient to the unrounded ones (a straight-through estimator: Bengio, Léonard,
Courville, arXiv 1308.3432), distilling from the target as the draft itself was at last.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.utils import parametrize

from . import evaluate, export
from .model import DRAFT, TARGET, Llama, Shape
from .training import data, distil
from .training.distil import OWN_ROWS

BITS, GROUP = 4, 32
LEVELS = 2**BITS - 1
PER_WORD = 32 // BITS
TEMPERATURES = (1.0,)  # at which the drafts are compared


def coded(weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Whole numbers (outputs, inputs), and each group's scale and bias (outputs, groups), in
    float16's numbers.
    """
    groups = weight.unflatten(1, (-1, GROUP))
    low, high = groups.amin(-1), groups.amax(-1)
    scale = ((high - low) / LEVELS).clamp_min(1e-7).half().float()
    bias = low.half().float()
    codes = ((groups - bias[..., None]) / scale[..., None]).round().clamp(0, LEVELS)
    return codes.flatten(1), scale, bias


def rounded(weight: Tensor) -> Tensor:
    """The weight as its int4 codes say it."""
    codes, scale, bias = coded(weight)
    groups = codes.unflatten(1, (-1, GROUP))
    return (groups * scale[..., None] + bias[..., None]).flatten(1)


class Rounded(nn.Module):
    """A weight that is rounded on the way forward and not on the way back."""

    def forward(self, weight: Tensor) -> Tensor:
        return weight + (rounded(weight) - weight).detach()


def matrices(model: Llama) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, nn.Linear | nn.Embedding)]


def load(folder: Path, shape: Shape) -> Llama:
    model = Llama(shape)
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model


def by_rounding(draft: Llama) -> Llama:
    """The draft with every matrix rounded."""
    twin = Llama(draft.shape)
    twin.load_state_dict(draft.state_dict())
    for module in matrices(twin):
        module.weight.data = rounded(module.weight.data)
    return twin


def by_training(draft: Llama, teacher: distil.TeacherData, options: argparse.Namespace) -> Llama:
    """The draft trained on with the rounding in the loop."""
    torch.manual_seed(options.seed)
    model = Llama(draft.shape)
    model.load_state_dict(draft.state_dict())
    for module in matrices(model):
        parametrize.register_parametrization(module, "weight", Rounded())
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, options.steps, pct_start=0.1
    )
    generator = torch.Generator().manual_seed(options.seed)
    for step in range(options.steps):
        loss = distil.loss(
            model, teacher, options.batch_tokens // distil.LENGTH, generator, by_overlap=True
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % 50 == 0:
            print(f"int4 {step + 1}/{options.steps} loss {loss.item():.4f}", flush=True)
    for module in matrices(model):
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    return model


def write(model: Llama, tokenizer: Tokenizer, folder: Path) -> None:
    """The folder of an int4 model: codes packed eight to a word, lowest first."""
    export.export(model, tokenizer, folder)
    tensors: dict[str, Tensor] = {}
    names = {id(module): name for name, module in model.named_modules()}
    packed = {f"{names[id(module)]}.weight" for module in matrices(model)}
    for name, tensor in model.state_dict().items():
        if name not in packed:
            tensors[name] = tensor.detach().clone()
            continue
        codes, scale, bias = coded(tensor.detach())
        words = codes.long().unflatten(1, (-1, PER_WORD)) << (BITS * torch.arange(PER_WORD))
        part = name.removesuffix(".weight")
        tensors |= {
            name: words.sum(-1).to(torch.uint32),
            f"{part}.scales": scale.half(),
            f"{part}.biases": bias.half(),
        }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "mlx"})
    config = json.loads((folder / "config.json").read_text())
    config["quantization"] = {"group_size": GROUP, "bits": BITS}
    export.write_json(folder / "config.json", config)


def figures(
    target: Llama, drafts: dict[str, Llama], tokenizer: Tokenizer, seed: int
) -> dict[str, Any]:
    """Overlap and tokens a round of each draft, by register and over all, on held-out text."""
    held = {
        name: data.stream(tokenizer, evaluate.held_out(name, seed)) for name in evaluate.REGISTERS
    }
    found: dict[str, Any] = {}
    for name, draft in drafts.items():
        registers = {
            register: evaluate.agreement(target, draft, texts, seed, TEMPERATURES)
            for register, texts in held.items()
        }
        found[name] = {"overall": evaluate.means(registers, TEMPERATURES), "registers": registers}
        print(name, found[name]["overall"], flush=True)
    return found


def main() -> None:
    """Make both drafts and measure all three."""
    parser = argparse.ArgumentParser(prog="python -m tools.pair.quantise", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the pair")
    parser.add_argument("--documents", type=int, default=80000)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--own-rows", type=int, default=OWN_ROWS)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--work", type=Path, default=Path("build/pair"), help="that of `tools.pair`, if it ran"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = Tokenizer.from_file(str(options.out / "draft" / "tokenizer.json"))
    target, draft = load(options.out / "target", TARGET), load(options.out / "draft", DRAFT)
    texts = list(data.texts(options.seed, options.documents))
    stream = data.stream(tokenizer, texts, broken=True)
    teacher = distil.teacher_data(target, stream, options.own_rows, options.seed, options.work)
    trained = by_training(draft, teacher, options)
    drafts = {"draft": draft, "draft-int4": by_rounding(draft), "draft-qat": trained}
    for name in ("draft-int4", "draft-qat"):
        write(drafts[name], tokenizer, options.out / name)
    found = {
        "command": f"python -m tools.pair.quantise --seed {options.seed} --steps {options.steps}",
        **figures(target, drafts, tokenizer, options.seed),
    }
    export.write_json(options.out / "quantised.json", found)


if __name__ == "__main__":
    main()
