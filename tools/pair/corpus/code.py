"""The code register: small Python functions and classes that use what they are given."""

from __future__ import annotations

import operator

from . import words
from .draw import Draw, article

MEASURES = """price cost width height length depth weight count total speed distance time age score
points level size amount rate limit offset radius volume balance budget bonus""".split()
PLURALS = """names values numbers items words prices scores rows lines letters keys pages points
tasks users notes books coins songs cities""".split()
RESULTS = "result answer output found kept total".split()
VERBS = "find get make count check collect compute build pick update".split()
CLASSES = """Basket Counter Garden Library Account Box Clock Robot Shop Player Queue Stack Diary
Wallet Kitchen Train Ticket Letter Puzzle Map""".split()

COMPARED = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


def singular(plural: str) -> str:
    return plural[:-3] + "y" if plural.endswith("ies") else plural[:-1]


def formula(draw: Draw) -> str:
    """A function of three measures, called with numbers whose answer is asserted."""
    first, second, third = draw.some(MEASURES, 3)
    sign, other = draw.one("+-*"), draw.one("+-")
    name = f"{draw.one(VERBS)}_{first}"
    numbers = [draw.whole(2, 9) for _ in range(3)]
    steps = {
        "+": numbers[0] + numbers[1],
        "-": numbers[0] - numbers[1],
        "*": numbers[0] * numbers[1],
    }[sign]
    answer = steps + numbers[2] if other == "+" else steps - numbers[2]
    result = draw.one(RESULTS)
    return (
        f"def {name}({first}, {second}, {third}):\n"
        f'    """Return {first} {sign} {second} {other} {third}."""\n'
        f"    {result} = {first} {sign} {second}\n"
        f"    return {result} {other} {third}\n\n\n"
        f"assert {name}({numbers[0]}, {numbers[1]}, {numbers[2]}) == {answer}"
    )


def selecting(draw: Draw) -> str:
    """A loop that keeps some of a list."""
    plural, limit = draw.one(PLURALS), draw.one(MEASURES)
    one, result, sign = singular(plural), draw.one(RESULTS[:5]), draw.one((">", "<", ">=", "<="))
    name = f"{draw.one(VERBS)}_{plural}"
    numbers, bound = [draw.whole(1, 30) for _ in range(4)], draw.whole(5, 25)
    kept = [number for number in numbers if COMPARED[sign](number, bound)]
    return (
        f"def {name}({plural}, {limit}):\n"
        f'    """Keep every {one} {sign} {limit}."""\n'
        f"    {result} = []\n"
        f"    for {one} in {plural}:\n"
        f"        if {one} {sign} {limit}:\n"
        f"            {result}.append({one})\n"
        f"    return {result}\n\n\n"
        f"print({name}({numbers}, {bound}))  # {kept}"
    )


def summing(draw: Draw) -> str:
    """A loop that adds up, with a guard."""
    plural, start = draw.one(PLURALS), draw.one(MEASURES)
    one, name = singular(plural), f"{draw.one(('sum', 'add', 'total'))}_{plural}"
    numbers, first = [draw.whole(1, 12) for _ in range(draw.whole(2, 4))], draw.whole(0, 9)
    return (
        f"def {name}({plural}, {start}={first}):\n"
        f"    if not {plural}:\n"
        f"        return {start}\n"
        f"    for {one} in {plural}:\n"
        f"        {start} += {one}\n"
        f"    return {start}\n\n\n"
        f"assert {name}({numbers}) == {sum(numbers) + first}"
    )


def grouping(draw: Draw) -> str:
    """A function that fills a dictionary."""
    plural, key = draw.some(PLURALS, 2)
    one, key, result = singular(plural), singular(key), draw.one(RESULTS[:5])
    test = draw.one((f"if {key} not in {result}", f"if {result}.get({key}) is None"))
    return (
        f"def group_{plural}({plural}):\n"
        f"    {result} = {{}}\n"
        f"    for {one} in {plural}:\n"
        f'        {key} = {one}["{key}"]\n'
        f"        {test}:\n"
        f"            {result}[{key}] = []\n"
        f"        {result}[{key}].append({one})\n"
        f"    return {result}"
    )


def container(draw: Draw) -> str:
    """A class whose methods use the fields that it was given."""
    kind, plural, measure = draw.one(CLASSES), draw.one(PLURALS), draw.one(MEASURES)
    one, owner = singular(plural), draw.names(1)[0]
    variable, number = kind.lower(), draw.whole(1, 12)
    text = (
        f"class {kind}:\n"
        f'    """{article(kind).capitalize()} {variable} with {plural} and '
        f'{article(measure)} {measure}."""\n\n'
        f"    def __init__(self, owner, {measure}):\n"
        f"        self.owner = owner\n"
        f"        self.{measure} = {measure}\n"
        f"        self.{plural} = []\n\n"
        f"    def add_{one}(self, {one}):\n"
        f"        self.{plural}.append({one})\n"
        f"        self.{measure} += {draw.one(('1', one))}\n\n"
    )
    extra = draw.one(
        (
            f"    def has_{one}(self, {one}):\n        return {one} in self.{plural}\n",
            f"    def count_{plural}(self):\n        return len(self.{plural})\n",
            f'    def describe(self):\n        return f"{{self.owner}}: {{self.{measure}}}"\n',
        )
    )
    return text + extra + f'\n\n{variable} = {kind}("{owner}", {number})'


