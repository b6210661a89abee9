"""Small recordings to attack: real loops over random models, of every rule and kind of evidence."""

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT / "tests" / name) for name in ("recording", "decoding")]

from runs import VARIANTS, predicted_run, small_recording  # noqa: E402

_OLD = ROOT / "tests" / "fixtures" / "v1" / "odd.specrec"


@cache
def bases(tokens: int = 5) -> dict[str, bytes]:
    """Recordings of a few tokens, by the name of what they show."""
    with TemporaryDirectory() as folder:
        found = {
            name: small_recording(Path(folder) / name, max_tokens=tokens, **changes).read_bytes()
            for name, changes in VARIANTS.items()
        }
        found["prediction"] = predicted_run(Path(folder) / "prediction").read_bytes()
    return {**found, "old": _OLD.read_bytes()}
