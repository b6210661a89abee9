"""`specrecord export`: a recording in another form."""

import sys
from pathlib import Path

import click

from specrecord.cli.arguments import Command, file_option, force_option, show
from specrecord.cli.streams import write_data
from specrecord.publish.export.formats import export_pieces
from specrecord.recording.rewrite import write_whole

_HELP = {
    "html": "One page with player and recording; needs no network.",
    "json": "Header and events, all of them.",
    "csv": "One line a token.",
    "perfetto": "A trace for ui.perfetto.dev.",
    "svg": "A poster that draws itself at the run's own pace.",
}


def _forms(command: Command) -> Command:
    for name, about in reversed(_HELP.items()):
        command = click.option(f"--{name}", "form", flag_value=name, help=about)(command)
    return command


@click.command()
@click.argument("run")
@_forms
@click.option("--still", is_flag=True, help="With --svg: a poster that stands still.")
@file_option("A file; else standard output.", "--output")
@force_option
def export(run: str, form: str | None, still: bool, output: Path | None, force: bool) -> None:
    """Turn RUN, a recording (or - for standard input), into a page of its own, JSON, CSV, a trace
    or a poster.

    \b
    Example:
      specrecord export run.specrec --html -o run.html
      specrecord export run.specrec --csv | head
    """
    if form is None:
        raise click.UsageError(f"say in which form: {', '.join(f'--{name}' for name in _HELP)}")
    pieces = export_pieces(run, form, still=still)
    if output is not None:
        write_whole(output, (piece.encode() for piece in pieces), overwrite=force)
        show(output)
    elif sys.stdout.isatty():
        show("".join(pieces))
    else:
        for piece in pieces:
            write_data(piece.encode())
