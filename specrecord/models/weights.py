"""A model's folder as Hugging Face lays it out: config.json and safetensors, read into float32
arrays.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from specrecord.errors import UnknownModelError, UnsupportedModelError

Tensor = NDArray[np.float32]

_HASHED_WHOLE = 64 * 2**20  # bytes; a bigger file is sampled
_REPOSITORY = re.compile(r"[^.~/\\][^/\\]*/[^/\\]+")
_SAMPLES = 64
_SAMPLE_BYTES = 64 * 2**10


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`. Raises UnknownModelError where there is no such file,
    UnsupportedModelError if not JSON.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UnknownModelError(
            f"no {path.name} in {path.parent}; a model's folder has one"
        ) from None
    except ValueError as error:
        raise UnsupportedModelError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise UnsupportedModelError(f"{path} holds no JSON object")
    return content


def read_json_if_there(path: Path) -> dict[str, Any]:
    """The object in `path`, empty where there is no such file."""
    return read_json(path) if path.exists() else {}


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a model's folder. Raises UnknownModelError where folder or file is missing."""
    if not folder.is_dir():
        raise UnknownModelError(
            f"no folder {folder}; expected a model with config.json and model.safetensors"
        )
    return read_json(folder / "config.json")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model, sorted: model.safetensors, or the shards that its index
    names.
    """
    index = folder / "model.safetensors.index.json"
    names = (
        set(read_json(index)["weight_map"].values()) if index.exists() else {"model.safetensors"}
    )
    files = sorted(folder / name for name in names)
    for file in files:
        if not file.exists():
            raise UnknownModelError(f"no {file.name} in {folder}; its weights are incomplete")
    return files


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """Every tensor of a model by name, as float32; codes in mlx's layout are multiplied out.

    Raises UnsupportedModelError for other than F32, F16, BF16, and 2, 4 or 8 bits packed in U32.
    """
    tensors: dict[str, Tensor] = {}
    codes: dict[str, NDArray[np.uint32]] = {}
    for file in weight_files(folder):
        try:
            stored = safetensors.deserialize(file.read_bytes())  # type: ignore[no-untyped-call]
        except safetensors.SafetensorError as error:
            raise UnsupportedModelError(f"{file} is not a safetensors file: {error}") from None
        for name, tensor in stored:
            if tensor["dtype"] == "U32":
                codes[name] = np.frombuffer(tensor["data"], "<u4").reshape(tensor["shape"])
                continue
            try:
                tensors[name] = _as_float32(tensor["data"], tensor["dtype"]).reshape(
                    tensor["shape"]
                )
            except KeyError:
                raise UnsupportedModelError(
                    f"{file}: {name} is {tensor['dtype']}; read are F32, F16, BF16 and U32"
                ) from None
    return tensors | _multiplied_out(tensors, codes, folder)


def quantisation(config: dict[str, Any]) -> str | None:
    """How a model's weights are quantised, in words, from its config.json; None where they are
    not.
    """
    stored = config.get("quantization")
    return (
        f"{stored['bits']} bits, groups of {stored['group_size']}"
        if stored
        else config.get("quantised_as")
    )


def _multiplied_out(
    tensors: dict[str, Tensor], codes: dict[str, NDArray[np.uint32]], folder: Path
) -> dict[str, Tensor]:
    """Weights from mlx's layout: whole numbers packed in words, lowest first; scale times each,
    plus a bias, by group.

    The scales and biases are taken out of `tensors`.
    """
    if not codes:
        return {}
    stored = read_config(folder).get("quantization") or {}
    found = {}
    for name, words in codes.items():
        part = name.removesuffix(".weight")
        own = stored.get(part)
        layout = own if isinstance(own, dict) else stored  # mixed folders name the odd ones
        bits, group = layout.get("bits"), layout.get("group_size")
        if bits not in (2, 4, 8) or not group:
            raise UnsupportedModelError(
                f"{folder}: {part} is packed in {bits or 'unknown'} bits; read here are 2, 4 and "
                "8, all of them by mlx:"
            )
        try:
            scales, biases = tensors.pop(f"{part}.scales"), tensors.pop(f"{part}.biases")
        except KeyError as missing:
            raise UnsupportedModelError(f"{folder}: the weights have no {missing}") from None
        if words.size * 32 != scales.size * bits * group:
            raise UnsupportedModelError(
                f"{folder}: {part} does not hold {bits} bits in groups of {group}, as config.json "
                "says"
            )
        shifts = np.arange(0, 32, bits, dtype=np.uint32)
        numbers = ((words[..., None] >> shifts) & np.uint32(2**bits - 1)).astype(np.float32)
        groups = numbers.reshape(*scales.shape, group)
        found[name] = (groups * scales[..., None] + biases[..., None]).reshape(len(words), -1)
    return found


def revision(folder: Path) -> str:
    """First 12 hex digits of a SHA-256 over the weights, equal for equal files.

    A file up to 64 MiB is hashed whole. Of a bigger one the hash covers its size and 64 blocks of
    64 KiB at even distances, the first and the last among them: enough to tell fine-tunes apart
    without reading gigabytes.
    """
    digest = hashlib.sha256()
    for path in weight_files(folder):
        size = path.stat().st_size
        with path.open("rb") as file:
            if size <= _HASHED_WHOLE:
                digest.update(file.read())
                continue
            digest.update(size.to_bytes(8, "little"))
            for sample in range(_SAMPLES):
                file.seek((size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def public_name(folder: Path) -> str:
    """What a recording may call the model in `folder`, which is never a path.

    The repository whose download this is (models--OWNER--NAME/snapshots/COMMIT), else the one its
    config names, else the folder's own name.
    """
    folder = folder.resolve()
    prefix, *download = folder.parent.parent.name.split("--")
    if prefix == "models" and len(download) == 2 and folder.parent.name == "snapshots":
        return "/".join(download)
    name = read_config(folder).get("_name_or_path")
    return name if isinstance(name, str) and _REPOSITORY.fullmatch(name) else folder.name


def _as_float32(data: bytearray, kind: str) -> Tensor:
    if kind == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, {"F32": np.float32, "F16": np.float16}[kind]).astype(
        np.float32, copy=False
    )
