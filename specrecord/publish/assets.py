"""Finds what a site is made of besides recordings: the player and the authored pages."""

from dataclasses import dataclass
from pathlib import Path

import specrecord
from specrecord.errors import UsageError

_SERVED = (".js", ".css", ".html", ".json")
# Built from the others, for the program's own live page, for a page that carries everything.
_UNPUBLISHED = ("dist", "live", "inline.js")


@dataclass(frozen=True)
class Assets:
    """Three folders: the player; chapters and templates; the site's own styles and scripts."""

    player: Path
    site: Path
    pages: Path

    @property
    def built(self) -> bool:
        """Whether scripts and styles are what the build made of their source."""
        return self.player.name == "dist"


def assets(*, unbuilt: bool = False) -> Assets:
    """The folders inside an installed package, else those of the checkout; there, `unbuilt` asks
    for the source.

    Raises UsageError when neither is there.
    """
    package = Path(specrecord.__file__).parent
    for root in (package / "_assets", package.parent):
        player, site = root / "player", root / "site"
        if unbuilt and (player / "define.js").is_file():
            return Assets(player, site, site)
        if (player / "dist").is_dir() and site.is_dir():
            return Assets(player / "dist", site, site / "dist")
    raise UsageError(
        "the player and the site's templates are not installed with specrecord; install it again"
    )


def player_files(player: Path, *, laboratory: bool = True) -> dict[str, bytes]:
    """What a site ships of the player in `player`, by its path there; the laboratory's scripts only
    where it has one.
    """
    left_out = {*_UNPUBLISHED, *(() if laboratory else ("lab",))}
    return {
        near.as_posix(): path.read_bytes()
        for path in sorted(player.rglob("*"))
        if path.suffix in _SERVED and (near := path.relative_to(player)).parts[0] not in left_out
    }
