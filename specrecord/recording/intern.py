"""Adds a `token` event before the first event that mentions an id, so that a reader needs no
tokenizer.
"""

from collections.abc import Callable, Iterator

from specrecord.events import Draft, Emit, Event, Token, Verdict, unpack_top


class Interner:
    """Remembers which ids a recording has spelled. `token_bytes` spells an id."""

    def __init__(self, token_bytes: Callable[[int], bytes]) -> None:
        self._token_bytes = token_bytes
        self._spelled: set[int] = set()

    def spell(self, ids: set[int], time: int) -> list[Token]:
        """A `token` event at `time` for each id not spelled before, in id order."""
        new = sorted(ids - self._spelled)
        self._spelled.update(new)
        return [Token(time, token, self._token_bytes(token)) for token in new]

    def __call__(self, event: Event) -> Iterator[Event]:
        """The event, preceded by whatever it needs spelled."""
        yield from self.spell(ids_of(event), event.time)
        yield event


def ids_of(event: Event) -> set[int]:
    """The token ids that an event mentions, top lists included."""
    if not isinstance(event, Draft | Verdict | Emit):
        return set()
    ids = {token for token, _ in unpack_top(event.top)}
    return ids if isinstance(event, Verdict) else ids | {event.token}
