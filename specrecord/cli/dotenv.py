"""Settings from a `.env` file in the current folder, where the environment does not have them
already.
"""

import os
from pathlib import Path

KNOWN = (
    "CEREBRAS_API_KEY",
    "CEREBRAS_TARGET_MODEL",
    "SPECRECORD_TARGET_KEY",
    "DRAFT_MODEL",
    "SPECULATION_K",
    "TEMPERATURE",
    "MAX_TOKENS",
)


def load_dotenv(path: Path = Path(".env")) -> None:
    """Put the known settings of `path` into the environment. A missing file is fine; other lines
    are left alone.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        name, found, value = line.removeprefix("export ").partition("=")
        if found and name.strip() in KNOWN:
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))
