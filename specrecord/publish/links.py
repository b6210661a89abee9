"""Checks that every address in the written pages is relative and leads somewhere, anchors
included.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from specrecord.errors import FindingError

# A canonical link says where the page itself is, and loads nothing.
_LINKS = "[src], [href]:not([rel=canonical])"


_Page = tuple[Counter[str], list[tuple[str, str]]]  # how often each id stands; element and link


def _read(html: bytes) -> _Page:
    tree = LexborHTMLParser(html)
    linking = [(node.tag or "", node.attributes) for node in tree.css(_LINKS)]
    links = [
        (tag, link)
        for tag, found in linking
        for value in [found.get("src") or found.get("href") or ""]
        for link in (value.split() if tag == "spec-race" else [value])
    ]
    return Counter(node.id or "" for node in tree.css("[id]")), links


def check_links(files: Mapping[str, bytes]) -> None:
    """Raises FindingError, naming page and address, for the first problems found in any HTML
    file.
    """
    pages = {address: _read(data) for address, data in files.items() if address.endswith(".html")}
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
    ids, links = page
    for name, count in ids.items():
        if count > 1:
            yield f"{address}: {count} elements have the id {name!r}"
    for tag, link in links:
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
    return not fragment or "=" in fragment or (page is not None and unquote(fragment) in page[0])
