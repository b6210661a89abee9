"""Our recorded loop against mlx-lm's own speculative loop: the same pair, K and prompts, runs
interleaved.

    python benchmarks/mlx_lm_loop.py [--smollm2] [--repeats 5]

Both run on the mlx backend. Ours writes every event to a file while it runs, mlx-lm's writes
nothing. Tokens per second are those of whole rounds: ours from the end of the prompt, mlx-lm's,
which does not tell when it has read the prompt, from the end of its first round. mlx-lm's loop runs
three times: over the models as mlx-lm loads them; over ours, which on a CPU are laid out anew
(`specrecord.models.mlx_cpu`), each pass begun when it is whole, as mlx-lm's loop does it; and over
ours as we run them, begun while they are put together. Prints the ratios with their spread, and
where our time goes.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from specrecord.bench.measure import Run, measure
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.reader import read_recording
from specrecord.registry import Pair, load_pair

PROMPTS = {"story": "Once upon a time", "code": "def ", "records": '{"', "recipe": "Recipe: "}


def ours(request: Request, pair: Pair, path: Path) -> Run:
    """Record one run and measure it."""
    record(prepare(request, loaded=pair), path, overwrite=True)
    found = measure(read_recording(path), "")
    assert found is not None
    return found


def theirs(request: Request, pair: Any, ids: list[int]) -> tuple[int, float, float]:
    """Tokens after the first round, their seconds, and tokens a round of mlx-lm's
    `speculative_generate_step`.
    """
    import mlx.core as mx
    from mlx_lm.generate import speculative_generate_step
    from mlx_lm.sample_utils import make_sampler

    mx.random.seed(request.seed)
    target, draft = pair.target._model, pair.drafter._model
    step = speculative_generate_step(
        mx.array(ids), target, draft, num_draft_tokens=request.k, max_tokens=request.max_tokens,
        sampler=make_sampler(temp=request.temperature),
    )  # fmt: skip
    count = first = drafted = 0
    begun = now = 0.0
    for token, _, from_draft in step:
        now = time.perf_counter()
        if count == 0:
            begun = now  # a round's tokens come at once, when it has ended
        count, drafted = count + 1, drafted + bool(from_draft)
        if first == 0 and not from_draft:
            first = count
        if int(token) in pair.tokenizer.end_ids:
            break
    return count - (first or count), now - begun, count / max(1, count - drafted)


def compare(
    target: str, draft: str, k: int, temperature: float, repeats: int, max_tokens: int, folder: Path
) -> None:
    """Print both rates and their ratio."""
    pair = load_pair(draft, target)
    with patch("specrecord.models.mlx_cpu.fit_for_cpu"):
        plain = load_pair(draft, target)  # as mlx-lm loads it
    own, other, lengths, runs = [], [], [], []
    ratios: dict[str, list[float]] = {
        "ratio": [],
        "... over our layout": [],
        "... and early passes": [],
    }
    for repeat in range(repeats):
        for register, prompt in PROMPTS.items():
            request = Request(
                prompt,
                draft=draft,
                target=target,
                k=k,
                temperature=temperature,
                seed=repeat,
                max_tokens=max_tokens,
                chat=False,
            )
            run = ours(request, pair, folder / f"{register}.specrec")
            ids = pair.tokenizer.encode(prompt)
            told = [theirs(request, plain, ids)]
            with patch("specrecord.models.mlx_cpu.begin"):
                told.append(theirs(request, pair, ids))
            told.append(theirs(request, pair, ids))
            if min(count for count, _, _ in told) < 1 or run.counts.tokens < 1:
                continue  # the text ended in the first round
            own.append(run.rate)
            other.append(told[0][0] / told[0][1])
            for found, (count, seconds, _) in zip(ratios.values(), told, strict=True):
                found.append(run.rate * seconds / count)
            lengths.append(told[0][2])
            runs.append(run)
    shares = [
        sum(getattr(run, name) for run in runs)
        for name in ("draft_seconds", "verify_seconds", "other_seconds")
    ]
    own_length = statistics.fmean(
        (run.counts.accepted + run.counts.emitted) / run.counts.rounds for run in runs
    )
    print(f"{target} with {draft}, K={k}, T={temperature:g}: {len(runs)} runs of each")
    print(f"  tokens/s, ours recorded  {spread(own, '.0f')}    mlx-lm {spread(other, '.0f')}")
    print(f"  tokens a round           {own_length:.2f}    mlx-lm {statistics.fmean(lengths):.2f}")
    for name, found in ratios.items():
        print(f"  {name:<24} {spread(found, '.2f')}")
    print(
        f"  our time: draft {share(shares, 0)}, verify {share(shares, 1)}, all else "
        f"{share(shares, 2)}"
    )


def spread(values: list[float], form: str) -> str:
    """Median with the quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def share(parts: list[float], index: int) -> str:
    return f"{parts[index] / sum(parts):.0%}"


def main() -> None:
    """Greedy and at temperature 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-k", type=int, default=3)
    parser.add_argument(
        "--smollm2", action="store_true", help="SmolLM2 with its first layers as a draft, too"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for temperature in (0.0, 1.0):
            compare(
                "mlx:tiny", "mlx:tiny", options.k, temperature, options.repeats, 100, Path(folder)
            )
            if options.smollm2:
                compare("mlx:smollm2", "skip:20", options.k, temperature, 1, 24, Path(folder))


if __name__ == "__main__":
    main()
