"""What mlx-lm is told of a model's config.json, and what it would pass over in silence.

transformers 5 writes `rope_parameters` where mlx-lm's models of many families read `rope_theta` and
`rope_scaling`; without them they take a default, and compute another model. A sliding window is
computed by few of them: up to its length, attention to everything is the same.
"""

import inspect
from collections.abc import Callable
from typing import Any

from specrecord.errors import UnsupportedModelError

_CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
Classes = Callable[[dict[str, Any]], tuple[Any, Any]]


def readable_config(config: dict[str, Any], classes: Classes, name: str) -> dict[str, Any]:
    """What is to be put over `config` so that mlx-lm reads its rotary embedding. `classes` are a
    config's model and arguments, by mlx-lm.

    Raises UnsupportedModelError where it cannot be told.
    """
    changes: dict[str, Any] = {}
    inner = config.get("text_config")
    if isinstance(inner, dict) and _unread(inner, ()):
        changes["text_config"] = {**inner, **_rope(inner, (), name)}
    if "rope_parameters" in config:
        _, arguments = classes(config)
        known = tuple(inspect.signature(arguments).parameters)
        if _unread(config, known):
            changes |= _rope(config, known, name)
    return changes


def _unread(config: dict[str, Any], known: tuple[str, ...]) -> bool:
    return isinstance(config.get("rope_parameters"), dict) and "rope_parameters" not in known


def _rope(config: dict[str, Any], known: tuple[str, ...], name: str) -> dict[str, Any]:
    """`rope_parameters` by its older names; `known` are those that the model reads, empty where
    that cannot be seen.
    """
    rope = dict(config["rope_parameters"])
    theta, kind = rope.pop("rope_theta", None), rope.get("rope_type", "default")
    found: dict[str, Any] = {} if theta is None else {"rope_theta": theta}
    if kind != "default":
        found["rope_scaling"] = rope
    nested = any(isinstance(part, dict) for part in rope.values())
    if nested or (known and not set(found) <= set(known)):
        raise UnsupportedModelError(
            f"{name}: mlx-lm does not read this model's rope_parameters, and would compute another"
        )
    return found


def context_of(config: dict[str, Any], name: str) -> int:
    """Tokens the model was made for. Where its config does not say there is no end to test against:
    refused.
    """
    for level in (config, config.get("text_config", {})):
        for key in _CONTEXT_KEYS:
            if isinstance(level.get(key), int):
                return int(level[key])
    raise UnsupportedModelError(
        f"{name}: config.json does not say how many tokens the model can hold"
    )


def window_of(config: dict[str, Any]) -> int | None:
    """The sliding window that some layer attends by; None where all see everything."""
    level = {**config, **(config.get("text_config") or {})}
    window, layers = level.get("sliding_window"), level.get("layer_types")
    off = level.get("use_sliding_window") is False
    if off or not isinstance(window, int) or (layers and "sliding_attention" not in layers):
        return None
    return window
