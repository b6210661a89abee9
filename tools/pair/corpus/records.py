"""The JSON register: nested records whose ids, totals and references agree."""

from __future__ import annotations

import json
from typing import Any

from . import words
from .draw import Draw

Record = dict[str, Any]


def identity(draw: Draw, letter: str) -> str:
    return f"{letter}{draw.whole(100, 999)}"


def order(draw: Draw) -> Record:
    """An order whose lines and total add up."""
    person = draw.people(1)[0]
    lines = [
        {
            "item": thing.noun,
            "quality": thing.quality,
            "count": draw.whole(1, 9),
            "price": draw.whole(1, 12),
        }
        for thing in draw.things(draw.whole(1, 3))
    ]
    for line in lines:
        line["cost"] = line["count"] * line["price"]
    return {
        "order": identity(draw, "r"),
        "customer": {"name": person.name, "town": draw.village()},
        "lines": lines,
        "total": sum(line["cost"] for line in lines),
        "paid": draw.chance(0.5),
        "thanks": f"Thank you, {person.name}!",
    }


def family(draw: Draw) -> Record:
    """People who know each other by id."""
    count = draw.whole(2, 4)
    people = draw.people(count)
    ids = draw.some(range(10, 99), count)
    members = [
        {
            "id": own,
            "name": person.name,
            "age": draw.whole(6, 80),
            "likes": draw.one(words.FOODS),
            "friends": [other for other in ids if other != own],
        }
        for own, person in zip(ids, people, strict=True)
    ]
    eldest = max(members, key=lambda member: member["age"])
    return {
        "village": draw.village(),
        "count": count,
        "people": members,
        "eldest": {"id": eldest["id"], "name": eldest["name"]},
    }


def inventory(draw: Draw) -> Record:
    """Shelves with things, and where each thing stands."""
    things = draw.things(draw.whole(2, 4))
    owner = draw.people(1)[0].name
    shelves = {
        identity(draw, "s"): {
            "thing": thing.noun,
            "colour": draw.one(words.COLOURS),
            "owner": owner,
        }
        for thing in things
    }
    return {
        "owner": owner,
        "place": draw.places(1)[0],
        "shelves": shelves,
        "index": {shelf["thing"]: key for key, shelf in shelves.items()},
    }


def event(draw: Draw) -> Record:
    """A meeting with its host and guests, all of whom are listed again with a task."""
    host, *guests = draw.names(draw.whole(3, 4))
    return {
        "event": draw.one(
            ("picnic", "concert", "market", "dance", "lesson", "fair", "dinner", "race")
        ),
        "day": draw.one(words.DAYS),
        "month": draw.one(words.MONTHS),
        "place": draw.places(1)[0],
        "host": host,
        "guests": guests,
        "tasks": [{"who": name, "brings": draw.one(words.TREATS)} for name in [host, *guests]],
    }


def pet(draw: Draw) -> Record:
    """A creature, its keeper and its weights."""
    keeper, name, kind = draw.people(1)[0].name, draw.pet(), draw.one(words.ANIMALS)
    weights = [draw.whole(1, 40) for _ in range(3)]
    return {
        "pet": {"name": name, "kind": kind, "age": draw.whole(1, 15)},
        "keeper": {"name": keeper, "town": draw.village(), "pets": [name]},
        "weights": weights,
        "heaviest": max(weights),
        "lightest": min(weights),
        "note": f"{name} the {kind} belongs to {keeper}",
    }


def settings(draw: Draw) -> Record:
    """A configuration with a default that one of its choices repeats."""
    colours = draw.some(words.COLOURS, 3)
    width, height = draw.whole(2, 12), draw.whole(2, 12)
    return {
        "title": draw.things(1)[0].the,
        "size": {"width": width, "height": height},
        "area": width * height,
        "colours": colours,
        "default": draw.one(colours),
        "author": draw.names(1)[0],
        "version": draw.whole(1, 9),
        "visible": draw.chance(0.7),
        "parent": None,
    }


KINDS = (order, order, family, inventory, event, pet, settings)


def write(draw: Draw) -> str:
    """One record over several lines, or a few of one kind on a line each."""
    kind = draw.one(KINDS)
    if draw.chance(0.35):
        return "\n".join(json.dumps(kind(draw)) for _ in range(draw.whole(1, 2)))
    return json.dumps(kind(draw), indent=draw.one((2, 2, 1)))
