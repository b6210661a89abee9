"""`specrecord redact`: a copy of a recording without what should not be published."""

from pathlib import Path

import click

from specrecord.cli.arguments import file_option, force_option, recording_argument, show
from specrecord.recording.rewrite import PARTS, read_whole, redacted, write_whole


@click.command()
@recording_argument
@click.option("--prompt", is_flag=True, help="The prompt's text and ids. Its hash stays.")
@click.option(
    "--text",
    is_flag=True,
    help="All text, prompt included; the seed, stop strings and whole distributions go, too.",
)
@click.option("--machine", is_flag=True, help="Chip, memory, system and versions.")
@file_option("Write there (RUN-redacted).")
@force_option
def redact(run: Path, output: Path | None, force: bool, **wanted: bool) -> None:
    """Write a copy of RUN without its prompt, its text or the machine it ran on; without an option,
    without all three.

    Times, probabilities, draws and verdicts stay as recorded, and `specrecord audit` passes.
    Titles, marks and messages of faults are yours: they stay, too. Whoever has the models and
    guesses a prompt can test the guess.

    \b
    Example:
      specrecord redact run.specrec -o public.specrec
      specrecord redact run.specrec --prompt --machine
    """
    data, recording = read_whole(run)
    parts = [part for part in PARTS if wanted[part]] or PARTS
    name, dot, suffixes = run.name.partition(".")
    path = output or run.with_name(f"{name}-redacted{dot}{suffixes}")
    write_whole(path, redacted(data, recording, parts), overwrite=force)
    show(path)
