"""The header of a recording, typed: all that is known of a run besides its events.

Each key is declared here and nowhere else; docs/format.md says what it means. Any may be missing or
nil in a file: then it has its default here.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Final, Literal, Self

from msgspec import convert

from specrecord.schema import (
    VERSION,
    Amount,
    Count,
    Depth,
    Microseconds,
    Probability,
    Seed,
    TokenId,
    Version,
    Whole,
)

FORMAT: Final = "specrecord"

Rule = Literal[
    "standard", "match", "block", "gumbel", "specinfer", "rrs", "drawn", "own", "prediction"
]  # fmt: skip
EvidenceMode = Literal["top", "full", "none"]


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """What both models read first; without `text` and `ids` where it was redacted."""

    sha256: str | None = None
    tokens: Count | None = None
    text: str | None = None
    ids: list[TokenId] | None = None


@dataclass(frozen=True, kw_only=True)
class Model:
    """Who drafted, or who verified. `details` are those of its backend."""

    name: str | None = None
    backend: str | None = None
    model: str | None = None
    vocabulary: str | None = None
    context: Whole | None = None
    parameters: Whole | None = None
    revision: str | None = None
    quantisation: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """An ensemble's members by name; empty for any other model."""
        found = self.details.get("members")
        return [str(name) for name in found] if isinstance(found, list) else []

    @property
    def verifier(self) -> str | None:
        """How a remote target is asked: `score`, `fan-out` or `match`."""
        found = self.details.get("verifier")
        return None if found is None else str(found)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What stands of the distributions: `n` entries in a top list, rounded to `step`, none below
    `least`.
    """

    mode: EvidenceMode | None = None
    n: Count | None = None
    of: Literal["law", "raw"] | None = None
    step: Probability | None = None
    least: Probability | None = None


@dataclass(frozen=True, kw_only=True)
class TimeSource:
    """What the times were read from."""

    name: str | None = None
    resolution_us: Amount | None = None


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where the run was recorded."""

    chip: str | None = None
    cores: Count | None = None
    memory_gib: Amount | None = None
    system: str | None = None
    python: str | None = None
    libraries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a reader must know of a run that is no event."""

    format: Literal["specrecord"] = FORMAT
    version: Version = VERSION
    tool: str | None = None
    start: str | None = None
    title: str | None = None
    command: str | None = None
    request: dict[str, Any] = field(default_factory=dict)  # by the names of `specrecord.options`
    prompt: Prompt = Prompt()
    chat: bool = False
    k: Depth | None = None
    adaptive: bool = False
    temperature: Amount | None = None
    top_k: Count | None = None
    top_p: Probability | None = None
    seed: Seed | None = None
    max_tokens: Count | None = None
    stop: list[str] = field(default_factory=list)
    rule: Rule | None = None
    tree: str | None = None
    law: str | None = None
    draft: Model = field(default_factory=Model)
    target: Model = field(default_factory=Model)
    evidence: Evidence = Evidence()
    clock: TimeSource = TimeSource()
    machine: Machine = field(default_factory=Machine)
    round_trip_us: Microseconds | None = None
    simulated: list[str] = field(default_factory=list)
    markers: dict[str, TokenId] | None = None
    redacted: list[str] | None = None

    @classmethod
    def from_map(cls, values: Mapping[str, Any]) -> Self:
        """The header that a map of values stands for that can be; keys of a later version are left
        out. What a file holds is held to the declarations first, by `recording.reader`.
        """
        return convert(_without_nil(values), cls)

    def to_map(self) -> dict[str, Any]:
        """The map that a file begins with. What is unknown is left out."""
        records = {one.name for one in fields(self) if is_dataclass(getattr(self, one.name))}
        empty = {key for key in records if (value := getattr(self, key)) == type(value)()}
        return _without_nil({k: v for k, v in asdict(self).items() if k not in empty})


def _without_nil(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nil(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


def distribution_name(temperature: float, top_k: int, top_p: float) -> str:
    """A distribution in words, as the header's `law` has it; top_k 0 and top_p 1 are off."""
    parts = [f"softmax T={temperature:g}"]
    parts += [f"top-k {top_k}"] if top_k else []
    parts += [f"top-p {top_p:g}"] if top_p < 1 else []
    return ", ".join(parts)


Header.from_map({})  # msgspec looks at a class once, and crashes where two threads do so at a time
