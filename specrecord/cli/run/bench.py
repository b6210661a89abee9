"""`specrecord bench`: a grid of runs, a table, and advice."""

from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import click

from specrecord.bench import report
from specrecord.bench.grid import PROMPTS, Grid, run_grid
from specrecord.bench.measure import Run, measure
from specrecord.bench.table import rows
from specrecord.cli.arguments import say, show, text_of
from specrecord.cli.run.options import repeated_option, run_option
from specrecord.errors import UsageError
from specrecord.options import OPTIONS
from specrecord.recorder.interrupt import first_interrupt
from specrecord.recording.reader import read_recording

# A cell of the grid has one K.
_FIXED_K = replace(OPTIONS["k"], words=(), help="Tokens drafted a round.")


@click.command()
@run_option(OPTIONS["target"])
@repeated_option(OPTIONS["draft"], "drafts")
@repeated_option(_FIXED_K, "ks", 1, 2, 4, 8)
@repeated_option(OPTIONS["temperature"], "temperatures")
@repeated_option(OPTIONS["rule"], "rules")
@repeated_option(OPTIONS["tree"], "trees")
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    metavar="REGISTER=TEXT",
    help=f"May be repeated. Without any: {', '.join(PROMPTS)}.",
)
@click.option(
    "--prompt-file", "files", multiple=True, metavar="REGISTER=FILE", help="The same from a file."
)
@click.option(
    "--repeats",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Runs of each, by other seeds.",
)
@run_option(OPTIONS["max_tokens"], help="Tokens of each run.", envvar=None)
@run_option(OPTIONS["seed"], default=0, show_default=True, help="The first run's.")
@click.option(
    "--reuse", is_flag=True, help="Of prompts that begin alike, read the common part only once."
)
@click.option(
    "--advise",
    is_flag=True,
    help="Say whether speculation pays on this pair and machine, and at which K.",
)
@click.option(
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("bench"),
    show_default=True,
    help="Where recordings and tables go; what is there is not run again.",
)
def bench(
    prompts: tuple[str, ...], files: tuple[str, ...], advise: bool, folder: Path, **asked: Any
) -> None:
    """Record every combination of the options that may be repeated, each with its baseline, and
    compare them.

    Ctrl-C ends it after a run; the same command goes on where it was cut. The table is printed, and
    written as bench.csv and bench.md beside the recordings.

    \b
    Example:
      specrecord bench -k 2 -k 4 --temperature 0 --temperature 1 --rule standard --rule block
      specrecord bench --target smollm2 --draft ngram --prompt "edit=Rewrite this: ..." --advise
    """
    grid = Grid(prompts=_prompts(prompts, files) or dict(PROMPTS), **asked)
    stopped = Event()
    with first_interrupt(stopped.set):
        paths = run_grid(grid, folder, say, stopped.is_set)
    runs = _measured(paths)
    if not runs:
        raise UsageError(f"no run in {folder} was finished; run the same command again")
    found = rows(runs)
    (folder / "bench.csv").write_text(report.as_csv(found))
    (folder / "bench.md").write_text(report.as_markdown(found))
    show(report.as_text(found))
    if advise:
        show("\n" + "\n".join(report.advice(found, runs)))


def _prompts(given: tuple[str, ...], files: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        register, _, found[register] = text.partition("=")
        if not found[register]:
            raise UsageError(f"--prompt {text!r} is not REGISTER=TEXT")
    for text in files:
        register, _, name = text.partition("=")
        found[register] = text_of(name)
    return found


def _measured(paths: list[Path]) -> list[Run]:
    """Every run, with the register that its file name begins with."""
    found = [measure(read_recording(path), path.name.split("-")[0]) for path in paths]
    return [run for run in found if run is not None]
