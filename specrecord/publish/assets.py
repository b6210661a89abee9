"""Finds what a site is made of besides recordings: the player and the authored pages."""

from dataclasses import dataclass
from pathlib import Path

import specrecord
from specrecord.errors import UsageError


@dataclass(frozen=True)
class Assets:
    """Two folders: the player's modules and styles; chapters, templates and the site's own
    styles.
    """

    player: Path
    site: Path


def assets() -> Assets:
    """The folders inside an installed package, else those of the checkout.

    Raises UsageError when neither is there.
    """
    package = Path(specrecord.__file__).parent
    for root in (package / "_assets", package.parent):
        found = Assets(root / "player", root / "site")
        if found.player.is_dir() and found.site.is_dir():
            return found
    raise UsageError(
        "the player and the site's templates are not installed with specrecord; install it again"
    )
