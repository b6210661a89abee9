"""`specrecord check`: everything that a build checks, without writing anything."""

from pathlib import Path

import click

from specrecord.cli.arguments import folder_option, say, skip_bad_option, source_argument
from specrecord.errors import FindingError
from specrecord.publish.site.build import gather_site
from specrecord.publish.site.output import differences
from specrecord.publish.site.source import find_source


@click.command()
@source_argument
@folder_option("The built site (_site).")
@skip_bad_option
def check(source: Path | None, output: Path, skip_bad: bool = False) -> None:
    """Audit every recording of DIR, render every page, follow every link; then see whether the
    built site is in step.

    Exits 1 on the first thing that does not hold.

    \b
    Example:
      specrecord check
      specrecord check my-runs -o public
    """
    files = gather_site(find_source(source).skipping(skip_bad), warn=say)
    pages = sum(address.endswith(".html") for address in files)
    say(f"{pages} pages, {len(files)} files: recordings, formulas, links and anchors hold")
    if not output.is_dir():
        return
    stale = differences(output, files)
    if stale:
        more = f" and {len(stale) - 1} more" if len(stale) > 1 else ""
        raise FindingError(
            f"{output}: not in step with its sources ({stale[0]}{more}); run `specrecord build`"
        )
    say(f"{output} is in step")
