"""`specrecord build`: a folder of recordings becomes a static site."""

import os
from pathlib import Path

import click

from specrecord.cli.arguments import folder_option, force_folder_option, say, show, source_argument
from specrecord.publish.build import build_site
from specrecord.publish.source import find_source


@click.command()
@source_argument
@folder_option("Folder to write (_site).")
@click.option("--address", default="", help="Where it will be seen, for cards, feed and sitemap.")
@force_folder_option
def build(source: Path | None, output: Path, address: str, force: bool) -> None:
    """Turn the recordings in DIR (recordings/) into a site: a gallery, a page for each with its
    player, and chapters.

    DIR may also be a site of your own, begun by `specrecord init`.

    Every recording is audited and every link checked first; nothing is written if anything fails.
    The site needs no server of its own: any static host will do, at any address.

    \b
    Example:
      specrecord build
      specrecord build my-runs -o public
    """
    built = build_site(
        find_source(source).at(address), output, force=force, workers=os.cpu_count() or 1
    )
    changes = built.changes
    say(
        f"{built}, {built.size / 1000:,.0f} kB: "
        f"{changes.written} files written, {changes.unchanged} unchanged, {changes.removed} "
        "removed"
    )
    show(output / "index.html")
