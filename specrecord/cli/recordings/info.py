"""`specrecord info`: a recording's key numbers, as a page or as JSON."""

import json
from typing import Any

import click

from specrecord.cli.arguments import print_rows, show
from specrecord.events import SPECULATIVE
from specrecord.recording.measures.channels import channel_counts
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.second_pass import mean_logprob
from specrecord.recording.measures.stats import count_recording, recording_info
from specrecord.recording.reader import read_recording
from specrecord.text import json_visible


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(run: str, as_json: bool) -> None:
    """Print the key numbers of RUN, a recording (or - for standard input).

    A cut file is fine: what it holds is counted, and `complete` is false. What begins with `model`
    is computed, not recorded, `instrument_share` is latency.other_s / duration_s, `channels` counts
    tokens of reasoning and answer, where the model tells them apart, and `second_pass` is what an
    engine told of its finished text, in nats a token: none is in the JSON.

    \b
    Example:
      specrecord info run.specrec
      specrecord info run.specrec --json | jq .acceptance_rate
    """
    recording = read_recording(run)
    totals = count_recording(recording)
    found = recording_info(recording, totals)
    if as_json:
        show(json_visible(json.dumps(found, indent=2, ensure_ascii=False)))
    else:
        model = estimate(recording, totals)
        second_pass = mean_logprob(recording)
        share = totals.tracks[SPECULATIVE].instrument_share
        computed = {
            "channels": channel_counts(recording),
            **({} if second_pass is None else {"second_pass": {"mean_logprob": second_pass}}),
            "instrument_share": share,
            "model": model.answers() if model else "unknown",
        }
        print_rows(_rows({**found, **computed}))


def _rows(found: dict[str, Any]) -> dict[str, str]:
    """Nested keys are written with a dot, lists with spaces, and null as a dash."""
    rows: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, dict):
            rows |= _rows({f"{key}.{name}": item for name, item in value.items()})
        else:
            rows[key] = _text(value)
    return rows


def _text(value: Any) -> str:
    if value is None or value == []:
        return "-"
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
