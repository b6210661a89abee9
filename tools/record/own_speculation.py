"""Records what an engine drafts by itself, and holds its counts to the engine's own totals.

python -m tools.record.own_speculation llama-server:model@http://127.0.0.1:8091 recordings/X.specrec

The engine is running, as docs/engines.md starts it, and nobody else asks it meanwhile: what its
/metrics counted before is taken off. The text is that of the gallery's run that looks back.
"""

import argparse
import re
import urllib.request
from pathlib import Path

from specrecord.events import SPECULATIVE
from specrecord.models.remote import split_address
from specrecord.recorder.record import record
from specrecord.recorder.request import Request
from specrecord.recorder.session import prepare
from specrecord.recording.audit import audit_recording
from specrecord.recording.reader import read_recording
from specrecord.recording.rounds import Track

_PROMPT = Path(__file__).parents[1] / "prompts" / "edit.txt"
_TOTALS = ("num_drafts", "num_draft_tokens", "num_accepted_tokens")


def totals(url: str) -> list[float]:
    """Rounds with a draft, drafted and accepted tokens since the engine began."""
    with urllib.request.urlopen(f"{url}/metrics") as answer:
        text = answer.read().decode()
    return [
        sum(map(float, re.findall(rf"^\w+:spec_decode_{name}_total\S* (\S+)$", text, re.M)))
        for name in _TOTALS
    ]


def counted(track: Track) -> list[float]:
    """The same of a recording."""
    drafting = [one for one in track.rounds if one.drafts]
    accepted = sum(one.count("accepted") for one in drafting)
    return [len(drafting), sum(len(one.drafts) for one in drafting), accepted]


def behind_the_end(track: Track) -> int:
    """Drafts of the last round that the engine may count as accepted, and that the text, which
    ended before them, has not.
    """
    last = track.rounds[-1]
    return 0 if last.count("rejected") else last.count("untested")


def main() -> None:
    """Record, audit, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("target", help="as for specrecord live")
    parser.add_argument("path", type=Path, help="where to record")
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--title")
    given = parser.parse_args()
    request = Request(
        prompt=_PROMPT.read_text(),
        target=given.target,
        tokenizer="smollm2",
        temperature=0.0,
        seed=1,
        max_tokens=given.max_tokens,
        title=given.title,
    )
    url = split_address(given.target)[1]
    session = prepare(request)
    before = totals(url)
    record(session, given.path, overwrite=True)
    told = [now - then for now, then in zip(totals(url), before, strict=True)]
    recording = read_recording(given.path)
    if findings := audit_recording(recording):
        raise SystemExit(f"it does not audit: {findings[0]}")
    track = recording.tracks[SPECULATIVE]
    found, more = counted(track), behind_the_end(track)
    if found[:2] != told[:2] or not found[2] <= told[2] <= found[2] + more:
        raise SystemExit(f"{_TOTALS}: the recording has {found}, the engine's totals are {told}")
    print(f"{given.path}: {_TOTALS} are the engine's own totals, {told}")


if __name__ == "__main__":
    main()
