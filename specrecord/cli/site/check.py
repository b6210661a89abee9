"""`specrecord check`: everything that a build checks, without writing anything."""

from pathlib import Path

import click

from specrecord.errors import FindingError
from specrecord.publish.build import gather_site
from specrecord.publish.output import differences
from specrecord.publish.source import find_source


@click.command()
@click.argument("source", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    default="_site",
    type=click.Path(path_type=Path),
    help="The built site (_site).",
)
def check(source: Path | None, output: Path) -> None:
    """Audit every recording of DIR, render every page, follow every link; then see whether the
    built site is in step.

    Exits 1 on the first thing that does not hold.

    \b
    Example:
      specrecord check
      specrecord check my-runs -o public
    """
    files = gather_site(find_source(source))
    pages = sum(address.endswith(".html") for address in files)
    click.echo(
        f"{pages} pages, {len(files)} files: recordings, formulas, links and anchors hold", err=True
    )
    if not output.is_dir():
        return
    stale = differences(output, files)
    if stale:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        raise FindingError(
            f"{output}: not in step with its sources ({stale[0]}{more}); run `specrecord build`"
        )
    click.echo(f"{output} is in step", err=True)
