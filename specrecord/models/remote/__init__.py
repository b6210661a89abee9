"""Targets behind HTTP: `api:MODEL@URL`, `cerebras:MODEL`, and engines that draft by themselves, as
`vllm:MODEL@URL`. Only what needs no HTTP library stands here.
"""

import re

ENGINES = ("vllm", "llama-server", "sglang")
PREDICTION = "prediction"  # the verifier of a chat, which is asked for by its name alone


def is_remote(name: str) -> bool:
    """Whether a model's name means one behind HTTP."""
    return name.partition(":")[0] in ("api", "cerebras", *ENGINES)


def is_engine(name: str) -> bool:
    """Whether it means an engine whose own speculation is recorded."""
    return name.partition(":")[0] in ENGINES


def public_name(name: str) -> str:
    """A remote model's name without its address, which is nobody else's business: api:MODEL@URL."""
    kind, _, rest = name.partition(":")
    return name if kind == "cerebras" else f"{kind}:{shown(split_address(rest)[0])}@URL"


def split_address(text: str) -> tuple[str, str]:
    """MODEL@URL taken apart, the URL "" where there is none. An address may hold an @ of its
    own, before which there are a user and a password.
    """
    found = re.fullmatch(r"(.*?)@(https?://.*)", text, re.S)
    return (found[1], found[2]) if found else (text.partition("@")[0], "")


def shown(model: str) -> str:
    """A server may know its model by a path of its machine, which no recording should keep."""
    return model.rstrip("/").rpartition("/")[2] if model.startswith(("/", "~", ".")) else model
