"""`specrecord mark`: chapters and speaker's notes in a recording."""

from pathlib import Path

import click

from specrecord.cli.arguments import file_option, recording_argument, show
from specrecord.errors import UsageError
from specrecord.recording.output_file import locked
from specrecord.recording.rewrite import marks_of, read_whole, with_mark, write_whole


@click.command()
@recording_argument
@click.argument("time", type=float, required=False)
@click.argument("title", required=False)
@click.option("--note", default="", help="A speaker's note.")
@file_option("Write there; RUN stays as it is.")
@click.option("--force", is_flag=True, help="Overwrite the file of -o if it exists.")
def mark(
    run: Path, time: float | None, title: str | None, note: str, output: Path | None, force: bool
) -> None:
    """Put a mark with TITLE at TIME of RUN: seconds since the run began, as the player shows them.

    Every other event keeps its bytes, and the recording is sealed anew. Without TIME, the marks
    there are printed. While a run is recorded, the key m in the terminal and the button on the page
    of --watch do the same.

    \b
    Example:
      specrecord mark run.specrec 3.2 "watch this"
      specrecord mark run.specrec
    """
    if time is None:
        _, recording = read_whole(run)
        for seconds, found in marks_of(recording):
            show(f"{seconds:.3f}  {found.title}{f'  ({found.note})' if found.note else ''}")
        return
    if title is None:
        raise UsageError('a mark needs a title, as in: specrecord mark RUN 3.2 "watch this"')
    with locked(run):
        data, recording = read_whole(run)
        marked = with_mark(data, recording, time, title, note)
        write_whole(output or run.resolve(), marked, overwrite=force or output is None)
    show(output or run)
