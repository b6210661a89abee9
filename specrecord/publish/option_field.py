"""An option of a run as a field of a form: on the live page, and in a site's laboratory."""

from dataclasses import replace
from typing import Any

from specrecord.options import OPTIONS
from specrecord.publish.templates import render


def option_field(name: str, **changes: Any) -> str:
    """HTML of a labelled field that allows what the table does, and begins with its default.

    `changes` are fields of the `Option` that differ here, as in `most=16` where more does not fit.
    """
    option = replace(OPTIONS[name], **changes)
    return render("option_field.html", option=option)
