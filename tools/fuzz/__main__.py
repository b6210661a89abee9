"""Fuzzes what takes a recording, guided by coverage (Atheris, libFuzzer).

    python -m tools.fuzz --minutes 20 FOLDER      # `make fuzz`; goes on with what FOLDER holds

The fuzzer begins with small recordings of every kind, and keeps each file that reaches new code:
FOLDER/corpus. At its end the player's reader is given all of them, and both must say the same.
What raises, takes over a second or is read differently is kept in FOLDER/findings, one file a
line; the exit code is 1 where there is any.
"""

import argparse
import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tools.torture.bases import bases
from tools.torture.readers import NodeReader, differences, node, of_python

_LONGEST = 1 << 16  # bytes of a file
_MEMORY = 2000  # MB that the fuzzer may take
_AT_ONCE = 500


def begin(corpus: Path) -> None:
    """The recordings that all others are made of."""
    corpus.mkdir(parents=True, exist_ok=True)
    for tokens in (1, 5):
        for data in bases(tokens).values():
            (corpus / hashlib.sha1(data).hexdigest()).write_bytes(data)


def fuzz(folder: Path, minutes: float) -> int:
    """Run the fuzzer in a process of its own; how many files it tried."""
    words = [sys.executable, "-m", "tools.fuzz.target", str(folder / "findings")]
    words += [str(folder / "corpus"), f"-max_total_time={round(60 * minutes)}"]
    words += [f"-max_len={_LONGEST}", f"-rss_limit_mb={_MEMORY}", "-timeout=60"]
    words += ["-print_final_stats=1", f"-artifact_prefix={folder / 'findings'}/"]
    tried = 0
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stderr is not None
        for line in process.stderr:
            sys.stderr.write(line)
            if found := re.match(r"stat::number_of_executed_units: (\d+)", line):
                tried = int(found[1])
    return tried


def compare(folder: Path) -> Counter[str]:
    """Give every file of the corpus to both readers."""
    found: Counter[str] = Counter()
    files = sorted((folder / "corpus").iterdir())
    reader = NodeReader(node())
    for first in range(0, len(files), _AT_ONCE):
        some = [path.read_bytes() for path in files[first : first + _AT_ONCE]]
        for data, other in zip(some, reader(some), strict=True):
            for kind, line in differences(of_python(data), other):
                found[kind] += 1
                name = f"{kind.split()[0]}-{hashlib.sha1(line.encode()).hexdigest()[:8]}"
                (folder / "findings" / name).write_bytes(data)
                print(f"  {kind}: {line}", file=sys.stderr)
    reader.close()
    return found


def main() -> int:
    """Fuzz; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=20)
    options = parser.parse_args()
    begin(options.folder / "corpus")
    (options.folder / "findings").mkdir(exist_ok=True)
    tried = fuzz(options.folder, options.minutes)
    differing = compare(options.folder)
    kept = len(list((options.folder / "corpus").iterdir()))
    findings = len(list((options.folder / "findings").iterdir()))
    print(f"{tried:,} files tried; {kept:,} that reach other code were kept")
    print(f"{findings:,} findings; the two readers differ on {sum(differing.values()):,} files")
    return int(findings > 0)


if __name__ == "__main__":
    sys.exit(main())
