"""Settings from a `.env` file in the current folder, where the environment does not have them
already.
"""

import os
from pathlib import Path

from dotenv import dotenv_values, load_dotenv

from specrecord.errors import UsageError

_FILE = Path(".env")


def load_settings() -> None:
    """Put the settings of `.env` into the environment. A missing file is fine.

    Raises UsageError for a file that cannot be read.
    """
    try:
        load_dotenv(_FILE)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{_FILE}: cannot be read as UTF-8 text ({error})") from None


def origin(name: str) -> str:
    """Where a variable of the environment was set, in words."""
    in_file = dotenv_values(_FILE).get(name) == os.environ[name]
    return f"{name} in {_FILE}" if in_file else f"{name} in the environment"
