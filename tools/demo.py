"""Records a handful of live runs for `make demo`: real, on this machine, just now."""

import argparse
import subprocess
import sys
from pathlib import Path

RUNS = {
    "story": ["Once upon a time", "--title", "A story"],
    "code": ["def ", "--title", "Code, greedily", "--temperature", "0", "-k", "6"],
    "records": ['{"', "--title", "Records", "-k", "6"],
    "story-match": [
        "Once upon a time",
        "--title",
        "A story by sample-and-match",
        "--rule",
        "match",
        "--temperature",
        "1",
    ],
}


def main() -> None:
    """Record each run through the command line, as a user would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    folder = parser.parse_args().output
    folder.mkdir(exist_ok=True)
    for name, options in RUNS.items():
        command = [
            sys.executable,
            "-m",
            "specrecord",
            "live",
            *options,
            "-o",
            str(folder / f"{name}.specrec"),
            "--force",
        ]
        print(f"\n$ specrecord {' '.join(command[3:])}", flush=True)
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
