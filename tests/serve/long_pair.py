"""A pair whose runs last: the embedded one, told that it has room for many thousand tokens and
never ends a text.

What it writes past its 512 tokens makes no sense, but every pass is computed and every number is
real.
"""

import json
import shutil
from pathlib import Path

CONTEXT = 16384
EMBEDDED = Path(__file__).parents[2] / "specrecord" / "models" / "tiny"


def long_pair(folder: Path) -> list[str]:
    """Write the pair to `folder`; the words that choose it on the command line."""
    for side in ("draft", "target"):
        shutil.copytree(EMBEDDED / side, folder / side)
        config = folder / side / "config.json"
        config.write_text(
            json.dumps(
                {
                    **json.loads(config.read_text()),
                    "max_position_embeddings": CONTEXT,
                    "eos_token_id": None,
                }
            )
        )
        (folder / side / "tokenizer_config.json").unlink()
    return ["--draft", f"llama:{folder / 'draft'}", "--target", f"llama:{folder / 'target'}"]
