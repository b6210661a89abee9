"""What mlx-lm is told of a model's config.json, and what it would pass over in silence.

transformers 5 writes `rope_parameters` where mlx-lm's models of many families read `rope_theta` and
`rope_scaling`; without them they take a default, and compute another model.
"""

import inspect
from collections.abc import Callable
from typing import Any

from specrecord.errors import UnsupportedModelError

Classes = Callable[[dict[str, Any]], tuple[Any, Any]]


def readable_config(config: dict[str, Any], classes: Classes, name: str) -> dict[str, Any]:
    """What is to be put over `config` so that mlx-lm reads its rotary embedding. `classes` are a
    config's model and arguments, by mlx-lm.

    Raises UnsupportedModelError where it cannot be told.
    """
    changes: dict[str, Any] = {}
    inner = config.get("text_config")
    if isinstance(inner, dict) and _is_unread(inner, ()):
        changes["text_config"] = {**inner, **_rope(inner, (), name)}
    _require_interval(inner if isinstance(inner, dict) else config, name)
    if "rope_parameters" in config:
        _, arguments = classes(config)
        parameters = tuple(inspect.signature(arguments).parameters)
        if _is_unread(config, parameters):
            changes |= _rope(config, parameters, name)
    return changes


def _is_unread(config: dict[str, Any], parameters: tuple[str, ...]) -> bool:
    return isinstance(config.get("rope_parameters"), dict) and "rope_parameters" not in parameters


def _rope(config: dict[str, Any], parameters: tuple[str, ...], name: str) -> dict[str, Any]:
    """`rope_parameters` by its older names; `parameters` are those that the model reads, empty
    where that cannot be seen.
    """
    rope = dict(config["rope_parameters"])
    theta, kind = rope.pop("rope_theta", None), rope.get("rope_type", "default")
    found: dict[str, Any] = {} if theta is None else {"rope_theta": theta}
    if kind != "default":
        found["rope_scaling"] = rope
    if "rope_local_base_freq" in parameters:
        return _by_layers(config, name)
    nested = any(isinstance(part, dict) for part in rope.values())
    if nested or (parameters and not set(found) <= set(parameters)):
        raise UnsupportedModelError(
            f"{name}: mlx-lm does not read this model's rope_parameters, and would compute another"
        )
    return found


def _by_layers(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Gemma 3's: layers that see everything have one rotary embedding, those with a window another;
    and which are which.
    """
    layers, rope = config.get("layer_types") or [], config["rope_parameters"]
    near = rope.get("sliding_attention") or {}
    pattern = layers.index("full_attention") + 1 if "full_attention" in layers else 0
    regular = all(
        (kind == "full_attention") == ((index + 1) % pattern == 0)
        for index, kind in enumerate(layers)
        if pattern
    )
    if not pattern or not regular or near.get("rope_type", "default") != "default":
        raise UnsupportedModelError(f"{name}: mlx-lm does not know the order of its layers")
    whole = dict(rope["full_attention"])
    found = {"rope_theta": whole.pop("rope_theta"), "sliding_window_pattern": pattern}
    if whole.get("rope_type", "default") != "default":
        found["rope_scaling"] = whole
    return {**found, "rope_local_base_freq": near["rope_theta"]}


def _require_interval(config: dict[str, Any], name: str) -> None:
    """Qwen 3.5's full attention comes at an interval, 4 where nothing is said; refused where its
    layers are others.
    """
    layers, interval = config.get("layer_types") or [], config.get("full_attention_interval", 4)
    linear = [
        "linear_attention" if (at + 1) % interval else "full_attention" for at in range(len(layers))
    ]
    if "linear_attention" in layers and layers != linear:
        raise UnsupportedModelError(f"{name}: mlx-lm does not know the order of its layers")
