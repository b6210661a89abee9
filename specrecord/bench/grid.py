"""The grid of a bench: every combination is one recording with its own baseline, recorded once and
found again.

Repeats go round the whole grid before they begin again, so that a machine that slows down slows
down all of it; for every other prompt, and with every other seed, the baseline comes first, so that
the order favours neither.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from specrecord.errors import RecordingError, UsageError
from specrecord.options import AUTO
from specrecord.recorder.record import record
from specrecord.recorder.request import Request, same_run
from specrecord.recorder.session import prepare
from specrecord.recording.reader import read_recording
from specrecord.registry import Pair, load_pair

PROMPTS = {
    "story": "Once upon a time",
    "code": "def ",
    "records": '{"',
    "recipe": "Recipe: ",
}


@dataclass(frozen=True)
class Grid:
    """What is varied, and what stays. `prompts` are texts by register; each cell is repeated with
    its own seed.

    `reuse` keeps the caches from run to run: of prompts that begin alike, the common part is read
    once.
    """

    target: str
    drafts: Sequence[str]
    ks: Sequence[int] = (1, 2, 4, 8)
    temperatures: Sequence[float] = (0.7,)
    rules: Sequence[str] = (AUTO,)
    trees: Sequence[str] = ("chain",)
    prompts: dict[str, str] = field(default_factory=lambda: dict(PROMPTS))
    repeats: int = 3
    max_tokens: int = 128
    seed: int = 0
    reuse: bool = False

    def cells(self) -> Iterator["Cell"]:
        """Every run, in the order they are made. A tree that says how deep it is is not varied by
        K.
        """
        for repeat in range(self.repeats):
            ways = product(
                self.drafts, self.rules, self.trees, self.temperatures, self.prompts.items()
            )
            for draft, rule, tree, temperature, (register, prompt) in ways:
                for k in self.ks if tree in ("chain", "dynamic") else self.ks[:1]:
                    yield Cell(
                        register,
                        Request(
                            prompt,
                            draft=draft,
                            target=self.target,
                            k=k,
                            rule=rule,
                            tree=tree,
                            temperature=temperature,
                            max_tokens=self.max_tokens,
                            seed=self.seed + repeat,
                        ),
                    )


@dataclass(frozen=True)
class Cell:
    """One run of the grid: its register and all that decides it."""

    register: str
    request: Request

    @property
    def name(self) -> str:
        """The recording's file name."""
        request = self.request
        words = [
            self.register,
            request.draft,
            request.rejection_rule.name,
            request.tree,
            f"k{request.k}",
            f"t{request.temperature:g}",
            f"s{request.seed}",
        ]
        return re.sub(r"[^a-z0-9.+-]+", "_", "-".join(words).lower()) + ".specrec"


def run_grid(
    grid: Grid, folder: Path, say: Callable[[str], None], interrupted: Callable[[], bool]
) -> list[Path]:
    """Record every cell of the grid that is not in `folder` yet; the paths of all that are there at
    the end.

    Raises UsageError for a grid with a combination that cannot be.
    """
    cells = list(grid.cells())
    if len({cell.name for cell in cells}) < len(cells):
        raise UsageError(
            "two runs of this grid would have one name; give each register a name of its own"
        )
    folder.mkdir(parents=True, exist_ok=True)
    pairs: dict[str, Pair] = {}
    done: list[Path] = []
    for number, cell in enumerate(cells, start=1):
        path = folder / cell.name
        if interrupted():
            break
        if not _is_recorded(path, cell.request):
            say(f"{number} of {len(cells)}: {cell.name.removesuffix('.specrec')}")
            if cell.request.draft not in pairs:
                pairs[cell.request.draft] = _pair(pairs, cell.request)
            session = prepare(
                cell.request, interrupted, pairs[cell.request.draft], cold=not grid.reuse
            )
            place = list(grid.prompts).index(cell.register)
            session.baseline_first = (cell.request.seed + place) % 2 == 1
            if record(session, path, overwrite=True) != "complete":
                path.unlink()
                break
        done.append(path)
    return done


def _pair(pairs: dict[str, Pair], request: Request) -> Pair:
    """The draft with the target that is loaded already, as far as the draft does not need a target
    of its own.
    """
    loaded = load_pair(request.draft, request.target)
    other = next(iter(pairs.values()), None)
    if other is None or request.draft.partition(":")[0] == "skip" or "+" in request.draft:
        return loaded
    return replace(loaded, target=other.target)


def _is_recorded(path: Path, request: Request) -> bool:
    """Whether this very run was recorded, whole. Recordings without the request's options (older
    ones) are recorded again.
    """
    if not path.exists():
        return False
    try:
        recording = read_recording(path)
    except RecordingError:
        return False
    header = recording.header
    sha256 = hashlib.sha256(request.prompt.encode()).hexdigest()
    return (
        recording.complete and header.prompt.sha256 == sha256 and same_run(request, header.request)
    )
