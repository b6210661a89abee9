"""Seeded drawing: a random source, template expansion, and people, things and places."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from . import words

Item = TypeVar("Item")
CHOICE = re.compile(r"\[([^\[\]]*)\]")
SENTENCE_START = re.compile(r"(^\"?|[.!?] |\n\"?|[.!?:]\"? \")([a-z])")
VOWEL_AHEAD = re.compile(r"\b([Aa]) (?=[aeiou])")
HELD_OUT_EVERY = 12  # one name in twelve of every list is kept for the held-out set


@dataclass(frozen=True)
class Person:
    """Somebody with a name and pronouns."""

    name: str
    he: str
    him: str
    his: str

    def __str__(self) -> str:
        return self.name

    @property
    def He(self) -> str:  # noqa: N802 - reads as the capitalised pronoun in a template
        return self.he.capitalize()

    @property
    def His(self) -> str:  # noqa: N802
        return self.his.capitalize()


@dataclass(frozen=True)
class Thing:
    """A noun with its quality, spoken of with and without articles."""

    quality: str
    noun: str

    def __str__(self) -> str:
        return f"{self.quality} {self.noun}"

    @property
    def a(self) -> str:
        return f"{article(self.quality)} {self}"

    @property
    def the(self) -> str:
        return f"the {self}"

    @property
    def short(self) -> str:
        return f"the {self.noun}"


def article(word: str) -> str:
    """The indefinite article that fits before a word."""
    return "an" if word[0].lower() in "aeiou" else "a"


def listing(items: Sequence[object]) -> str:
    """Items as English: "a, b and c"."""
    texts = [str(item) for item in items]
    if len(texts) == 1:
        return texts[0]
    return ", ".join(texts[:-1]) + " and " + texts[-1]


class Draw:
    """A seeded source of everything a document is made of."""

    def __init__(self, seed: int | str, held_out: bool = False) -> None:
        self.random = random.Random(f"{seed}/{held_out}")
        self.held_out = held_out

    def one(self, items: Sequence[Item]) -> Item:
        return items[int(self.random.random() * len(items))]

    def some(self, items: Sequence[Item], count: int) -> list[Item]:
        return self.random.sample(items, count)

    def whole(self, low: int, high: int) -> int:
        return low + int(self.random.random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def reserved(self, items: Sequence[Item]) -> Sequence[Item]:
        """The part of a list that this set may use: training and held-out sets share nothing."""
        return [
            item
            for index, item in enumerate(items)
            if (index % HELD_OUT_EVERY == HELD_OUT_EVERY // 2) == self.held_out
        ]

    def expand(self, template: str) -> str:
        """Pick one branch of every [this|that], innermost first."""
        while True:
            widened = CHOICE.sub(lambda match: self.one(match[1].split("|")), template)
            if widened == template:
                return widened
            template = widened

    def say(self, template: str, **slots: object) -> str:
        """Expand a template, fill its {slots}, and see to capitals and articles."""
        text = self.expand(template).format_map(slots)
        text = VOWEL_AHEAD.sub(r"\1n ", text)
        return SENTENCE_START.sub(lambda match: match[1] + match[2].upper(), text)

    def people(self, count: int) -> list[Person]:
        """Distinct people."""
        she, he = self.reserved(words.SHE_NAMES), self.reserved(words.HE_NAMES)
        names = self.some([*she, *he], count)
        return [
            Person(name, "she", "her", "her") if name in she else Person(name, "he", "him", "his")
            for name in names
        ]

    def names(self, count: int) -> list[str]:
        return [person.name for person in self.people(count)]

    def pet(self) -> str:
        return self.one(self.reserved(words.PET_NAMES))

    def village(self) -> str:
        return self.one(self.reserved(words.VILLAGES))

    def things(self, count: int) -> list[Thing]:
        """Things with distinct nouns and qualities."""
        nouns = self.some(words.THINGS, count)
        return [
            Thing(quality, noun)
            for quality, noun in zip(self.some(words.THING_QUALITIES, count), nouns, strict=True)
        ]

    def places(self, count: int) -> list[str]:
        return self.some(words.PLACES, count)
