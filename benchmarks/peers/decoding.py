"""Tokens a second with and without speculation: each decoder on the same weights and token ids.

Every decoder runs as a process of its own, all of them in turn, `repeats` times over. A rate is
tokens over seconds from the request to the last token. What is compared with is the same decoder
without speculation; the other decoders' rates stand beside it.
"""

import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers import tasks

HERE = Path(__file__).parent
ALONE, SPECULATIVE = "alone", "speculative"
Rows = list[list[Any]]


def decoders(env: Path, task: Mapping[str, Any]) -> dict[str, tuple[str, Path]]:
    """For each decoder its Python and its script."""
    own, peers = sys.executable, str(env / "bin" / "python")
    found = {
        "specrecord, recording": (own, HERE / "run_specrecord.py"),
        "transformers": (peers, HERE / "run_transformers.py"),
    }
    if "gguf" in task:
        return found | {"llama.cpp, four bits": (peers, HERE / "run_llama_cpp.py")}
    return found | {"mlx-lm on the CPU": (own, HERE / "run_mlx_lm.py")}


def decode(env: Path, gguf: Path, repeats: int) -> list[dict[str, Any]]:
    """Every task's figures, by decoder."""
    tables = []
    for task in (tasks.lookup(gguf), tasks.pair()):
        rows: dict[str, Rows] = {name: [] for name in decoders(env, task)}
        with tempfile.TemporaryDirectory() as folder:
            file = tasks.write(task, Path(folder) / "task.json")
            for _ in range(repeats):
                for name, (python, script) in decoders(env, task).items():
                    rows[name] += run(python, script, file)
        figures = {name: figures_of(found) for name, found in rows.items() if found}
        tables.append({"task": task["name"], "prompts": len(task["prompts"]), "of": figures})
    return tables


def run(python: str, script: Path, file: Path) -> Rows:
    """One process's rows; none, said loudly, when it failed."""
    done = subprocess.run([python, str(script), str(file)], capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"NOT MEASURED: {script.stem}: {last}", file=sys.stderr)
        return []
    found: Rows = json.loads(done.stdout.splitlines()[-1])
    return found


def figures_of(rows: Rows) -> dict[str, Any]:
    """Rates and speedups over prompts and repeats: median, least and most; whether texts agree."""
    rates: dict[str, list[float]] = {ALONE: [], SPECULATIVE: []}
    texts: dict[str, dict[str, list[int]]] = {}
    for prompt, mode, output, seconds in rows:
        rates[mode].append(len(output) / seconds)
        texts.setdefault(prompt, {})[mode] = output
    gains = [fast / slow for fast, slow in zip(rates[SPECULATIVE], rates[ALONE], strict=True)]
    equal = sum(found[ALONE] == found[SPECULATIVE] for found in texts.values())
    return {
        **{mode: spread(values) for mode, values in rates.items()},
        "speedup": {
            **spread(gains),
            "mean": math.exp(statistics.fmean(map(math.log, gains))),
        },
        "equal": equal,
    }


def spread(values: list[float]) -> dict[str, float]:
    """Median, least and most."""
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}
