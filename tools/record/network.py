"""Records the runs over emulated links, and writes the table of docs/network.md from them.

python -m tools.record.network --force  # 12 runs into recordings/: three verifiers, four links
python -m tools.record.network --table  # the table alone, from the recordings that are there

The embedded pair: `specrecord target` serves its target on this machine, and `live --link` holds
every byte on its way.
"""

import argparse
import itertools
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from specrecord.events import SPECULATIVE
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "recordings"
PAGE = ROOT / "docs" / "network.md"
BEGIN, END = "<!-- table: made by tools/record/network.py -->", "<!-- end of table -->"

VERIFIERS = ("score", "fan-out", "match")
LINKS = (0, 30, 60, 100)  # milliseconds of round trip
OPTIONS = ["Recipe: ", "-k", "6", "--max-tokens", "64", "--seed", "3"]


def path_of(verifier: str, link: int) -> Path:
    """Where a run is recorded."""
    return FOLDER / f"network-{verifier}-{link}.specrec"


@contextmanager
def target_server(model: str) -> Iterator[str]:
    """A model served on this machine, by the name that `live --target` takes."""
    words = ["target", "--model", model, "--port", "0", "--seed", "3"]
    command = [sys.executable, "-m", "specrecord", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"api:{model}@{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def record_all(force: bool) -> None:
    """Every run, each through the command line, as a user would."""
    with target_server("tiny:target") as name:
        for link, verifier in itertools.product(LINKS, VERIFIERS):
            title = f"{verifier.capitalize()} over a link of {link} ms"
            words = [*OPTIONS, "--target", name, "--verifier", verifier, "--link", str(link)]
            words += ["--title", title, "-o", str(path_of(verifier, link))]
            words += ["--force"] if force else []
            subprocess.run([sys.executable, "-m", "specrecord", "live", *words], check=True)


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
