"""Which kinds of model each backend computes right, and which it refuses: python -m tools.matrix
[--write]. Needs transformers, torch and mlx-lm in one environment: make matrix.

Every kind is a tiny random model that transformers has saved. What a backend answers is compared
with transformers' own answer to the whole text at once, without a cache: a text longer than the
window, drafts that are taken back, and a tree. `--write` puts the table into docs/models.md. The
exit code is 1 where a backend computes another model in silence.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from specrecord.errors import SpecrecordError
from specrecord.models.base import Target, path_to
from specrecord.registry import load_pair
from tools.matrix.families import FAMILIES, ROOT, as_mlx_has_it, random_folder

BACKENDS = ("llama", "hf", "mlx")
LIMIT = 1e-4  # of the total variation
_PAGE = ROOT / "docs" / "models.md"
_MARK, _END = "<!-- matrix -->\n", "<!-- end of matrix -->"
_TREE = [-1, -1, 0, 0, 1, 4]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """What a backend makes of a kind: `words`, and the worst total variation where it computes."""

    words: str
    worst: float | None = None

    @property
    def wrong(self) -> bool:
        """Whether it computes another model."""
        return self.worst is not None and not self.worst < LIMIT


class Reference:
    """transformers' own answer, to whole texts."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForCausalLM

        self._torch = torch
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def __call__(self, ids: list[int], rows: int) -> Array:
        """Probabilities after each of the last `rows` ids, (rows, vocabulary)."""
        with self._torch.inference_mode():
            answer = self._model(self._torch.tensor([ids]), use_cache=False)
        return softmax(answer.logits[0, -rows:].numpy())


def softmax(logits: Any) -> Array:
    """Probabilities, in doubles."""
    weights = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    probs: Array = weights / weights.sum(axis=-1, keepdims=True)
    return probs


def differences(target: Target, reference: Reference, length: int) -> Iterator[float]:
    """The total variation of every row, over a text of `length` tokens: drafts read and taken back
    one after another, then a tree, and a text that goes on along one of its paths.
    """
    ids = [int(one) for one in np.random.default_rng(4).integers(5, 1000, length)]
    other = [(one + 7) % 1000 for one in ids]

    def rows(context: list[int], drafted: list[int]) -> Iterator[float]:
        own = softmax(target.verify(context, drafted).logits)
        yield from variation(own, reference([*context, *drafted], len(drafted) + 1))

    yield from rows(ids[: length // 2], ids[length // 2 :])
    for cut in range(3, length - 4, 3):
        yield from rows(ids[:cut], other[cut : cut + 3])
        yield from rows([*ids[: cut + 1]], [])
    context, tokens = ids[: length - 8], other[:6]
    own = softmax(target.verify(context, tokens, _TREE).logits)
    for node in range(len(tokens)):
        path = [tokens[one] for one in path_to(node, _TREE)]
        yield from variation(own[node + 1 :][:1], reference([*context, *path], 1))
    yield from rows([*context, tokens[1], tokens[4]], other[6:8])


def variation(one: Array, other: Array) -> list[float]:
    """The total variation of each row."""
    found: list[float] = (np.abs(one - other).sum(axis=-1) / 2).tolist()
    return found


def compared(name: str, reference: Reference, texts: int) -> Cell:
    """One backend's cell, over a text of `texts` tokens or as many as it takes."""
    try:
        target = load_pair(None, name).target
    except SpecrecordError as error:
        return Cell(f"refused: {_reason(str(error))}")
    length = min(texts, target.info.context)
    worst = max(differences(target, reference, length))
    if worst >= LIMIT or length == texts:
        return Cell("right" if worst < LIMIT else f"WRONG by {worst:.2g}", worst)
    try:
        target.verify([1] * (length + 1), [])
    except SpecrecordError:
        return Cell(f"right up to its window of {length} tokens, refused beyond", worst)
    return Cell("WRONG past its window", 1.0)


def _reason(message: str) -> str:
    """A refusal without the model's name, which here is a folder's, and without what else to do."""
    reason = message.partition(" is not a Llama but ")[2] or message
    reason = reason.partition(" cannot take part: ")[2] or re.sub(r"^\S+: ", "", reason)
    return reason.partition(";")[0].partition(", so ")[0].partition(", activation")[0]


def table(texts: int = 40) -> tuple[str, list[Cell]]:
    """The table in Markdown, and its cells."""
    lines = ["| kind | " + " | ".join(f"`{one}:`" for one in BACKENDS) + " |"]
    lines.append("|---|" + "---|" * len(BACKENDS))
    cells: list[Cell] = []
    for family in FAMILIES:
        with tempfile.TemporaryDirectory() as scratch:
            folder = random_folder(family, Path(scratch) / "model")
            reference = Reference(folder)
            places = {"mlx": as_mlx_has_it(family, folder)}
            names = [f"{one}:{places.get(one, folder)}" for one in BACKENDS]
            row = [compared(name, reference, texts) for name in names]
        lines.append(f"| {family} | " + " | ".join(cell.words for cell in row) + " |")
        print(lines[-1], file=sys.stderr, flush=True)
        cells += row
    worst = max(cell.worst for cell in cells if cell.worst is not None)
    used = ", ".join(f"{name} {version(name)}" for name in ("transformers", "torch", "mlx-lm"))
    lines += ["", f"Texts of {texts} tokens, worst total variation {worst:.1g};", f"{used}."]
    return "\n".join(lines), cells


def main() -> int:
    """Print the table; 1 where something is wrong in silence."""
    text, cells = table()
    print(text)
    if "--write" in sys.argv[1:]:
        page = _PAGE.read_text()
        before, rest = page.split(_MARK)
        _PAGE.write_text(f"{before}{_MARK}{text}\n{_END}{rest.split(_END)[1]}")
    return int(any(cell.wrong for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
