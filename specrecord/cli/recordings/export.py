"""`specrecord export`: a recording in another form."""

import sys
from pathlib import Path

import click

from specrecord.cli.arguments import file_option, force_option
from specrecord.errors import RecordingError
from specrecord.publish.export.formats import FORMS, export_run


@click.command()
@click.argument("run")
@click.option(
    "--html",
    "form",
    flag_value="html",
    help="One page with player and recording; needs no network.",
)
@click.option("--json", "form", flag_value="json", help="Header and events, all of them.")
@click.option("--csv", "form", flag_value="csv", help="One line a token.")
@click.option("--perfetto", "form", flag_value="perfetto", help="A trace for ui.perfetto.dev.")
@click.option(
    "--svg", "form", flag_value="svg", help="A poster that draws itself at the run's own pace."
)
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
        raise click.UsageError(f"say in which form: {', '.join(f'--{name}' for name in FORMS)}")
    if output is not None and output.exists() and not force:
        raise RecordingError(
            f"{output}: exists already; choose another name, or overwrite it with --force"
        )
    text = export_run(run, form, still=still)
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RecordingError(
            f"{output}: cannot be written ({error.strerror}); choose another -o"
        ) from None
    click.echo(output)
