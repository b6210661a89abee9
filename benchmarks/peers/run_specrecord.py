"""specrecord, which writes all of it to a file meanwhile; the seconds are the recording's."""

import json
import sys
import tempfile
from pathlib import Path

from runner import ALONE, SPECULATIVE, task

from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.reader import read_recording
from specrecord.registry import load_pair

TRACKS = {"autoregressive": ALONE, "speculative": SPECULATIVE}


def main() -> None:
    """Every prompt; its run and its baseline."""
    asked = task()
    target = f"llama:{asked['target']}"
    draft = f"llama:{asked['draft']}" if "draft" in asked else "ngram"
    pair = load_pair(draft, target)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.specrec"
        for at, (name, text) in enumerate(asked["texts"].items()):
            request = Request(
                text,
                draft=draft,
                target=target,
                k=asked["k"],
                temperature=0.0,
                max_tokens=asked["tokens"],
                chat=asked["chat"],
                seed=1,
            )
            session = prepare(request, loaded=pair)
            session.baseline_first = bool(at % 2)
            assert session.prompt == asked["prompts"][name]
            record(session, path, overwrite=True)
            for track in read_recording(path).tracks.values():
                if track.name in TRACKS:
                    output = [token.token for one in track.rounds for token in one.output]
                    rows.append([name, TRACKS[track.name], output, track.duration / 1e6])
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
