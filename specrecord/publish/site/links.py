"""Checks that every address in the written pages is relative and leads somewhere, anchors
included, and that nothing stands in a page that its policy would not run.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from specrecord.errors import FindingError
from specrecord.publish.policy import FRAMED, FROM_DISK

# A canonical link says where the page itself is, and loads nothing.
_LINKS = "[src], [href]:not([rel=canonical])"
# What a page's policy ignores in silence, in words.
_INLINE = {
    "script:not([src]):not([type])": "a script",
    "script:not([src])[type=module]": "a script",
    "style": "a <style>",
    "[style]": "a style attribute",
    "[onclick], [onload], [onerror], [onchange], [oninput]": "a script in an attribute",
}


@dataclass(frozen=True)
class _Page:
    """How often each id stands, each link with its element, and what the policy would not run."""

    ids: Counter[str]
    links: list[tuple[str, str]]
    inline: list[str]


def _read(html: bytes) -> _Page:
    tree = LexborHTMLParser(html)
    linking = [(node.tag or "", node.attributes) for node in tree.css(_LINKS)]
    links = [
        (tag, link)
        for tag, found in linking
        for value in [found.get("src") or found.get("href") or ""]
        for link in (value.split() if tag == "spec-race" else [value])
    ]
    ids = Counter(node.id or "" for node in tree.css("[id]"))
    if tree.css_first('meta[http-equiv="Content-Security-Policy"]') is None:
        return _Page(ids, links, [])  # one of an author's own template, with rules of its own
    inline = [
        words
        for selector, words in _INLINE.items()
        if any(node.text() not in (FRAMED, FROM_DISK) for node in tree.css(selector))
    ]
    return _Page(ids, links, inline)


def check_links(files: Mapping[str, bytes], own: Mapping[str, bytes]) -> None:
    """Raises FindingError, naming page and address, for the first problems found in any page of
    `files`, which may lead to an author's `own` files, too.
    """
    pages = {address: _read(data) for address, data in files.items() if address.endswith(".html")}
    problems = [
        problem
        for address, page in pages.items()
        for problem in _problems(address, page, pages, {**files, **own})
    ]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise FindingError(f"{problems[0]}{more}; nothing was written")


def _problems(
    address: str, page: _Page, pages: Mapping[str, _Page], files: Mapping[str, bytes]
) -> Iterator[str]:
    for words in page.inline:
        yield (
            f"{address}: {words} stands in the page, and its policy runs only files of the site; "
            "put it into a file of static/ or into style.css"
        )
    for name, count in page.ids.items():
        if count > 1:
            yield f"{address}: {count} elements have the id {name!r}"
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
