"""How much sooner a run starts when the beginning of its prompt was read by the run before.

    python benchmarks/cached_prefix.py [--target smollm2 --draft ngram]

Two prompts share at least 500 tokens and end differently. The first run reads them cold, the second
reuses the cache.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from specrecord.events import Prefill
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.measures.stats import recording_info
from specrecord.recording.reader import read_recording
from specrecord.registry import load_pair

LINE = (
    "Mira has a brass key, a map of the old town and a red lamp; Otto has a rope, a boat and "
    "two maps. "
)


def main() -> None:
    """Print the time to the first token of both runs, and how many tokens were reused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", default="tiny")
    parser.add_argument("--draft", default="tiny")
    parser.add_argument(
        "--tokens", type=int, default=480, help="of the shared beginning (tiny holds 512 in all)"
    )
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    pair = load_pair(options.draft, options.target)
    start = LINE
    while len(pair.tokenizer.encode(start + LINE)) <= options.tokens:
        start += LINE
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.specrec"
        for repeat in range(options.repeats):
            seconds = []
            for cold, end in ((True, "What has Mira?"), (False, "Who has a boat?")):
                request = Request(
                    start + end,
                    draft=options.draft,
                    target=options.target,
                    max_tokens=8,
                    seed=repeat,
                    baselines=False,
                    chat=False,
                )
                record(prepare(request, loaded=pair, cold=cold), path, overwrite=True)
                recording = read_recording(path)
                seconds.append(recording_info(recording)["ttft_s"])
                read = [
                    event
                    for event in recording.events
                    if isinstance(event, Prefill) and event.side == "target"
                ]
                print(
                    f"  {'cold' if cold else 'reused'}: first token after "
                    f"{1000 * seconds[-1]:.1f} ms, "
                    f"{read[0].reused} of {read[0].tokens} tokens in the cache"
                )
            ratios.append(seconds[0] / seconds[1])
    print(
        f"{options.target}: {statistics.median(ratios):.1f} times sooner ({min(ratios):.1f} to "
        f"{max(ratios):.1f})"
    )


if __name__ == "__main__":
    main()
