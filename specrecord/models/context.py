"""How far a model can see, by its config.json: its context, and a sliding window."""

from typing import Any

from specrecord.errors import UnsupportedModelError

_CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
_UNSAID = {
    "mistral": 4096
}  # the window of a kind whose config.json names none, as transformers has it


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
    window = level.get("sliding_window", _UNSAID.get(level.get("model_type", "")))
    layers = level.get("layer_types")
    off = level.get("use_sliding_window") is False
    if off or not isinstance(window, int) or (layers and "sliding_attention" not in layers):
        return None
    return window


def within_window(config: dict[str, Any], context: int) -> tuple[int, dict[str, str]]:
    """The context of a model whose sliding window is not computed, and what its details say of
    that: up to the window's length, attention to everything is the same.
    """
    window = window_of(config)
    if window is None or window >= context:
        return context, {}
    return window, {"window": f"its sliding window of {window} tokens is its context here"}
