"""Writes the site's words into the player: each term's line of `site/glossary.toml`.

python -m tools.docs.glossary            # or: make docs
"""

import json
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "site" / "glossary.toml"
DATA = ROOT / "player" / "core" / "glossary.json"


def data() -> str:
    """The player's glossary: terms with their lines, as JSON."""
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    lines = {term: entry["says"] for term, entry in words.items()}
    return json.dumps(lines, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    DATA.write_text(data(), encoding="utf-8")
