"""What machines read of a site: an Atom feed of its recordings, and a sitemap where its address is
known.
"""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from specrecord.publish.runs.load import Run
from specrecord.publish.source import Settings

_LONG_AGO = "1970-01-01T00:00:00Z"


def feed(runs: Iterable[Run], settings: Settings) -> bytes:
    """An Atom feed (RFC 4287), newest run first. Links are relative to the feed unless the site's
    address is known.
    """
    entries = sorted(
        ((_moment(run.started), run) for run in runs), key=lambda pair: (pair[0], pair[1].name)
    )[::-1]
    updated = entries[0][0] if entries else _LONG_AGO
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{escape(settings.title)}</title>",
        f"<subtitle>{escape(settings.description)}</subtitle>",
        f"<author><name>{escape(settings.author or settings.title)}</name></author>",
        f"<id>{_identity(settings.address or settings.title)}</id>",
        f"<updated>{updated}</updated>",
        f"<link href={quoteattr(settings.address or './')}/>",
        f'<link rel="self" href={quoteattr(settings.address + "feed.xml")}/>',
        *[_entry(moment, run, settings.address) for moment, run in entries],
        "</feed>",
    ]
    return "\n".join(lines).encode() + b"\n"


def sitemap(addresses: Iterable[str], root: str) -> bytes:
    """Every page but the one for missing pages, by its absolute address."""
    pages = sorted(
        address for address in addresses if address.endswith(".html") and address != "404.html"
    )
    links = "".join(
        f"<url><loc>{escape(root + quote(_plain(page)))}</loc></url>\n" for page in pages
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{links}</urlset>\n".encode()


def _plain(address: str) -> str:
    return "" if address == "index.html" else address


def _entry(moment: str, run: Run, root: str) -> str:
    return (
        f"<entry><title>{escape(run.title)}</title><id>{_identity(hashlib.sha256(run.packed).hexdigest())}</id>"
        f"<updated>{moment}</updated><link href={quoteattr(f'{root}runs/{quote(run.name)}.html')}/>"
        f"<summary>{escape(run.summary)}</summary></entry>"
    )


def _identity(of: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, of)}"


def _moment(start: str) -> str:
    """An ISO time as Atom wants it; a time that cannot be read counts as long ago."""
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        return _LONG_AGO
    return start if moment.tzinfo else f"{start}Z"
