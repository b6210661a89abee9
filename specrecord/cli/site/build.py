"""`specrecord build`: a folder of recordings becomes a static site."""

import os
from pathlib import Path

import click

from specrecord.cli.arguments import (
    folder_option,
    force_folder_option,
    say,
    show,
    skip_bad_option,
    source_argument,
)
from specrecord.publish.site.build import build_site
from specrecord.publish.site.source import find_source


@click.command()
@source_argument
@folder_option("Folder to write (_site).")
@click.option("--address", default="", help="Where it will be seen, for cards, feed and sitemap.")
@skip_bad_option
@force_folder_option
def build(source: Path | None, output: Path, address: str, skip_bad: bool, force: bool) -> None:
    """Turn the recordings in DIR (recordings/) into a site: a gallery, a page for each with its
    player, and chapters.

    DIR may also be a site of your own, begun by `specrecord init`.

    Every recording is audited, those in folders within it, too, and every link checked first;
    nothing is written if anything fails.
    The site needs no server of its own: any static host will do, at any address.

    \b
    Example:
      specrecord build
      specrecord build my-runs -o public
    """
    built = build_site(
        find_source(source).at(address).skipping(skip_bad),
        output,
        force=force,
        workers=os.cpu_count() or 1,
        warn=say,
    )
    changes = built.changes
    say(
        f"{built}, {built.size / 1000:,.0f} kB: "
        f"{changes.written} files written, {changes.unchanged} unchanged, {changes.removed} "
        "removed"
    )
    show(output / "index.html")
