"""The templates in `site/templates`: how they are found, and what all of them may call."""

from collections.abc import Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from specrecord.publish.assets import assets
from specrecord.publish.feeds import date, moment, urn
from specrecord.publish.runs.numbers import figure_text
from specrecord.publish.runs.text import plain

_JSON = {"ensure_ascii": False, "separators": (",", ":")}
_compiled: dict[str, tuple[str, CodeType | None]] = {}


class _Compiled(BytecodeCache):
    """Compiles a text once in a process: a preview builds again and again, from templates that
    seldom change.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = _compiled.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        _compiled[bucket.key] = bucket.checksum, bucket.code


def environment(folders: Sequence[Path]) -> Environment:
    """Templates and chapters of these folders, the first that has one before the others."""
    found = Environment(
        loader=FileSystemLoader(
            [folder / part for part in ("templates", "chapters") for folder in folders]
        ),
        bytecode_cache=_Compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.policies["json.dumps_kwargs"] = _JSON
    found.filters |= {"date": date, "moment": moment, "plain": plain, "urn": urn}
    found.globals["figure_text"] = figure_text
    found.tests["recorded"] = lambda part: part != type(part)()
    return found


def render(name: str, **values: Any) -> str:
    """One of the shipped templates, filled in."""
    return environment([assets().site]).get_template(name).render(values)
