"""Loading a model of transformers: whole, quietly, and on the device that was asked for."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specrecord.errors import UnsupportedModelError

# What a model of anybody's making may fail with.
FAILURES = (AttributeError, IndexError, KeyError, RuntimeError, TypeError, ValueError)


def loaded(folder: Path, config: dict[str, Any], device: Any, name: str) -> Any:
    """The model in `folder` with every weight from its file; transformers by itself would fill in
    random ones. Raises UnsupportedModelError.
    """
    torch, transformers = libraries()
    if "quantization" in config:
        raise UnsupportedModelError(f"{name} is packed in mlx's layout; try mlx: or llama:")
    kind = torch.float32 if device.type == "cpu" else "auto"
    try:
        with _quiet(transformers):
            model, loading_info = transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=kind, local_files_only=True, output_loading_info=True
            )
            model = model.to(device).eval()
    except (OSError, ImportError, *FAILURES) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise UnsupportedModelError(f"{name}: transformers cannot load it: {reason}") from error
    wrong = [*loading_info["missing_keys"], *(str(key) for key in loading_info["mismatched_keys"])]
    if wrong:
        raise UnsupportedModelError(f"{name}: its weights do not fit: {min(wrong)}")
    if config.get("rope_traditional"):
        _part_pairs(model, config["head_dim"])
    return model


def _part_pairs(model: Any, size: int) -> None:
    """Put the members of each rotary pair half a head apart, where transformers has them: in
    folders made of a GGUF file they stand side by side.
    """
    for name, weight in model.named_parameters():
        if name.split(".")[-2] in ("q_proj", "k_proj"):
            heads = weight.data.reshape(-1, size // 2, 2, *weight.shape[1:])
            weight.data = heads.transpose(1, 2).reshape(weight.shape).contiguous()


def device_of(torch: Any, name: str) -> Any:
    """torch's device of that name. Raises UnsupportedModelError where this machine has none."""
    if name == "auto":
        found = [kind for kind in ("cuda", "mps") if getattr(torch, kind).is_available()]
        name = [*found, "cpu"][0]
    try:
        return torch.empty(0, device=name).device
    except (AssertionError, NotImplementedError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UnsupportedModelError(f"torch has no device {name} here: {reason}") from None


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without its progress bars and remarks: what matters of them is told as an error."""
    logging = transformers.utils.logging
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        logging.enable_progress_bar()


def libraries() -> tuple[Any, Any]:
    """torch and transformers. Raises UnsupportedModelError where one is missing."""
    try:
        import torch
        import transformers
        import transformers.cache_utils
    except ImportError:
        raise UnsupportedModelError(
            "hf models need torch and transformers: pip install 'specrecord[hf]'"
        ) from None
    return torch, transformers
