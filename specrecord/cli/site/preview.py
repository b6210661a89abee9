"""`specrecord preview`: the site on this machine, rebuilt and reloaded on every change."""

import webbrowser
from pathlib import Path

import click

from specrecord.cli.arguments import (
    folder_option,
    force_folder_option,
    port_option,
    say,
    show,
    source_argument,
)
from specrecord.publish.site.preview import preview_site
from specrecord.publish.site.source import find_source


@click.command()
@source_argument
@folder_option("Folder to build into (a temporary one).", None)
@force_folder_option
@port_option(8000, "Port (8000; the next free one if taken).")
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

    def ready(address: str) -> None:
        show(address)
        if open_browser:
            webbrowser.open(address)

    preview_site(find_source(source), output, port=port, force=force, ready=ready, warn=say)
