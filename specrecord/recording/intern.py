"""Adds a `token` event before the first event that mentions an id, so that a reader needs no
tokenizer.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from specrecord.events import Draft, Emit, Event, Token, Verdict

_NAMES_IDS = (Draft, Verdict, Emit)


class Interner:
    """Remembers which ids a recording has spelled. `token_bytes` spells an id."""

    def __init__(self, token_bytes: Callable[[int], bytes]) -> None:
        self._token_bytes = token_bytes
        self._spelled: set[int] = set()

    def spell(self, ids: set[int], time: int) -> list[Event]:
        """A `token` event at `time` for each id not spelled before, in id order."""
        new = sorted(ids - self._spelled)
        self._spelled.update(new)
        return [Token(time, token, self._token_bytes(token)) for token in new]

    def __call__(self, events: Sequence[Event]) -> list[Event]:
        """The events of one moment, preceded by whatever they need spelled."""
        return [*self.spell(ids_of(events), events[0].time), *events] if events else []


def ids_of(events: Iterable[Event]) -> set[int]:
    """The token ids that events mention, top lists included."""
    ids: set[int] = set()
    listed: list[bytes] = []
    for event in events:
        if isinstance(event, _NAMES_IDS):
            if event.top:
                listed.append(event.top[: len(event.top) // 2])  # ids stand before probabilities
            if not isinstance(event, Verdict) and event.token is not None:
                ids.add(event.token)
    return ids.union(np.frombuffer(b"".join(listed), "<u4").tolist())
