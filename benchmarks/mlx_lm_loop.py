"""Our recorded loop against mlx-lm's own speculative loop: the same models, K and prompts, runs
interleaved.

    python benchmarks/mlx_lm_loop.py [--repeats 5] [-k 3]

Both run on the mlx backend. Ours writes every event to a file while it runs, mlx-lm's writes
nothing and draws on the device. Tokens per second are those of whole rounds: ours from the end of
the prompt, mlx-lm's, which does not tell when it has read the prompt, from the end of its first
round. Prints the ratio with its spread, and where our time goes.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from specrecord.bench.measure import Run, measure
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.reader import read_recording
from specrecord.registry import Pair, load_pair

PROMPTS = ["Once upon a time", "def ", '{"', "Recipe: "]
PARTS = ("draft_seconds", "verify_seconds", "other_seconds")


def ours(request: Request, pair: Pair, path: Path) -> Run:
    """Record one run and measure it."""
    record(prepare(request, loaded=pair), path, overwrite=True)
    found = measure(read_recording(path), "")
    assert found is not None
    return found


def theirs(request: Request, pair: Any) -> tuple[int, float]:
    """Tokens after the first round of mlx-lm's `speculative_generate_step`, and their seconds."""
    import mlx.core as mx
    from mlx_lm.generate import speculative_generate_step
    from mlx_lm.sample_utils import make_sampler

    mx.random.seed(request.seed)
    step = speculative_generate_step(
        mx.array(pair.tokenizer.encode(request.prompt)),
        pair.target._model,
        pair.drafter._model,
        num_draft_tokens=request.k,
        max_tokens=request.max_tokens,
        sampler=make_sampler(temp=request.temperature),
    )
    count = first = 0
    start = now = 0.0
    for token, _, from_draft in step:
        now = time.perf_counter()
        start = start or now  # a round's tokens come at once, when it has ended
        count += 1
        if first == 0 and not from_draft:
            first = count
        if int(token) in pair.tokenizer.end_ids:
            break
    return count - (first or count), now - start


def compare(k: int, temperature: float, repeats: int, path: Path) -> None:
    """Print the ratio of both rates, and our time's parts."""
    pair = load_pair("mlx:tiny", "mlx:tiny")
    ratios, runs = [], []
    for seed in range(repeats):
        for prompt in PROMPTS:
            request = Request(
                prompt,
                draft="mlx:tiny",
                target="mlx:tiny",
                k=k,
                temperature=temperature,
                seed=seed,
                max_tokens=100,
                chat=False,
            )
            run = ours(request, pair, path)
            count, seconds = theirs(request, pair)
            if count > 0 and run.counts.tokens > 0:  # else the text ended in the first round
                runs.append(run)
                ratios.append((run.counts.tokens_per_second or 0.0) * seconds / count)
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(f"K={k}, T={temperature:g}, {len(runs)} runs of each: ours to mlx-lm's tokens/s")
    print(f"  {middle:.2f} (quartiles {low:.2f} to {high:.2f})")
    parts = [sum(getattr(run, name) for run in runs) for name in PARTS]
    for name, part in zip(PARTS, parts, strict=True):
        print(f"  {name.removesuffix('_seconds')}: {part / sum(parts):.0%} of our time")


def main() -> None:
    """Greedy and at temperature 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-k", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for temperature in (0.0, 1.0):
            compare(options.k, temperature, options.repeats, Path(folder) / "run.specrec")


if __name__ == "__main__":
    main()
