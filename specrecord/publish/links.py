"""Checks that every address in the written pages is relative and leads somewhere, anchors
included.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from specrecord.errors import FindingError

_ADDRESSES = {"href", "src"}
# Tags that can neither be linked to nor link: most of a run's page. Script and style change how
# what follows is read.
_PLAIN = re.compile(r'</?(?!(?:script|style)\b)[a-z]\w*(?: class="[^"<>]*")?>')


class _Page(HTMLParser):
    """Collects a page's ids and the addresses it points at, with the element that does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.twice: set[str] = set()
        self.links: list[tuple[str, str]] = []
        self.feed(_PLAIN.sub(" ", html))
        self.close()

    def updatepos(self, i: int, j: int) -> int:
        """Nobody asks for lines here, and counting them is a third of the reading."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        canonical = (
            "rel",
            "canonical",
        ) in attrs  # says where the page itself is, and loads nothing
        for name, value in attrs:
            if name == "id" and value:
                (self.twice if value in self.ids else self.ids).add(value)
            elif name in _ADDRESSES and value is not None and not canonical:
                self.links.append((tag, value))


def check_links(files: Mapping[str, bytes]) -> None:
    """Raises FindingError, naming page and address, for the first problems found in any HTML
    file.
    """
    pages = {
        address: _Page(data.decode())
        for address, data in files.items()
        if address.endswith(".html")
    }
    problems = [
        problem
        for address, page in pages.items()
        for problem in _problems(address, page, pages, files)
    ]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise FindingError(f"{problems[0]}{more}; nothing was written")


def _problems(
    address: str, page: _Page, pages: Mapping[str, _Page], files: Mapping[str, bytes]
) -> Iterator[str]:
    for twice in sorted(page.twice):
        yield f"{address}: two elements have the id {twice!r}"
    for tag, link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            if tag != "a" or parts.scheme not in ("http", "https", "mailto"):
                yield f"{address}: {link!r} leaves the site; only a link in the text may"
            continue
        if parts.path.startswith("/"):
            yield f"{address}: {link!r} is not relative, so it breaks under a sub-path"
            continue
        target = normpath(join(dirname(address), unquote(parts.path))) if parts.path else address
        if target not in files:
            yield f"{address}: {link!r} leads nowhere"
        elif not _anchor_exists(parts.fragment, pages.get(target)):
            yield f"{address}: {link!r} names an anchor that is not there"


def _anchor_exists(fragment: str, page: _Page | None) -> bool:
    """An anchor with `=` is a moment in the player (`#r=12`), not a place in the page."""
    return not fragment or "=" in fragment or (page is not None and unquote(fragment) in page.ids)
