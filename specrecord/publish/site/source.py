"""Where a site comes from: a plain folder of recordings, or a folder of one's own with a
`specrecord.toml` in it.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from specrecord.errors import UsageError

CONFIG = "specrecord.toml"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an author may say of a site. `address` is where it will be published, "" while that is
    not known. `embed_sources` are origins besides the site's own whose recordings its page for
    frames shows. `bad_recordings`: what a build does with those that cannot be read or fail the
    audit.
    """

    title: str = "specrecord"
    description: str = (
        "Real runs of speculative decoding, recorded token by token, to scrub "
        "through in the browser."
    )
    address: str = ""
    author: str = ""
    walkthrough: bool = True
    laboratory: bool = True
    embed_sources: tuple[str, ...] = ()
    bad_recordings: Literal["refuse", "skip"] = "refuse"


@dataclass(frozen=True)
class Source:
    """What a site is made of. `own` is the author's folder, None for a plain folder of
    recordings.
    """

    recordings: Path
    own: Path | None = None
    settings: Settings = field(default_factory=Settings)

    def at(self, address: str) -> "Source":
        """The same, published at `address` unless that is empty. Raises UsageError for what is no
        address.
        """
        if not address:
            return self
        return replace(self, settings=_at(self.settings, address, "--address"))

    def skipping(self, skip: bool) -> "Source":
        """The same, without the recordings that are bad if that is wanted."""
        if not skip:
            return self
        settings = msgspec.structs.replace(self.settings, bad_recordings="skip")
        return replace(self, settings=settings)

    @property
    def watched(self) -> list[Path]:
        """Every place in which a change is a change of the site."""
        if self.own is None:
            return [self.recordings]
        return [self.recordings, self.own / CONFIG, *[self.own / name for name in _OWN_PARTS]]


_ORIGIN = re.compile(r"https?://[\w.-]+(:\d+)?")
_OWN_PARTS = (
    "chapters",
    "templates",
    "style.css",
    "sources.toml",
    "glossary.toml",
    "static",
    "CNAME",
)


def find_source(folder: Path | None) -> Source:
    """The source in `folder`; without one, the site of this folder, else its `recordings`.

    Raises UsageError when `specrecord.toml` cannot be read or says something that nothing here
    understands.
    """
    if folder is None:
        folder = Path() if Path(CONFIG).is_file() else Path("recordings")
    config = folder / CONFIG
    if not config.is_file():
        return Source(folder)
    return Source(folder / "recordings", folder, _settings(config))


def _settings(config: Path) -> Settings:
    try:
        found = msgspec.toml.decode(config.read_bytes(), type=Settings)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise UsageError(f"{config}: {error}; see `specrecord init --help`") from None
    for origin in found.embed_sources:
        if not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"{config}: embed_sources: {origin!r} is no origin; write it as in "
                "https://recordings.example.org"
            )
    return _at(found, found.address, str(config))


def _at(settings: Settings, address: str, where: str) -> Settings:
    """The settings with an address that was given in `where`: an absolute http address that ends in
    a slash, or "". Raises UsageError for anything else.
    """
    parts = urlsplit(address)
    if address and (
        parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment
    ):
        raise UsageError(
            f"{where}: {address!r} is no address; write it as in https://example.org/talk/"
        )
    return msgspec.structs.replace(settings, address=address and address.rstrip("/") + "/")
