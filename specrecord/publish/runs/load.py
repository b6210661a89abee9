"""Reads a folder of recordings into what pages need, refusing any that is unreadable or fails its
audit.

A `Run` keeps no events: a thousand recordings must fit in memory at once, since nothing is written
before all are read.
"""

import hashlib
import re
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import deflate
from markupsafe import Markup

from specrecord.errors import FindingError, UsageError
from specrecord.events import SPECULATIVE, Fault, Finish
from specrecord.header import Header
from specrecord.options import command_line
from specrecord.publish.runs.figure_data import figure_data
from specrecord.publish.runs.lanes import Lane, race_lanes, same_text
from specrecord.publish.runs.numbers import Number, key_numbers
from specrecord.publish.runs.round_strip import rounds_picture
from specrecord.publish.runs.social_card import card_png
from specrecord.publish.runs.text import Span, output_spans, plain
from specrecord.recording.audit import audit_recording
from specrecord.recording.estimate import estimate
from specrecord.recording.format import SUFFIX
from specrecord.recording.reader import Recording, parse_recording, plain_bytes, read_bytes
from specrecord.recording.stats import count_tracks, recording_info
from specrecord.text import visible

_GZIP_SUFFIX = f"{SUFFIX}.gz"
# libdeflate's slowest level, sooner done than zlib's 9; its header holds no time and no name
_SMALLEST = 12
_MANY = 64  # recordings that are worth further processes
_CARD_ROUNDS = 40
_PAGE_ROUNDS = 72


@dataclass(frozen=True)
class Run:
    """One recording as pages show it. `packed` are the bytes to publish, `prompt` is None when
    redacted, `same_text` tells whether each of its `lanes` wrote the same tokens.
    """

    name: str
    packed: bytes
    title: str
    started: str
    prompt: str | None
    command: str
    spans: list[Span]
    info: dict[str, Any]
    numbers: dict[str, Number]
    header: Header
    simulated: list[str]
    faults: list[Fault]
    finish: Finish | None
    card_picture: Markup
    picture: Markup
    figure_data: dict[str, Any]
    lanes: list[Lane]
    same_text: bool
    card: bytes


RunCache = dict[tuple[Path, bytes], Run]  # by path and digest


def recording_files(source: Path) -> list[Path]:
    """The recordings of a folder, by name; or `source` itself when it is a file.

    Raises UsageError when there are none, or two of one name.
    """
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UsageError(f"{source}: no such folder; give the folder that holds the recordings")
    files = sorted(path for path in source.iterdir() if _is_recording(path))
    if not files:
        raise UsageError(
            f"{source}: no recordings here; make one with `specrecord live PROMPT -o "
            f"{source}/first{SUFFIX}`"
        )
    for earlier, path in pairwise(sorted(files, key=run_name)):
        if run_name(path) == run_name(earlier):
            raise UsageError(
                f"{path}: another recording has this name ({earlier.name}); remove one"
            )
    return files


def run_name(path: Path) -> str:
    """The file's name without `.specrec` or `.specrec.gz`: the run's address in the site."""
    return path.name.removesuffix(".gz").removesuffix(SUFFIX)


def gather_runs(source: Path, cache: RunCache | None = None, workers: int = 1) -> list[Run]:
    """Every recording of `source`, audited; those that are real throughout come first.

    `cache` holds the runs of an earlier build: what did not change is taken from there, and it
    holds this build's afterwards. With several `workers`, many recordings are read by so many
    processes. Raises UsageError when there are none, RecordingError or FindingError for the first
    that does not hold.
    """
    found = {
        (path, hashlib.sha256(data).digest()): data
        for path in recording_files(source)
        for data in [read_bytes(path)]
    }
    runs: RunCache = {key: run for key in found if (run := (cache or {}).get(key)) is not None}
    fresh = [key for key in found if key not in runs]
    paths, datas = [path for path, _ in fresh], [found[key] for key in fresh]
    runs.update(zip(fresh, _gathered(paths, datas, workers), strict=True))
    if cache is not None:
        cache.clear()
        cache.update(runs)
    return sorted(runs.values(), key=lambda run: (bool(run.simulated), natural(run.name)))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names by the numbers in them: `link-30` before `link-100`."""
    parts = enumerate(re.split(r"(\d+)", name))  # words and numbers in turn
    return [(int(part), "") if place % 2 else (-1, part) for place, part in parts]


def _gathered(paths: list[Path], datas: list[bytes], workers: int) -> list[Run]:
    pool: Executor
    if workers < 2 or len(paths) < _MANY:
        # Packing and drawing let go of Python's lock, so that the next one is read beside them.
        pool = ThreadPoolExecutor(2)
    else:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    with pool:
        return list(pool.map(_gather_run, paths, datas, chunksize=8))


def _gather_run(path: Path, data: bytes) -> Run:
    """Audit and describe one recording. Raises FindingError when its audit finds anything."""
    recording = parse_recording(data, str(path))
    if findings := audit_recording(recording):
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise FindingError(f"{path}: {findings[0]}{more}; see `specrecord audit {path}`")
    packed = deflate.gzip_compress(plain_bytes(data), _SMALLEST)
    return describe_run(path, recording, bytes(packed))


def describe_run(path: Path, recording: Recording, packed: bytes) -> Run:
    """A recording as pages show it; `packed` are the bytes to publish."""
    header, track = recording.header, recording.tracks[SPECULATIVE]
    rounds = track.verified
    counts = count_tracks(recording)
    info = recording_info(recording, counts)
    prompt = header.prompt.text
    name, title = run_name(path), _title(header, prompt, path)
    return Run(
        name=name,
        packed=packed,
        title=title,
        started=header.start or "",
        prompt=None if prompt is None else visible(prompt),
        command=plain(command_line(header)),
        spans=output_spans(recording),
        info=info,
        numbers={number.key: number for number in key_numbers(info, counts)},
        header=header,
        simulated=[visible(str(part)) for part in info["simulated"]],
        faults=[event for event in recording.events if isinstance(event, Fault)],
        finish=track.finish,
        card_picture=rounds_picture(rounds[:_CARD_ROUNDS], _CARD_ROUNDS),
        picture=rounds_picture(rounds, _PAGE_ROUNDS, zoom=1.2),
        figure_data=figure_data(name, title, recording, info, counts, estimate(recording)),
        lanes=race_lanes(recording, counts),
        same_text=same_text(recording),
        card=card_png(rounds),
    )


def _title(header: Header, prompt: str | None, path: Path) -> str:
    """The author's title, else the prompt's first line, else the file's name."""
    if header.title:
        return visible(header.title)
    first_line = (prompt or "").strip().split("\n")[0]
    if not first_line:
        return visible(run_name(path))
    return visible(first_line if len(first_line) <= 60 else first_line[:59].rstrip() + "…")


def _is_recording(path: Path) -> bool:
    return (
        path.is_file()
        and path.name.endswith((SUFFIX, _GZIP_SUFFIX))
        and not path.name.startswith(".")
    )
