"""Small faults put into the code one at a time: does a test notice? Run by hand, in some minutes.

Each mutation of `tools/mutation_table.py` replaces one piece of text in a copy of the working tree
and runs the tests that should catch it. Prints which die and which survive; ends with 1 when one
survives, when the text that a mutation replaces is not there exactly once, or when the tests fail
without any mutation.

    python tools/mutations.py               all of them
    python tools/mutations.py sibling seal  those whose names contain one of these words
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tools.mutation_table import MUTATIONS, Mutation  # noqa: E402


def copied_tree(folder: Path) -> None:
    """Every file of the working tree that git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    for path in filter(None, listed.split("\0")):
        if (ROOT / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, folder / path)


def tests_pass(folder: Path, tests: tuple[str, ...]) -> bool:
    """Whether these test files (or pytest's `file::name`) pass, each language's by its own runner."""
    scripts = [one for one in tests if one.endswith(".js")]
    modules = [one for one in tests if not one.endswith(".js")]
    commands = [["node", "--test", *scripts]] if scripts else []
    pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *modules]
    commands += [pytest] if modules else []
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=600, env=environment(folder)
        )
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} could not run:\n{done.stdout.decode()[-2000:]}")
        if done.returncode:
            return False
    return True


def environment(folder: Path) -> dict[str, str]:
    """This process's, with the copy before every other place that Python looks in."""
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def outcome(folder: Path, mutation: Mutation) -> str:
    path = folder / mutation.file
    text = path.read_text() if path.is_file() else ""
    if text.count(mutation.old) != 1:
        return f"NOT FOUND: its text stands {text.count(mutation.old)} times in {mutation.file}"
    path.write_text(text.replace(mutation.old, mutation.new))
    try:
        return "SURVIVES" if tests_pass(folder, mutation.tests) else "dies"
    finally:
        path.write_text(text)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*", help="only mutations whose names contain one of these")
    words = parser.parse_args().words
    chosen = [one for one in MUTATIONS if not words or any(word in one.name for word in words)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied_tree(folder)
        every = tuple(sorted({test for one in chosen for test in one.tests}))
        if not tests_pass(folder, every):
            raise SystemExit("the tests fail without any mutation; nothing can be learnt from them")
        failed = 0
        for mutation in chosen:
            found = outcome(folder, mutation)
            failed += found != "dies"
            print(f"{mutation.name:60} {found}", flush=True)
    print(f"{len(chosen) - failed} of {len(chosen)} die")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
