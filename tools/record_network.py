"""Records the runs over emulated links, and writes the table of docs/network.md from them.

python tools/record_network.py --force     # 12 runs into recordings/: three verifiers at 0, 30, 60
and 100 ms python tools/record_network.py --table     # the table alone, from the recordings that
are there

The embedded pair: `specrecord target` serves its target on this machine, and `live --link` holds
every byte on its way.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from specrecord.events import SPECULATIVE
from specrecord.recording.reader import read_recording
from specrecord.recording.stats import recording_info

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "recordings"
PAGE = ROOT / "docs" / "network.md"
BEGIN, END = "<!-- table: made by tools/record_network.py -->", "<!-- end of table -->"

VERIFIERS = ("score", "fan-out", "match")
LINKS = (0, 30, 60, 100)  # milliseconds of round trip
OPTIONS = ["Recipe: ", "-k", "6", "--max-tokens", "64", "--seed", "3"]
# One thread for matrices this small: with two, each waits for the other whenever the machine does
# anything else.
ENVIRONMENT = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def path_of(verifier: str, link: int) -> Path:
    """Where a run is recorded."""
    return FOLDER / f"network-{verifier}-{link}.specrec"


def record_all(force: bool) -> None:
    """Every run, each through the command line, as a user would."""
    target = [
        sys.executable,
        "-m",
        "specrecord",
        "target",
        "--model",
        "tiny:target",
        "--port",
        "0",
        "--seed",
        "3",
    ]
    with subprocess.Popen(target, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as server:
        assert server.stdout is not None
        name = f"api:tiny:target@{server.stdout.readline().strip()}"
        try:
            for link in LINKS:
                for verifier in VERIFIERS:
                    title = f"{verifier.capitalize()} over a link of {link} ms"
                    words = [
                        *OPTIONS,
                        "--target",
                        name,
                        "--verifier",
                        verifier,
                        "--link",
                        str(link),
                        "--title",
                        title,
                    ]
                    words += ["-o", str(path_of(verifier, link)), *(["--force"] if force else [])]
                    subprocess.run(
                        [sys.executable, "-m", "specrecord", "live", *words],
                        check=True,
                        env=ENVIRONMENT,
                    )
        finally:
            server.terminate()


def table() -> str:
    """The table in markdown: a row for each recording, every number read from it."""
    head = (
        "| link | verifier | tokens a round | tokens/s | against one request a token | against "
        "chunked "
        "| against streaming | network, ms a request | measured round trip, ms |"
    )
    rows = [
        row(read_recording(path_of(verifier, link)), link)
        for link in LINKS
        for verifier in VERIFIERS
    ]
    return "\n".join([head, "|---" * 9 + "|", *rows])


def row(recording: Any, link: int) -> str:
    """One run's."""
    found = recording_info(recording)
    speedup = found["speedup"]
    against = " | ".join(f"{speedup[name]:.2f}" for name in ("per_request", "chunked", "streaming"))
    network = network_ms(recording)
    verifier = recording.header.target.verifier
    distance = recording.header.round_trip_us / 1000
    return (
        f"| {link} ms | {verifier} | {found['mean_acceptance_length']:.2f} | "
        f"{found['tokens_per_second']:.1f} "
        f"| {against} | {network:.1f} | {distance:.1f} |"
    )


def network_ms(recording: Any) -> float:
    """The median of what the network took of a request of the run, in milliseconds."""
    rounds = recording.tracks[SPECULATIVE].verified
    return statistics.median(one.network_time / 1000 for one in rounds)


def write_table() -> None:
    """Put the table between its marks in the page."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


def main() -> None:
    """Record, unless only the table is wanted, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="overwrite recordings that exist")
    parser.add_argument(
        "--table", action="store_true", help="only write the table from the recordings"
    )
    given = parser.parse_args()
    if not given.table:
        record_all(given.force)
    write_table()


if __name__ == "__main__":
    main()
