"""The table register: tables in pipes and commas, with a remark that reads them back."""

from __future__ import annotations

from collections.abc import Sequence

from . import words
from .draw import Draw

Row = Sequence[object]


def piped(head: Row, rows: Sequence[Row]) -> str:
    """A table in the pipe notation."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def commas(head: Row, rows: Sequence[Row]) -> str:
    return "\n".join(",".join(map(str, line)) for line in [head, *rows])


def people(draw: Draw) -> str:
    """Who lives where, and a remark on one of them."""
    names = draw.names(draw.whole(3, 6))
    rows = [(name, draw.whole(6, 80), draw.village(), draw.one(words.JOBS)) for name in names]
    chosen, oldest = draw.one(rows), max(rows, key=lambda row: row[1])
    layout = draw.one((piped, piped, commas))
    return layout(("name", "age", "town", "job"), rows) + draw.say(
        "\n\n{name} [is {age} years old and lives in {town}|lives in {town} and is {age}"
        "|is a {job} in {town}]. The oldest is {old}, who is {years}.",
        name=chosen[0],
        age=chosen[1],
        town=chosen[2],
        job=chosen[3],
        old=oldest[0],
        years=oldest[1],
    )


def stock(draw: Draw) -> str:
    """A price list whose costs are multiplied out and totalled."""
    foods = draw.some(words.FOODS, draw.whole(2, 5))
    rows = [
        (food, count, price, count * price)
        for food, count, price in ((food, draw.whole(1, 12), draw.whole(1, 9)) for food in foods)
    ]
    total = sum(row[3] for row in rows)
    dearest = max(rows, key=lambda row: row[3])
    return piped(("item", "count", "price", "cost"), [*rows, ("total", "", "", total)]) + draw.say(
        "\n\nThe {food} cost {count} * {price} = {cost} coins. [Altogether|In all] that is {total} "
        "coins.",
        food=dearest[0],
        count=dearest[1],
        price=dearest[2],
        cost=dearest[3],
        total=total,
    )


def week(draw: Draw) -> str:
    """What happens on which day."""
    first = draw.whole(0, 3)
    days = words.DAYS[first : first + draw.whole(3, 4)]
    names = draw.names(2)
    rows = [(day, draw.one(names), draw.one(words.TREATS), draw.one(words.PLACES)) for day in days]
    day, name, treat, place = draw.one(rows)
    return piped(("day", "cook", "meal", "place"), rows) + draw.say(
        "\n\nOn {day} {name} makes {treat} at {place}.",
        day=day,
        name=name,
        treat=treat,
        place=place,
    )


def owners(draw: Draw) -> str:
    """Who holds what, then what changes hands."""
    names = draw.names(draw.whole(3, 5))
    things = draw.things(len(names))
    rows = list(
        zip(
            names,
            (thing.noun for thing in things),
            draw.some(words.COLOURS, len(names)),
            strict=True,
        )
    )
    giver, taker = draw.some(rows, 2)
    return piped(("name", "thing", "colour"), rows) + (
        f"\n\n{giver[0]} gives the {giver[2]} {giver[1]} to {taker[0]}. "
        f"Now {taker[0]} has the {taker[2]} {taker[1]} and the {giver[2]} {giver[1]}, "
        f"and {giver[0]} has nothing."
    )


def squares(draw: Draw) -> str:
    """A multiplication table."""
    factor, first = draw.whole(2, 12), draw.whole(1, 6)
    rows = [(number, factor, number * factor) for number in range(first, first + draw.whole(4, 7))]
    return piped(("a", "b", "a * b"), rows)


FORMS = (people, people, people, stock, stock, week, owners, owners, squares)


def write(draw: Draw) -> str:
    return draw.one(FORMS)(draw)
