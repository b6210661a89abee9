"""What folders of many recordings take: CPU seconds and memory of building a site and of an audit,
the exponents of both in the folder's size, and what the first page then weighs.

    python benchmarks/many_recordings.py [RECORDINGS ...] [--runs 1]

The recordings are the gallery's own in turn, each under a name of its own. CPU time is all
processes' together, memory the most that one of them held; exponents as in `scale.py`.
"""

import argparse
import gzip
import shutil
import tempfile
from itertools import cycle, islice
from pathlib import Path

from scale import ROOT, measured, slope

COMMANDS = {
    "build": ("build", "FOLDER", "-o", "OUT", "--force"),
    "audit": ("audit", "RECORDINGS"),
}


def main() -> None:
    """Measure both commands on folders of every size, and print a line of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs="*", type=int, default=[60, 120, 250, 500, 1000])
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    if len(options.recordings) < 3:
        parser.error("an exponent needs three sizes")
    shipped = sorted((ROOT / "recordings").glob("*.specrec"))
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(count) for count in options.recordings]
        for count, folder in zip(options.recordings, folders, strict=True):
            folder.mkdir()
            for number, source in enumerate(islice(cycle(shipped), count)):
                shutil.copy(source, folder / f"{source.stem}-{number}.specrec")
        files = [sorted(folder.iterdir()) for folder in folders]
        sizes = [sum(path.stat().st_size for path in paths) for paths in files]
        print("recordings:", "  ".join(map(str, options.recordings)))
        print("together, MB:", "  ".join(f"{size / 1e6:.1f}" for size in sizes))
        site = Path(place) / "site"
        pages: list[bytes] = []
        for name, words in COMMANDS.items():
            seconds, memory = [], []
            for folder, paths in zip(folders, files, strict=True):
                places = {"FOLDER": [folder], "OUT": [site], "RECORDINGS": paths}
                asked = [str(one) for word in words for one in places.get(word, [word])]
                found = [measured(asked) for _ in range(options.runs)]
                seconds.append(min(one for one, _ in found))
                memory.append(max(one for _, one in found))
                if name == "build":
                    pages.append((site / "index.html").read_bytes())
            print(f"{name}: CPU s", "  ".join(f"{one:.1f}" for one in seconds), end="")
            print(f" (n^{slope(sizes, seconds):.2f}); MB", end=" ")
            print("  ".join(f"{one / 1e6:.0f}" for one in memory), end="")
            print(f" (n^{slope(sizes, memory):.2f})")
        weights = [
            f"{len(page) / 1e3:.0f} ({len(gzip.compress(page, 9)) / 1e3:.0f})" for page in pages
        ]
        print("first page, kB (gzip):", "  ".join(weights))


if __name__ == "__main__":
    main()
