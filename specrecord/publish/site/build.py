"""`build`: gather everything, validate everything, then write. Nothing is written when anything
does not hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import FindingError
from specrecord.publish.assets import Assets, assets
from specrecord.publish.runs.load import RunCache, gather_runs
from specrecord.publish.runs.names import same
from specrecord.publish.site.links import check_links
from specrecord.publish.site.output import Written, check_output, write_site
from specrecord.publish.site.own_files import own_files
from specrecord.publish.site.pages import site_files
from specrecord.publish.site.source import Source, find_source


@dataclass(frozen=True)
class Built:
    """What a build made: the folder, how many runs and pages it shows, its size in bytes, and what
    changed on disk.
    """

    output: Path
    runs: int
    pages: int
    size: int
    changes: Written

    def __str__(self) -> str:
        return f"{self.runs} recording{'' if self.runs == 1 else 's'}, {self.pages} pages"


def build_site(
    source: Source | Path,
    output: Path,
    *,
    force: bool = False,
    parts: Assets | None = None,
    cache: RunCache | None = None,
    workers: int = 1,
    warn: Callable[[str], None] = lambda line: None,
) -> Built:
    """Turn `source`, or the folder it is found in, into a site in `output`. `parts` default to the
    installed ones;
    `cache` is kept from build to build by who builds often, `workers` are processes for a large
    gallery, `warn` gets a line for each bad recording that is left out, where the source says so.

    Raises a SpecrecordError, and leaves `output` as it was, when anything is missing, unreadable or
    does not hold.
    """
    check_output(output, force=force)
    files = gather_site(source, parts, cache, workers, warn)
    changes = write_site(output, files)
    pages = sum(address.endswith(".html") for address in files)
    runs = sum(address.startswith("recordings/") for address in files)
    return Built(output, runs, pages, sum(map(len, files.values())), changes)


def gather_site(
    source: Source | Path,
    parts: Assets | None = None,
    cache: RunCache | None = None,
    workers: int = 1,
    warn: Callable[[str], None] = lambda line: None,
) -> dict[str, bytes]:
    """Every file of the site by its address, checked. Raises a SpecrecordError for the first thing
    that is wrong.
    """
    source = find_source(source) if isinstance(source, Path) else source
    # First everything is read and held against its own numbers, then the pages are held against
    # each other.
    skip = warn if source.settings.bad_recordings == "skip" else None
    runs = gather_runs(source.recordings, cache, workers, skip)
    files = site_files(runs, parts or assets(), source)
    own = own_files(source.own) if source.own else {}
    _check_addresses(files, own)
    check_links(files, own)
    return files | own


def _check_addresses(files: Mapping[str, bytes], own: Mapping[str, bytes]) -> None:
    """Raises FindingError where two files of a site are one to some file system."""
    found: dict[str, str] = {}
    for address in [*files, *own]:
        if (earlier := found.setdefault(same(address), address)) != address or (
            address in files and address in own
        ):
            raise FindingError(
                f"{address}: the site has {earlier} already, which some file systems take for the "
                "same; rename one"
            )
