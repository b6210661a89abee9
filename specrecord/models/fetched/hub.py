"""Repositories of the Hugging Face hub by their names, as folders."""

from pathlib import Path

from specrecord.errors import UnknownModelError, UnsupportedModelError

_FILES = ["*.json", "*.jinja", "model*.safetensors"]


def model_folder(repository: str, kind: str) -> Path:
    """The local folder of a path or of a Hugging Face repository, which is downloaded unless it is
    cached. `kind` is what stands before it in a model's name: mlx, hf.

    Raises UnknownModelError when there is neither, or no network to fetch it; UnsupportedModelError
    without huggingface_hub.
    """
    folder = Path(repository).expanduser()
    if folder.exists():
        return folder
    if repository.count("/") != 1 or repository.startswith((".", "/", "~")):
        raise UnknownModelError(
            f"{kind}: no folder {repository or '(none given)'}, nor is that a name like OWNER/MODEL"
        )
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise UnsupportedModelError(
            f"{kind}:{repository} is fetched by huggingface_hub: pip install 'specrecord[{kind}]'"
        ) from None
    try:
        return Path(snapshot_download(repository, allow_patterns=_FILES))
    except (OSError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UnknownModelError(f"{kind}:{repository} cannot be fetched: {reason}") from error
