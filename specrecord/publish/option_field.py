"""An option of a run as a field of a form: on the live page, and in a site's laboratory."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

from specrecord.options import OPTIONS, Option


def option_field(name: str, *, suggestions: Sequence[str] = (), **changes: Any) -> str:
    """HTML of a labelled field that allows what the table does, and begins with its default.

    `changes` are fields of the `Option` that differ here, as in `most=16` where more does not fit.
    A number that may be a word, too, is a text with a pattern.
    """
    option = replace(OPTIONS[name], **changes)
    label, about = escape(option.label), f'name="{name}" title="{escape(option.help)}"'
    if option.choices:
        return f"<label>{label} <select {about}>{_choices(option)}</select></label>"
    if option.default is not None:
        about += f' value="{escape(str(option.default))}" required'
    listed = "".join(f'<option value="{escape(each)}">' for each in suggestions)
    names = f' list="{name}-names"><datalist id="{name}-names">{listed}</datalist' if listed else ""
    return f"<label>{label} <input {about}{_limits(option)}{names}></label>"


def _choices(option: Option) -> str:
    chosen = {option.default: " selected"}
    return "".join(
        f'<option title="{escape(what)}"{chosen.get(choice, "")}>{escape(choice)}</option>'
        for choice, what in option.choices.items()
    )


def _limits(option: Option) -> str:
    if option.kind not in ("int", "float"):
        return ""
    if option.words:
        return f' pattern="{"|".join((r"[0-9.]+", *option.words))}"'
    least = "" if option.least is None or option.above else f' min="{option.least}"'
    most = "" if option.most is None else f' max="{option.most}"'
    return f' type="number" step="{1 if option.kind == "int" else "any"}"{least}{most}'
