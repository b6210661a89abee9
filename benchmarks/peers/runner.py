"""What every decoder's script shares; plain Python, since each runs in an environment of its own.

A runner reads a task, and prints a list of [prompt, mode, token ids, seconds]: `alone` is the
target without speculation, `speculative` with it. Seconds last from the request to the last token,
the prompt's reading included, the models' loading not.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ALONE, SPECULATIVE = "alone", "speculative"


def task() -> dict[str, Any]:
    """What the process was asked for."""
    found: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    return found


def run(asked: dict[str, Any], ways: dict[str, Callable[[list[int]], list[int]]]) -> None:
    """Times every prompt each way, in turn, after one round of both that warms up."""
    rows = []
    first = next(iter(asked["prompts"].values()))
    for way in ways.values():
        way(first)
    for at, (name, ids) in enumerate(asked["prompts"].items()):
        for mode in sorted(ways, reverse=bool(at % 2)):
            start = time.perf_counter()
            output = ways[mode](ids)
            rows.append([name, mode, output, time.perf_counter() - start])
    print(json.dumps(rows))
