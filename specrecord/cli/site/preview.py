"""`specrecord preview`: the site on this machine, rebuilt and reloaded on every change."""

from functools import partial
from pathlib import Path

import click

from specrecord.publish.preview import preview_site
from specrecord.publish.source import find_source


@click.command()
@click.argument("source", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to build into (a temporary one).",
)
@click.option(
    "--force",
    is_flag=True,
    help="Write into a folder that `build` did not make. Removes nothing there.",
)
@click.option(
    "--port",
    default=8000,
    type=click.IntRange(0, 65535),
    help="Port (8000; the next free one if taken).",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
def preview(
    source: Path | None, output: Path | None, force: bool, port: int, open_browser: bool
) -> None:
    """Build the site of DIR (recordings/), serve it at 127.0.0.1, and follow every change until
    Ctrl-C.

    Recordings, chapters, templates, styles and the player are watched; an open page reloads itself.

    \b
    Example:
      specrecord preview
      specrecord preview my-runs --port 9000 --open
    """
    warn = partial(click.echo, err=True)
    preview_site(
        find_source(source),
        output,
        port=port,
        open_browser=open_browser,
        force=force,
        say=click.echo,
        warn=warn,
    )
