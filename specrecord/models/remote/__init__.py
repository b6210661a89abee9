"""Targets behind HTTP: `api:MODEL@URL` and `cerebras:MODEL`. Only what needs no HTTP library stands
here.
"""


def is_remote(name: str) -> bool:
    """Whether a model's name means one behind HTTP."""
    return name.partition(":")[0] in ("api", "cerebras")


def public_name(name: str) -> str:
    """A remote model's name without its address, which is nobody else's business: api:MODEL@URL."""
    kind, _, rest = name.partition(":")
    return f"api:{shown(rest.rpartition('@')[0])}@URL" if kind == "api" else name


def shown(model: str) -> str:
    """A server may know its model by a path of its machine, which no recording should keep."""
    return model.rstrip("/").rpartition("/")[2] if model.startswith(("/", "~", ".")) else model
