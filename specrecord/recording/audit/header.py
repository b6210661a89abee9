"""What a header says of itself: the prompt by its hash, count and spelling, the distribution by
what makes it, the tree by its depth.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specrecord.header import Header, distribution_name

_ASKED = "the server's own, asked for "
_REMOTE = re.compile(r", (top-\d+ renormalised|drawn by the target)")


@dataclass(frozen=True)
class Shape:
    """How a round's tree may look: tokens side by side at each depth, and in all; None is any."""

    widths: tuple[int, ...] | None
    widest: int | None = None
    budget: int | None = None

    @classmethod
    def named(cls, name: str | None) -> "Shape | None":
        """That of a header's `tree`; None where it names none."""
        if name is None:
            return cls(None)
        if name == "chain":
            return cls(None, widest=1)
        if found := re.fullmatch(r"dynamic(?::(\d{1,4}):(\d{1,5}))?", name):
            width, budget = (
                int(one or plain) for one, plain in zip(found.groups(), (3, 12), strict=True)
            )
            return cls(None, widest=width, budget=budget)
        if len(name) < 64 and re.fullmatch(r"[1-9]\d{0,4}(x[1-9]\d{0,4})*", name):
            widths = tuple(map(int, name.split("x")))
            return cls(widths, widest=max(widths))
        return None


def header_findings(header: Header) -> Iterator[str]:
    """What does not hold of the header alone."""
    prompt = header.prompt
    if prompt.ids is not None and prompt.tokens is not None and len(prompt.ids) != prompt.tokens:
        yield f"prompt.tokens is {prompt.tokens}, but {len(prompt.ids)} ids are listed"
    if prompt.text is not None and prompt.sha256 is not None:
        digest = hashlib.sha256(prompt.text.encode("utf-8", "surrogatepass")).hexdigest()
        if prompt.sha256.strip("0") and prompt.sha256 != digest:  # zeros: it is not told
            yield "prompt.sha256 is not that of prompt.text"
    if header.law is not None and header.temperature is not None:
        own = distribution_name(header.temperature, header.top_k or 0, header.top_p or 1.0)
        law = header.law.removeprefix(_ASKED)
        if not law.startswith(own) or (law != own and not _REMOTE.fullmatch(law[len(own) :])):
            yield f"law is not the {own} of temperature, top_k and top_p"
    shape = Shape.named(header.tree)
    if shape is None:
        yield "tree names no shape of a tree"
    elif shape.widths and header.k is not None and len(shape.widths) != header.k:
        yield f"k is {header.k}, but the tree is {len(shape.widths)} deep"
    evidence = header.evidence
    if (evidence.step is None) != (evidence.least is None):
        yield "evidence.step and evidence.least stand together"


def prompt_findings(header: Header, token_bytes: Mapping[int, bytes]) -> Iterator[str]:
    """Whether the prompt's tokens spell its text: all of it, or with a chat template around it.
    Spaces and forms of a letter are a tokenizer's own affair.
    """
    prompt = header.prompt
    if prompt.text is None or prompt.ids is None:
        return
    if not token_bytes.keys() >= set(prompt.ids):
        yield "prompt.ids has a token that was never spelled"
        return
    spelled = _folded(b"".join([token_bytes[one] for one in prompt.ids]).decode("utf-8", "replace"))
    text = _folded(prompt.text)
    # A template stands around a chat's text; before another, a token that begins a text may.
    if not (
        text in spelled and len(text) < len(spelled) if header.chat else spelled.endswith(text)
    ):
        yield "prompt.ids do not spell prompt.text"


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).replace("\u2581", "")
