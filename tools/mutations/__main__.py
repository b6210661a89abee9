"""Small faults put into the code one at a time: does a test notice? Run by hand, in some minutes.

Each mutation of the two tables beside this file replaces one piece of text in a copy of the
working tree and runs the tests that should catch it. Prints which die and which survive; ends with
1 when one survives, when the text that a mutation replaces is not there exactly once, or when the
tests fail without any mutation.

    python -m tools.mutations               all of them
    python -m tools.mutations sibling laws  those with one of these words in their name or file
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.mutations.of_package import PACKAGE
from tools.mutations.of_player import PLAYER
from tools.mutations.table import Mutation, mutations_of

MUTATIONS = [*mutations_of(PLAYER), *mutations_of(PACKAGE)]
ROOT = Path(__file__).resolve().parents[2]
LONGEST = 900  # seconds; a mutation may make a loop endless


def copied_tree(folder: Path) -> None:
    """Every file of the working tree that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for path in filter(None, listed.split("\0")):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)


def failure(folder: Path, tests: tuple[str, ...]) -> str:
    """What these test files (or pytest's `file::name`) say when they fail, "" when they pass."""
    scripts = [one for one in tests if one.endswith(".js")]
    modules = [one for one in tests if not one.endswith(".js")]
    commands = [["node", "--test", *scripts]] if scripts else []
    pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *modules]
    commands += [pytest] if modules else []
    for command in commands:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, timeout=LONGEST, env=environment(folder)
            )
        except subprocess.TimeoutExpired:
            return f"{' '.join(command)} went on for ever"
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} could not run:\n{done.stdout.decode()[-2000:]}")
        if done.returncode:
            return done.stdout.decode()
    return ""


def environment(folder: Path) -> dict[str, str]:
    """This process's, with the copy before every other place that Python looks in."""
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **fixed, "PYTHONPATH": str(folder)}


def outcome(folder: Path, mutation: Mutation) -> str:
    path = folder / mutation.file
    text = path.read_text() if path.is_file() else ""
    if text.count(mutation.old) != 1:
        return f"NOT FOUND: its text stands {text.count(mutation.old)} times in {mutation.file}"
    path.write_text(text.replace(mutation.old, mutation.new))
    try:
        return "dies" if failure(folder, mutation.tests) else "SURVIVES"
    finally:
        path.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "words", nargs="*", help="only mutations with one of these in their name or file"
    )
    words = parser.parse_args().words
    chosen = [
        one
        for one in MUTATIONS
        if not words or any(word in f"{one.file} {one.name}" for word in words)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied_tree(folder)
        every = tuple(sorted({test for one in chosen for test in one.tests}))
        if said := failure(folder, every):
            raise SystemExit(f"{said[-4000:]}\nthe tests fail without any mutation")
        failed = 0
        for mutation in chosen:
            found = outcome(folder, mutation)
            failed += found != "dies"
            print(f"{mutation.name:60} {found}", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} die")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
