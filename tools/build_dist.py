"""Builds sdist and wheel into dist/, the wheel once more from the unpacked sdist, and holds the two
to each other byte by byte; then installs the wheel alone and runs it: python -m tools.build_dist.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def build(kind: str, source: Path, into: Path) -> Path:
    """The sdist or wheel of the folder `source`, with the time of the commit."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    settings = os.environ | {"SOURCE_DATE_EPOCH": epoch()}
    subprocess.run(command, cwd=source, env=settings, check=True, capture_output=True)
    [built] = into.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def epoch() -> str:
    """Seconds of the newest commit; where there is no repository, a time that zip can hold."""
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "946684800"


def unpacked(sdist: Path, into: Path) -> Path:
    """The folder within an sdist."""
    with tarfile.open(sdist) as archive:
        archive.extractall(into, filter="data")
    [folder] = into.iterdir()
    return folder


def build_twice(into: Path) -> tuple[Path, Path]:
    """Wheel and sdist in `into`. Raises SystemExit where the wheel is not the same both times."""
    wheel, sdist = build("wheel", ROOT, into), build("sdist", ROOT, into)
    with tempfile.TemporaryDirectory() as scratch:
        again = build("wheel", unpacked(sdist, Path(scratch, "sdist")), Path(scratch, "wheel"))
        if again.name != wheel.name or again.read_bytes() != wheel.read_bytes():
            raise SystemExit(f"{wheel.name}: another build made other bytes")
    return wheel, sdist


def try_wheel(wheel: Path) -> None:
    """Install it where nothing else is, and let it record, audit and build a site."""
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(Path(scratch, "env"), with_pip=True)
        binaries = Path(scratch, "env", "bin")

        def run(*words: str) -> None:
            subprocess.run([str(binaries / words[0]), *words[1:]], cwd=scratch, check=True)

        run("python", "-m", "pip", "install", "--quiet", str(wheel))
        run("specrecord", "live", "Once upon a time", "--max-tokens", "16", "-o", "runs.specrec")
        run("specrecord", "audit", "runs.specrec")
        run("specrecord", "build", "runs.specrec")


if __name__ == "__main__":
    for old in (ROOT / "dist").glob("specrecord-*"):
        old.unlink()
    wheel, sdist = build_twice(ROOT / "dist")
    try_wheel(wheel)
    print(wheel, sdist, sep="\n")
