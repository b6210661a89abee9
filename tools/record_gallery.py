"""Records the shipped gallery anew: real runs in different registers, by every rule, tree and way
to draft.

python tools/record_gallery.py --force             # into recordings/, with the seeds below
python tools/record_gallery.py --only tree-rrs     # one of them

Runs of SmolLM2 need it fetched (specrecord models fetch smollm2); without it they are left out, and
it says so.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from specrecord.models.fetched.store import fetched_folder

FOLDER = Path(__file__).parent.parent / "recordings"

STORY = "Once upon a time"
EDIT = """Add type hints to this code and return only the code.

def area(width, height):
    \"\"\"Area of a rectangle.\"\"\"
    if width < 0 or height < 0:
        raise ValueError("width and height must not be negative")
    return width * height


def perimeter(width, height):
    \"\"\"Perimeter of a rectangle.\"\"\"
    if width < 0 or height < 0:
        raise ValueError("width and height must not be negative")
    return 2 * (width + height)
"""

# file name: prompt, title, further options
RUNS: dict[str, list[str]] = {
    "story": ["Once upon a time", "--title", "A story", "--seed", "7"],
    "story-hot": [
        "Once upon a time",
        "--title",
        "A story at temperature 1",
        "--temperature",
        "1",
        "--seed",
        "7",
    ],
    "story-match": [
        "Once upon a time",
        "--title",
        "A story by sample-and-match",
        "--rule",
        "match",
        "--temperature",
        "1",
        "--seed",
        "7",
    ],
    "recipe": ["Recipe: ", "--title", "A recipe", "-k", "6", "--seed", "3"],
    "dialogue": ["Ana: ", "--title", "A dialogue", "-k", "2", "--temperature", "1", "--seed", "5"],
    "code-greedy": [
        "def ",
        "--title",
        "Code, greedily",
        "--temperature",
        "0",
        "-k",
        "6",
        "--seed",
        "1",
    ],
    "records": ['{"', "--title", "JSON records", "-k", "4", "--seed", "4"],
    "sums": ["Q: what is 12 + 30?", "--title", "Sums with top-p", "--top-p", "0.9", "--seed", "2"],
    "table": [
        "| name |",
        "--title",
        "A table with whole laws",
        "--evidence",
        "full",
        "-k",
        "3",
        "--max-tokens",
        "48",
        "--seed",
        "6",
    ],
    "rule-block": [
        STORY,
        "--title",
        "A story by block verification",
        "--rule",
        "block",
        "-k",
        "6",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "rule-gumbel": [
        STORY,
        "--title",
        "A story by coupled noise: the target's own text of this seed",
        "--rule",
        "gumbel",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "tree-specinfer": [
        STORY,
        "--title",
        "A tree of independent children",
        "--rule",
        "specinfer",
        "--tree",
        "2x2x1",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "64",
    ],
    "tree-rrs": [
        STORY,
        "--title",
        "A tree of children drawn without replacement",
        "--rule",
        "rrs",
        "--tree",
        "2x2x1",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "64",
    ],
    "tree-match": [
        "def ",
        "--title",
        "A tree, sampled and matched",
        "--rule",
        "match",
        "--tree",
        "3x1x1",
        "--seed",
        "3",
        "--max-tokens",
        "64",
    ],
    "tree-gumbel": [
        "Recipe: ",
        "--title",
        "A tree under coupled noise",
        "--rule",
        "gumbel",
        "--tree",
        "2x1x1",
        "--temperature",
        "1",
        "--seed",
        "5",
        "--max-tokens",
        "64",
    ],
    "tree-dynamic": [
        STORY,
        "--title",
        "A tree that grows where the draft is sure",
        "--rule",
        "specinfer",
        "--tree",
        "dynamic",
        "--temperature",
        "1",
        "--seed",
        "7",
        "--max-tokens",
        "64",
    ],
    "draft-ngram": [
        '{"',
        "--title",
        "Records, drafted by looking back",
        "--draft",
        "ngram",
        "--temperature",
        "0",
        "-k",
        "6",
        "--seed",
        "4",
        "--max-tokens",
        "96",
    ],
    "draft-lookahead": [
        "| name |",
        "--title",
        "A table by lookahead decoding",
        "--draft",
        "lookahead",
        "--rule",
        "specinfer",
        "--tree",
        "3x1",
        "--temperature",
        "0",
        "--seed",
        "6",
        "--max-tokens",
        "64",
    ],
    "draft-skip": [
        STORY,
        "--title",
        "The target's own first six layers as a draft",
        "--draft",
        "skip:6",
        "-k",
        "3",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "draft-mixture": [
        '{"',
        "--title",
        "A mixture of a model and a look back",
        "--draft",
        "tiny+ngram",
        "--seed",
        "4",
        "--max-tokens",
        "96",
    ],
    "draft-ensemble-tree": [
        "def ",
        "--title",
        "Children of two drafts in one tree",
        "--draft",
        "tiny+ngram",
        "--rule",
        "specinfer",
        "--tree",
        "2x2x1",
        "--seed",
        "3",
        "--max-tokens",
        "64",
    ],
    "draft-auto": [
        STORY,
        "--title",
        "A story that decides how deep to draft",
        "-k",
        "auto",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "draft-int4": [
        STORY,
        "--title",
        "The draft rounded to four bits",
        "--draft",
        "tiny:draft-int4",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "draft-qat": [
        STORY,
        "--title",
        "The draft trained in four bits",
        "--draft",
        "tiny:draft-qat",
        "--seed",
        "7",
        "--max-tokens",
        "96",
    ],
    "smollm2-edit-ngram": [
        EDIT,
        "--title",
        "SmolLM2 edits code, drafted by looking back",
        "--target",
        "smollm2",
        "--draft",
        "ngram",
        "--temperature",
        "0",
        "-k",
        "6",
        "--seed",
        "1",
        "--max-tokens",
        "120",
    ],
    "smollm2-edit-lookahead": [
        EDIT,
        "--title",
        "SmolLM2 edits code by lookahead decoding",
        "--target",
        "smollm2",
        "--draft",
        "lookahead",
        "--rule",
        "specinfer",
        "--tree",
        "2x1",
        "--temperature",
        "0",
        "--seed",
        "1",
        "--max-tokens",
        "120",
    ],
}


def main() -> None:
    """Record every run through the command line, as a user would."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="overwrite recordings that exist")
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS), metavar="NAME")
    options_given = parser.parse_args()
    force = ["--force"] if options_given.force else []
    FOLDER.mkdir(exist_ok=True)
    for name in options_given.only:
        options = RUNS[name]
        if "smollm2" in options and fetched_folder("smollm2") is None:
            print(f"{name} IS LEFT OUT: specrecord models fetch smollm2", file=sys.stderr)
            continue
        path = FOLDER / f"{name}.specrec"
        subprocess.run(
            [sys.executable, "-m", "specrecord", "live", *options, "-o", str(path), *force],
            check=True,
        )


if __name__ == "__main__":
    main()