def lookup(draw: Draw) -> str:
    """A table of names and a function that reads it."""
    names, table = draw.names(3), draw.one(MEASURES)
    values = [draw.whole(1, 99) for _ in names]
    entries = "".join(
        f'    "{name}": {value},\n' for name, value in zip(names, values, strict=True)
    )
    pick = draw.whole(0, 2)
    verb = draw.one(VERBS)
    return (
        f"{table}s = {{\n{entries}}}\n\n\n"
        f"def {verb}_{table}(name, default=0):\n"
        f"    if name in {table}s:\n"
        f"        return {table}s[name]\n"
        f"    return default\n\n\n"
        f'print({verb}_{table}("{names[pick]}"))  # {values[pick]}'
    )


def pipeline(draw: Draw) -> str:
    """A helper, and a function that calls it in a comprehension."""
    plural, measure = draw.one(PLURALS), draw.one(MEASURES)
    one, factor = singular(plural), draw.whole(2, 9)
    helper, caller = f"{draw.one(VERBS)}_{one}", f"all_{plural}"
    numbers = [draw.whole(1, 9) for _ in range(3)]
    sign = draw.one("+*")
    done = [number + factor if sign == "+" else number * factor for number in numbers]
    return (
        f"def {helper}({one}, {measure}={factor}):\n"
        f"    return {one} {sign} {measure}\n\n\n"
        f"def {caller}({plural}):\n"
        f"    return [{helper}({one}) for {one} in {plural}]\n\n\n"
        f"assert {caller}({numbers}) == {done}"
    )


def branching(draw: Draw) -> str:
    """A chain of conditions on one parameter."""
    measure, place = draw.one(MEASURES), draw.one(("place", "owner", "thing", "mood", "colour"))
    low, high = draw.whole(2, 20), draw.whole(30, 90)
    one, two, three = draw.some(words.COLOURS + words.TRAITS, 3)
    tested = draw.one((low - 1, high + 5, low + 1))
    answer = one if tested < low else two if tested < high else three
    return (
        f"def {place}_of({measure}):\n"
        f"    if {measure} < {low}:\n"
        f'        return "{one}"\n'
        f"    elif {measure} < {high}:\n"
        f'        return "{two}"\n'
        f"    else:\n"
        f'        return "{three}"\n\n\n'
        f'assert {place}_of({tested}) == "{answer}"'
    )


def counting_down(draw: Draw) -> str:
    """A while loop that takes steps until a bound, and counts them."""
    first, step = draw.some(MEASURES, 2)
    begin, size = draw.whole(10, 40), draw.whole(2, 9)
    name = f"steps_of_{first}"
    return (
        f"def {name}({first}, {step}):\n"
        f'    """Count how often {step} fits into {first}."""\n'
        f"    steps = 0\n"
        f"    while {first} >= {step}:\n"
        f"        {first} -= {step}\n"
        f"        steps += 1\n"
        f"    return steps\n\n\n"
        f"assert {name}({begin}, {size}) == {begin // size}"
    )


def guarded(draw: Draw) -> str:
    """A function that refuses bad values, and one that calls it and catches the error."""
    measure, error = draw.one(MEASURES), draw.one(("ValueError", "KeyError", "TypeError"))
    bound, verb = draw.whole(1, 50), draw.one(VERBS)
    return (
        f"def check_{measure}({measure}):\n"
        f"    if {measure} > {bound}:\n"
        f'        raise {error}("{measure} is more than {bound}")\n'
        f"    return {measure}\n\n\n"
        f"def {verb}_{measure}({measure}, default={draw.whole(0, bound)}):\n"
        f"    try:\n"
        f"        return check_{measure}({measure})\n"
        f"    except {error} as error:\n"
        f'        print(f"no {measure}: {{error}}")\n'
        f"        return default"
    )


def nested(draw: Draw) -> str:
    """Two loops, one inside the other, that make pairs of two lists."""
    outer, inner = draw.some(PLURALS, 2)
    one, two, result = singular(outer), singular(inner), draw.one(RESULTS[:5])
    test = draw.one((f"{one} != {two}", f"{one} < {two}", f"len({one}) == len({two})"))
    return (
        f"def pairs_of_{outer}({outer}, {inner}):\n"
        f'    """Return every {one} with every {two}."""\n'
        f"    {result} = []\n"
        f"    for {one} in {outer}:\n"
        f"        for {two} in {inner}:\n"
        f"            if {test}:\n"
        f"                {result}.append(({one}, {two}))\n"
        f"    return {result}"
    )


def recursion(draw: Draw) -> str:
    """A function that calls itself, with the value that it comes to."""
    name, number = draw.one(("add_up", "sum_to", "triangle", "count_all")), draw.whole(2, 9)
    value, step = draw.one(("n", "number", "count", "depth")), draw.whole(1, 3)
    total, left = 0, number
    while left > 0:
        total, left = total + left, left - step
    return (
        f"def {name}({value}):\n"
        f"    if {value} <= 0:\n"
        f"        return 0\n"
        f"    return {value} + {name}({value} - {step})\n\n\n"
        f"print({name}({number}))  # {total}"
    )


FORMS = (
    formula,
    selecting,
    summing,
    grouping,
    container,
    container,
    lookup,
    pipeline,
    branching,
    counting_down,
    guarded,
    nested,
    recursion,
)


def write(draw: Draw) -> str:
    return draw.one(FORMS)(draw)
