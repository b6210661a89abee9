"""Records a handful of live runs for `make demo`, real, on this machine, just now, and lays the
shipped gallery beside them, told apart.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

GALLERY = Path(__file__).parent.parent / "recordings"
RUNS = {
    "story": "'Once upon a time' --title 'A story' --seed 7",
    "code": "'def ' --title 'Code, greedily' --temperature 0 -k 6",
    "records": "'{\"' --title Records -k 6",
    "story-match": "'Once upon a time' --title 'A story by sample-and-match' --rule match"
    " --temperature 1",
}
SEEN = {
    "story": "The embedded pair tells a story: the run that the gallery shows, on your machine.",
    "code": "Text that is easy to foresee: long rounds.",
    "records": "Names are hard to foresee, what stands between them is not.",
    "story-match": "The target draws, too; what both drew stays.",
}


def record(folder: Path) -> None:
    """Record each run through the command line, as a user would."""
    for name, words in RUNS.items():
        path = folder / f"here-{name}.specrec"
        command = [sys.executable, "-m", "specrecord", "live", *shlex.split(words)]
        command += ["-o", str(path), "--force"]
        print(f"\n$ specrecord {' '.join(command[3:])}", flush=True)
        subprocess.run(command, check=True)


def section() -> str:
    """The part of gallery.toml that names them."""
    runs = "".join(f'  {{ name = "here-{name}", see = "{SEEN[name]}" }},\n' for name in RUNS)
    return f'[[section]]\ntitle = "Recorded here, just now"\nrun = [\n{runs}]\n\n'


def main() -> None:
    """Record, copy the gallery, and choose what comes first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    folder = parser.parse_args().output
    shutil.copytree(GALLERY, folder, dirs_exist_ok=True)
    record(folder)
    choice = folder / "gallery.toml"
    choice.write_text(section() + choice.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
