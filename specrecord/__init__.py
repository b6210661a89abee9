"""specrecord: record real speculative decoding runs and make them explorable.

`record` and `load` give a `Run`; see `specrecord.api`. They are imported when first asked for, so
that a command that needs no model does not wait for numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Run", "__version__", "events", "load", "record", "record_generate"]

if TYPE_CHECKING:
    from specrecord import events
    from specrecord.api import Run, load, record, record_generate


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module("specrecord.events")
    if name in ("Run", "load", "record", "record_generate"):
        return getattr(import_module("specrecord.api"), name)
    raise AttributeError(f"module 'specrecord' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
