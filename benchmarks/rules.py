"""How many tokens a round each rejection rule yields: the same prompts and seeds for all, chains of
four and of six nodes, and trees of six.

    python benchmarks/rules.py              # about 6 minutes; cut, it goes on where it was

The embedded pair at T=1, in each register of its corpus, 50 seeds, 64 tokens. Counts alone, which
do not depend on what else the machine does; what nodes cost in time is in the bench `nodes`.
Of `block` against `standard` and `rrs` against `specinfer` the ratio is of pairs: the same register
and seed. The rows replace benchmarks/results/rules.csv, and the tables of docs/models.md and of the
chapter on rules.
"""

import argparse
import csv
import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from specrecord.bench.interval import geometric_mean, interval
from specrecord.decoding.logprob_capture import LogprobCapture
from specrecord.decoding.loop import Settings, speculate
from specrecord.decoding.rng import SeededRng
from specrecord.decoding.sampling import SamplingParams
from specrecord.decoding.trees import parse_tree
from specrecord.events import SPECULATIVE
from specrecord.recorder.machine import describe_machine
from specrecord.recording.measures.stats import count_track
from specrecord.recording.rounds import TrackBuilder
from specrecord.registry import Pair, load_pair
from tools.record import bench as record_bench

SEEDS, TOKENS = 50, 64
WAYS = [
    *((rule, "chain", 4) for rule in ("standard", "block", "match", "gumbel")),
    *((rule, "chain", 6) for rule in ("standard", "block")),
    *((rule, "2x2", 2) for rule in ("match", "gumbel", "specinfer", "rrs")),
]
PAIRED = {"block": "standard", "rrs": "specinfer"}


Runs = dict[tuple[str, ...], float]  # tokens a round by rule, tree, K, register and seed


def one_run(pair: Pair, way: tuple[str, str, int], prompt: str, seed: int) -> float:
    """Tokens a round, decoded in this process with nothing recorded beside the tokens."""
    rule, tree, k = way
    settings = Settings(
        k=k,
        max_tokens=TOKENS,
        end_ids=pair.tokenizer.end_ids,
        token_bytes=pair.tokenizer.token_bytes,
        rule=rule,
        tree=parse_tree(tree),
        sampling=SamplingParams(1.0, 0, 1.0),
        capture=LogprobCapture("none"),
    )
    assert pair.drafter is not None
    rng = SeededRng(np.random.default_rng(seed), seed)
    events = speculate(
        pair.drafter,
        pair.target,
        pair.tokenizer.encode(prompt),
        settings,
        now=lambda: 0,
        rng=rng,
    )
    counts = count_track(TrackBuilder(events).tracks[SPECULATIVE])
    return counts.tokens / counts.rounds


def all_runs(pair: Pair, file: Path) -> Runs:
    """Every run; those in `file` are not made again."""
    found = {tuple(key): length for key, length in map(json.loads, lines(file))}
    with file.open("a") as kept:
        for seed in range(SEEDS):
            print(f"seed {seed} of {SEEDS}")
            for register, prompt in record_bench.REGISTERS.items():
                for way in WAYS:
                    key = (*map(str, way), register, str(seed))
                    if key not in found:
                        found[key] = one_run(pair, way, prompt, seed)
                        kept.write(json.dumps([key, found[key]]) + "\n")
    return found


def lines(file: Path) -> list[str]:
    """Whole ones."""
    text = file.read_text() if file.exists() else ""
    return text[: text.rfind("\n") + 1].splitlines()


def of_way(found: Runs, way: tuple[str, str, int]) -> list[list[float]]:
    """A way's runs: a list for each register, by seed."""
    return [
        [found[*map(str, way), register, str(seed)] for seed in range(SEEDS)]
        for register in record_bench.REGISTERS
    ]


def row(found: Runs, way: tuple[str, str, int]) -> dict[str, object]:
    """The geometric mean of its runs' tokens a round; the same of its pairs' ratios, if any."""
    own = of_way(found, way)
    rule, tree, k = way
    about: dict[str, object] = {"rule": rule, "tree": tree, "k": k, "against": PAIRED.get(rule, "")}
    about |= _spread("tokens_a_round", own, len(WAYS))
    if rule not in PAIRED:
        return about
    other = of_way(found, (PAIRED[rule], tree, k))
    ratios = [
        [one / two for one, two in zip(*runs, strict=True)] for runs in zip(own, other, strict=True)
    ]
    return about | _spread("ratio", ratios, sum(rule in PAIRED for rule, *_ in WAYS))


def _spread(name: str, values: list[list[float]], compared: int) -> dict[str, object]:
    low, high = interval(values, compared) or (None, None)
    return {name: geometric_mean(values), f"{name}_low": low, f"{name}_high": high}


def main() -> None:
    """Run what is missing, keep the rows, and write them into the pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    pair = load_pair("tiny", "tiny")
    file = parser.parse_args().folder / f"specrecord-rules-{pair.target.info.revision}.jsonl"
    found = all_runs(pair, file)
    rows = [row(found, way) for way in WAYS]
    text = io.StringIO()
    writer = csv.DictWriter(text, max(rows, key=len), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    started = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    record_bench.keep(
        "rules", text.getvalue(), len(found), {"started": started} | describe_machine()
    )
    record_bench.write()


if __name__ == "__main__":
    main()
