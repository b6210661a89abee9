"""Records the shipped gallery anew: real runs of the embedded pair in different registers, K, temperatures and rules.

python tools/record_gallery.py --force     # into recordings/, with the seeds below
"""

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "recordings"

# file name: prompt, title, further options
RUNS: dict[str, list[str]] = {
    "story": ["Once upon a time", "--title", "A story", "--seed", "7"],
    "story-hot": ["Once upon a time", "--title", "A story at temperature 1", "--temperature", "1", "--seed", "7"],
    "story-match": ["Once upon a time", "--title", "A story by sample-and-match", "--rule", "match",
                    "--temperature", "1", "--seed", "7"],
    "recipe": ["Recipe: ", "--title", "A recipe", "-k", "6", "--seed", "3"],
    "dialogue": ["Ana: ", "--title", "A dialogue", "-k", "2", "--temperature", "1", "--seed", "5"],
    "code-greedy": ["def ", "--title", "Code, greedily", "--temperature", "0", "-k", "6", "--seed", "1"],
    "records": ['{"', "--title", "JSON records", "-k", "4", "--seed", "4"],
    "sums": ["Q: what is 12 + 30?", "--title", "Sums with top-p", "--top-p", "0.9", "--seed", "2"],
    "table": ["| name |", "--title", "A table with whole laws", "--evidence", "full", "-k", "3", "--max-tokens", "48",
              "--seed", "6"],
}  # fmt: skip


def main() -> None:
    """Record every run through the command line, as a user would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="overwrite recordings that exist")
    force = ["--force"] if parser.parse_args().force else []
    FOLDER.mkdir(exist_ok=True)
    for name, options in RUNS.items():
        path = FOLDER / f"{name}.specrec"
        subprocess.run([sys.executable, "-m", "specrecord", "live", *options, "-o", str(path), *force], check=True)


if __name__ == "__main__":
    main()
