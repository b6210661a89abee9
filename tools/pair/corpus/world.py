"""The world of one story: who is in it, what they hold, and where it happens."""

from __future__ import annotations

from . import words
from .draw import Draw, article


class World:
    """Everything that a story's sentences may mention, drawn once and called back to later."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        hero, friend, elder = draw.people(3)
        self.hero, self.friend = hero, friend
        thing, other, third = draw.things(3)
        place, second, last = draw.places(3)
        trait, quality = draw.some(words.TRAITS, 2)
        job = draw.one(words.JOBS)
        animal = draw.one(words.ANIMALS)
        self.slots: dict[str, object] = {
            "hero": hero,
            "friend": friend,
            "elder": elder,
            "thing": thing,
            "other": other,
            "third": third,
            "place": place,
            "second": second,
            "last": last,
            "trait": trait,
            "quality": quality,
            "job": job,
            "a_job": f"{article(job)} {job}",
            "animal": animal,
            "an_animal": f"{article(animal)} {animal}",
            "pet": draw.pet(),
            "village": draw.village(),
            "treat": draw.one(words.TREATS),
            "food": draw.one(words.FOODS),
            "feel": draw.one(words.FEELINGS),
            "season": draw.one(words.SEASONS),
            "day": draw.one(words.DAYS),
            "skill": draw.one(words.SKILLS),
            "hide": draw.one(words.HIDING_PLACES),
            "colour": draw.one(words.COLOURS),
            "a_trait": f"{article(trait)} {trait}",
            "child": "girl" if hero.he == "she" else "boy",
            "offspring": "daughter" if hero.he == "she" else "son",
        }

    def say(self, template: str, **more: object) -> str:
        return self.draw.say(template, **{**self.slots, **more})
