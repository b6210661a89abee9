"""Reads a folder of recordings into what pages need, refusing any that is unreadable or fails its
audit.

A `Run` keeps no events: a thousand recordings must fit in memory at once, since nothing is written
before all are read.
"""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import deflate
from markupsafe import Markup

from specrecord.errors import FindingError, RecordingError, SpecrecordError
from specrecord.events import SPECULATIVE, Fault, Finish
from specrecord.header import Header
from specrecord.options import command_line
from specrecord.publish.runs.figure_data import figure_data
from specrecord.publish.runs.lanes import Lane, race_lanes, same_text
from specrecord.publish.runs.names import recording_files, run_names, slug, stem
from specrecord.publish.runs.numbers import Number, key_numbers
from specrecord.publish.runs.round_strip import rounds_picture
from specrecord.publish.runs.social_card import card_png
from specrecord.publish.runs.text import Span, output_spans, plain
from specrecord.recording.audit import audit_recording
from specrecord.recording.audit.stated import STATED
from specrecord.recording.measures.estimate import estimate
from specrecord.recording.measures.second_pass import WHENCE, mean_logprob
from specrecord.recording.measures.stats import count_recording, recording_info
from specrecord.recording.reader import Recording, parse_recording, plain_bytes, read_bytes
from specrecord.text import visible

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
    second_pass: str  # what an engine told of its finished text, in words; empty without
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


RunCache = dict[tuple[Path, bytes, str], Run]  # by path, digest and name


def gather_runs(
    source: Path,
    cache: RunCache | None = None,
    workers: int = 1,
    skip: Callable[[str], None] | None = None,
) -> list[Run]:
    """Every recording of `source`, audited; those that are real throughout come first.

    `cache` holds the runs of an earlier build: what did not change is taken from there, and it
    holds this build's afterwards. With several `workers`, many recordings are read by so many
    processes. `skip` gets a line for each recording that cannot be read or does not hold, which is
    then left out. Raises UsageError when there are none, and without `skip` RecordingError or
    FindingError, which names every bad one.
    """
    files = recording_files(source)
    found: dict[tuple[Path, bytes, str], bytes] = {}
    bad: list[tuple[Path, SpecrecordError]] = []
    for path, name in zip(files, run_names(source, files), strict=True):
        try:
            data = read_bytes(path)
            found[path, hashlib.sha256(data).digest(), name] = data
        except RecordingError as error:
            bad.append((path, error))
    runs: RunCache = {key: run for key in found if (run := (cache or {}).get(key)) is not None}
    fresh = [key for key in found if key not in runs]
    gathered = _gathered([(key, found[key]) for key in fresh], workers)
    for key, result in zip(fresh, gathered, strict=True):
        if isinstance(result, Run):
            runs[key] = result
        else:
            bad.append((key[0], result))
    _report_bad(bad, skip, any_good=bool(runs))
    if cache is not None:
        cache.clear()
        cache.update(runs)
    return sorted(runs.values(), key=lambda run: (bool(run.simulated), natural(run.name)))


def natural(name: str) -> list[tuple[int, str]]:
    """A key that sorts names by the numbers in them: `link-30` before `link-100`."""
    parts = enumerate(re.split(r"(\d+)", name))  # words and numbers in turn
    return [(int(part), "") if place % 2 else (-1, part) for place, part in parts]


def _report_bad(
    bad: list[tuple[Path, SpecrecordError]],
    skip: Callable[[str], None] | None,
    *,
    any_good: bool,
) -> None:
    if bad and (skip is None or not any_good):
        first, others = bad[0][1], ", ".join(str(path) for path, _ in bad[1:])
        raise type(first)(f"{first}; bad, too: {others}" if others else str(first))
    for _, error in bad:
        if skip:
            skip(f"left out: {error}")


def _gathered(
    found: list[tuple[tuple[Path, bytes, str], bytes]], workers: int
) -> list[Run | SpecrecordError]:
    paths, names = [path for (path, _, _), _ in found], [name for (_, _, name), _ in found]
    datas = [data for _, data in found]
    pool: Executor
    if workers < 2 or len(paths) < _MANY:
        # Packing and drawing let go of Python's lock, so that the next one is read beside them.
        pool = ThreadPoolExecutor(2)
    else:
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    with pool:
        return list(pool.map(_tried_run, paths, datas, names, chunksize=8))


def _tried_run(path: Path, data: bytes, name: str) -> Run | SpecrecordError:
    """The run, or what is wrong with its recording."""
    try:
        return _gather_run(path, data, name)
    except SpecrecordError as error:
        return error


def _gather_run(path: Path, data: bytes, name: str) -> Run:
    """Audit and describe one recording. Raises FindingError when its audit finds anything."""
    recording = parse_recording(data, str(path))
    if findings := audit_recording(recording):
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise FindingError(f"{path}: {findings[0]}{more}; see `specrecord audit {path}`")
    packed = deflate.gzip_compress(plain_bytes(data), _SMALLEST)
    return describe_run(path, recording, bytes(packed), name)


def describe_run(path: Path, recording: Recording, packed: bytes, name: str = "") -> Run:
    """A recording as pages show it; `packed` are the bytes to publish, `name` is what the site's
    addresses call it, by default what its file is called.
    """
    header, track = recording.header, recording.tracks[SPECULATIVE]
    rounds = track.verified
    totals = count_recording(recording)
    counts, info = totals.tracks, recording_info(recording, totals)
    model = estimate(recording, totals)
    prompt = header.prompt.text
    name = name or slug(stem(path).name)
    title = _title(header, prompt, path)
    return Run(
        name=name,
        packed=packed,
        title=title,
        started=header.start or "",
        prompt=None if prompt is None else visible(prompt),
        command=plain(command_line(header)),
        spans=output_spans(recording),
        second_pass=_second_pass(recording),
        info=info,
        numbers={number.key: number for number in key_numbers(info, counts)},
        header=header,
        simulated=[visible(str(part)) for part in info["simulated"]],
        faults=[event for event in recording.events if isinstance(event, Fault)],
        finish=track.finish,
        card_picture=rounds_picture(rounds[:_CARD_ROUNDS], _CARD_ROUNDS),
        picture=rounds_picture(rounds, _PAGE_ROUNDS, zoom=1.2),
        figure_data=figure_data(name, title, recording, info, counts, model),
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
        return visible(stem(path).name)
    return visible(first_line if len(first_line) <= 60 else first_line[:59].rstrip() + "…")


def _second_pass(recording: Recording) -> str:
    mean = mean_logprob(recording)
    if mean is None:
        return ""
    return f"The mean log-probability of the text’s tokens is {mean:.3g} nats, {WHENCE}."


def stated() -> str:
    """What no number in a recording proves, in words: what docs/format.md lists."""
    *first, last = STATED
    return f"{', '.join(first)} and {last}"
