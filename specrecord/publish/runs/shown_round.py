"""The round of a run by which a chapter explains one pass of the target: its tokens, and which of
them sees which.
"""

from typing import Any

from specrecord.events import SPECULATIVE
from specrecord.recording.reader import Recording
from specrecord.recording.rounds import Round
from specrecord.text import label, visible

_MOST = 12  # rows of a figure
_CONTEXT = 60  # characters before a token


def shown_round(recording: Recording) -> dict[str, Any] | None:
    """The round with the most fates among its drafted tokens, the first of equals, that a figure
    has room for; None where there is none, or no text before it.

    `tokens`, `parents` and `fates` begin with the text's last token, which has neither parent nor
    fate. `before` counts the tokens of the text up to there.
    """
    rounds = [one for one in recording.tracks[SPECULATIVE].verified if 0 < len(one.drafts) < _MOST]
    chosen = max(
        rounds, key=lambda one: len({_fate(one, node) for node in _nodes(one)}), default=None
    )
    text = _text_before(recording, chosen) if chosen else []
    if chosen is None or not text:
        return None
    return {
        "round": chosen.index,
        "before": len(text),
        "tokens": [
            label(None if token is None else recording.token_bytes.get(token))
            for token in (text[-1], *(draft.token for draft in chosen.drafts))
        ],
        "parents": [None, *(chosen.parent(node) + 1 for node in _nodes(chosen))],
        "fates": [None, *(_fate(chosen, node) for node in _nodes(chosen))],
        "origin": chosen.emits[0].origin if chosen.emits else None,
    }


def context_before(recording: Recording, one: Round, node: int) -> str:
    """The words that a drafted token follows: the end of the text, and its branch of the tree."""
    branch: list[int | None] = []
    while (node := one.parent(node)) >= 0:
        branch.append(one.drafts[node].token)
    drafted = [token for token in reversed(branch) if token is not None]
    tokens = [*_text_before(recording, one), *drafted]
    raw = b"".join(recording.token_bytes.get(token, b"") for token in tokens[-_CONTEXT:])
    return visible(raw.decode(errors="ignore"))[-_CONTEXT:]


def _nodes(one: Round) -> range:
    return range(len(one.drafts))


def _fate(one: Round, node: int) -> str:
    verdict = one.verdict(node)
    return verdict.fate if verdict else "untested"


def _text_before(recording: Recording, one: Round) -> list[int]:
    """The ids of prompt and output that stood before a round."""
    earlier = recording.tracks[SPECULATIVE].verified[: one.index]
    output = [token.token for other in earlier for token in other.output]
    return [*(recording.header.prompt.ids or []), *output]
