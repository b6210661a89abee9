"""The arithmetic register: sums, questions, word problems and sequences, all of them right."""

from __future__ import annotations

from collections.abc import Callable

from . import words
from .draw import Draw

SIGNS: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
}


def operands(draw: Draw) -> tuple[int, str, int]:
    """Two numbers and a sign whose result is small and never negative."""
    sign = draw.one("++++---*")
    if sign == "*":
        return draw.whole(2, 12), sign, draw.whole(2, 12)
    high = draw.one((20, 50, 99, 99, 99))
    left, right = draw.whole(0, high), draw.whole(0, high)
    return (max(left, right), sign, min(left, right)) if sign == "-" else (left, sign, right)


def equation(draw: Draw) -> str:
    left, sign, right = operands(draw)
    return f"{left} {sign} {right} = {SIGNS[sign](left, right)}"


def sums(draw: Draw) -> str:
    """A column of equations under a heading."""
    heading = draw.say(
        "[Sums|Arithmetic|Homework|Practice|Sums for {day}]:\n", day=draw.one(words.DAYS)
    )
    return heading + "\n".join(equation(draw) for _ in range(draw.whole(4, 12)))


def questions(draw: Draw) -> str:
    """Questions and answers, one after another."""
    lines = []
    for _ in range(draw.whole(3, 7)):
        left, sign, right = operands(draw)
        result = SIGNS[sign](left, right)
        asked = {"+": "+", "-": "-", "*": draw.one(("*", "times"))}[sign]
        lines.append(
            draw.say(
                "Q: [what is|what is|how much is|what do you get for] {l} {s} {r}?\n"
                "A: [{v}|{l} {t} {r} is {v}|it is {v}].",
                l=left,
                s=asked,
                t=sign,
                r=right,
                v=result,
            )
        )
    return "\n".join(lines)


def steps(draw: Draw) -> str:
    """One sum of two-digit numbers worked out by tens and ones."""
    left, right = draw.whole(11, 99), draw.whole(11, 99)
    tens, ones = left // 10 * 10 + right // 10 * 10, left % 10 + right % 10
    return (
        f"Work out {left} + {right} step by step.\n"
        f"Tens: {left // 10 * 10} + {right // 10 * 10} = {tens}\n"
        f"Ones: {left % 10} + {right % 10} = {ones}\n"
        f"Together: {tens} + {ones} = {left + right}\n"
        f"So {left} + {right} = {left + right}."
    )


def sequence(draw: Draw) -> str:
    """Counting on by a fixed step."""
    start, step = draw.whole(0, 40), draw.whole(1, 12)
    numbers = [start + step * index for index in range(draw.whole(6, 10))]
    if draw.chance(0.4):
        numbers.reverse()
        way = "down"
    else:
        way = "up"
    shown = ", ".join(map(str, numbers))
    return f"Count {way} by {step} from {numbers[0]}:\n{shown}.\nThe last number is {numbers[-1]}."


def compare(draw: Draw) -> str:
    """Three numbers put in order."""
    numbers = [draw.whole(1, 99) for _ in range(draw.whole(3, 5))]
    ordered = sorted(numbers)
    return (
        f"Sort the numbers {', '.join(map(str, numbers))}.\n"
        f"Sorted: {', '.join(map(str, ordered))}.\n"
        f"The smallest is {ordered[0]} and the largest is {ordered[-1]}. "
        f"Their difference is {ordered[-1]} - {ordered[0]} = {ordered[-1] - ordered[0]}."
    )


def problem(draw: Draw) -> str:
    """A word problem: somebody has some, gets some and gives some away."""
    one, two, three = draw.people(3)
    food = draw.one(words.FOODS)
    first, gained = draw.whole(2, 50), draw.whole(2, 40)
    given = draw.whole(1, first + gained - 1)
    both, left = first + gained, first + gained - given
    return draw.say(
        "{one} [has|picks|buys|brings] {first} {food}. {two} gives {one.him} {gained} more. "
        "Now {one} has {first} + {gained} = {both} {food}.\n"
        "Then {one} gives {given} {food} to {three}. "
        "{one} has {both} - {given} = {left} left, and {three} has {given}.\n"
        "Q: how many {food} does [{one} have now?\nA: {one} has {left} {food}"
        "|{three} have?\nA: {three} has {given} {food}"
        "|{one} get from {two}?\nA: {one} got {gained} {food} from {two}].",
        one=one,
        two=two,
        three=three,
        food=food,
        first=first,
        gained=gained,
        both=both,
        given=given,
        left=left,
    )


def sharing(draw: Draw) -> str:
    """A word problem of rows, boxes or baskets."""
    person, food = draw.people(1)[0], draw.one(words.FOODS)
    groups, each = draw.whole(2, 12), draw.whole(2, 12)
    return draw.say(
        "{one} has {groups} [baskets|boxes|bowls|sacks] with {each} {food} in each. "
        "That makes {groups} * {each} = {total} {food}. "
        "If {one} shares the {total} {food} among {groups} friends, "
        "each friend gets {total} / {groups} = {each} {food}.",
        one=person,
        groups=groups,
        each=each,
        total=groups * each,
        food=food,
    )


FORMS = (
    sums,
    sums,
    questions,
    questions,
    questions,
    steps,
    sequence,
    compare,
    problem,
    problem,
    sharing,
)


def write(draw: Draw) -> str:
    return draw.one(FORMS)(draw)
