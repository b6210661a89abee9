"""The templates in `site/templates`: how they are found, and what all of them may call."""

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from specrecord.publish.assets import assets
from specrecord.publish.runs.lanes import finish_text
from specrecord.publish.runs.numbers import figure_text, shown_value
from specrecord.publish.runs.text import plain, shortened

_TOGETHER = 2000  # parts of a long text that are given out as one
_JSON = {"ensure_ascii": False, "separators": (",", ":")}


@cache
def environment(*folders: Path) -> Environment:
    """Templates and chapters of these folders, the first that has one before the others. One for
    each process: a preview builds again and again, from templates that seldom change.
    """
    found = Environment(
        loader=FileSystemLoader(
            [folder / part for part in ("templates", "chapters") for folder in folders]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["json.dumps_kwargs"] = _JSON
    found.filters |= {each.__name__: each for each in (date, moment, plain, shortened, urn)}
    functions = (figure_text, finish_text, shown_value)
    found.globals |= {each.__name__: each for each in functions}
    found.tests["recorded"] = lambda part: part != type(part)()
    return found


def render(name: str, **values: Any) -> str:
    """One of the shipped templates, filled in."""
    return environment(assets().site).get_template(name).render(values)


def render_pieces(name: str, **values: Any) -> Iterator[str]:
    """The same in pieces, as the values come, where the whole is long."""
    stream = environment(assets().site).get_template(name).stream(values)
    stream.enable_buffering(_TOGETHER)
    return stream


def urn(of: str | bytes) -> str:
    """A name that stays the same for as long as what it names does."""
    name = of if isinstance(of, str) else hashlib.sha256(of).hexdigest()
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def moment(start: str) -> str:
    """An ISO time as Atom wants it; a time that cannot be read counts as long ago."""
    try:
        zone = datetime.fromisoformat(start).tzinfo
    except ValueError:
        return "1970-01-01T00:00:00Z"
    return start if zone else f"{start}Z"


def date(start: str) -> str:
    """`24 November 2026, 19:38 UTC`; a start that is no ISO time is shown as it stands."""
    try:
        found = datetime.fromisoformat(start)
    except ValueError:
        return plain(start)
    return f"{found.day} {found:%B %Y, %H:%M} UTC"
