"""`specrecord init`: a folder for a site of one's own."""

from pathlib import Path

import click

from specrecord.cli.arguments import say, show
from specrecord.publish.site.scaffold import start_site


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Make DIR: specrecord.toml, recordings/, a first chapter, and a workflow that publishes with
    GitHub Pages.

    Nothing that is there already is touched.

    \b
    Example:
      specrecord init my-talk && cd my-talk
      specrecord live "Once upon a time" -o recordings/story.specrec
      specrecord preview
    """
    for path in start_site(folder):
        show(path)
    say(
        'next: cd there, record with `specrecord live "Once upon a time"`, look with `specrecord '
        "preview`"
    )
