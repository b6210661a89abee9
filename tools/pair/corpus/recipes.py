"""The recipe register: a list of ingredients, and steps that use every one of them in turn."""

from __future__ import annotations

from . import words
from .draw import Draw, listing

BASES = {
    "soup": ("pot", "water", "simmer", "until everything is soft"),
    "stew": ("pot", "broth", "cook slowly", "until it is thick"),
    "pie": ("dish", "flour", "bake", "until the top is golden"),
    "cake": ("tin", "flour", "bake", "until a needle comes out clean"),
    "salad": ("bowl", "oil", "chill", "until it is time to eat"),
    "jam": ("pan", "sugar", "boil", "until it sticks to the spoon"),
    "pancakes": ("pan", "milk", "fry", "until both sides are brown"),
    "bread": ("tin", "flour", "bake", "until it sounds hollow"),
    "porridge": ("pan", "milk", "stir", "until it is creamy"),
    "tart": ("dish", "butter", "bake", "until the edge is crisp"),
}
SEASONINGS = """salt pepper honey cinnamon nutmeg ginger mint thyme parsley butter cream cheese
garlic mustard vinegar raisins almonds vanilla lemon-juice rosemary""".split()
CUTS = ["chop", "slice", "peel and chop", "wash and slice", "grate", "cut up", "mash"]
MOODS = [
    "warm",
    "simple",
    "quick",
    "sweet",
    "spicy",
    "golden",
    "hearty",
    "creamy",
    "country",
    "winter",
    "summer",
    "Sunday",
    "old-fashioned",
    "everyday",
]


def title(draw: Draw, kind: str, main: list[str]) -> str:
    """A name such as "Nora's hearty leek and bean soup"."""
    stem = (
        " and ".join(food[:-3] + "y" if food.endswith("ies") else food[:-1] for food in main)
        .replace("tomatoe", "tomato")
        .replace("potatoe", "potato")
        .replace("peache", "peach")
        .replace("radishe", "radish")
    )
    owner = f"{draw.names(1)[0]}'s " if draw.chance(0.5) else ""
    mood = f"{draw.one(MOODS)} " if draw.chance(0.7) else ""
    return f"{owner}{mood}{stem} {kind}"


def write(draw: Draw) -> str:
    """One recipe: title, servings, ingredients, steps and a last word that calls back."""
    kind = draw.one(list(BASES))
    vessel, base, verb, until = BASES[kind]
    main = draw.some(words.FOODS, draw.whole(1, 2))
    extra = draw.some([item for item in SEASONINGS if item != base], draw.whole(2, 4))
    name, serves, minutes = title(draw, kind, main), draw.whole(2, 8), draw.whole(2, 12) * 5
    counts = [serves * draw.whole(1, 3) for _ in main]
    unit = draw.one(("cups", "spoons", "bowls"))
    amount = draw.whole(2, 6)
    lines = [f"Recipe: {name}", f"Serves {serves}", "", "Ingredients:"]
    lines += [f"- {count} {food}" for count, food in zip(counts, main, strict=True)]
    lines += [f"- {amount} {unit} of {base}"]
    lines += [
        draw.say(
            "- {how} {item}",
            how=draw.one(("a pinch of", "some", "a little", "a spoon of")),
            item=item,
        )
        for item in extra
    ]
    steps = [
        draw.say("{cut} the {main}.", cut=draw.one(CUTS), main=listing(main)),
        draw.say(
            "[put the {base} in|pour the {base} into|warm the {base} in] a [big|deep|clean"
            "|wide] {vessel} and add the {main}.",
            base=base,
            vessel=vessel,
            main=listing(main),
        ),
        *(
            draw.say(
                "[add|stir in|sprinkle over|mix in] the {item}[| and stir well|, but not too "
                "much|, little by little].",
                item=item,
            )
            for item in extra
        ),
        draw.say("{verb} for {minutes} minutes, {until}.", verb=verb, minutes=minutes, until=until),
        draw.say(
            "[serve it|eat it|share it] [warm|cold|at once|with {treat}] [with {serves} "
            "spoons|in {serves} bowls|on {serves} plates].",
            treat=draw.one(words.TREATS),
            serves=serves,
        ),
    ]
    lines += ["", "Steps:", *(f"{index}. {step}" for index, step in enumerate(steps, 1))]
    if draw.chance(0.6):
        lines += ["", tip(draw, kind, extra)]
    return "\n".join(lines)


def tip(draw: Draw, kind: str, extra: list[str]) -> str:
    """Who likes it, and how."""
    person, guest = draw.people(2)
    return draw.say(
        "[Tip|Note]: {person} [likes|makes] {kind} [without {item}|with extra {item}|on "
        "{day}s][|, but {guest} does not|, and so does {guest}].",
        person=person,
        guest=guest,
        kind=kind,
        item=draw.one(extra),
        day=draw.one(words.DAYS),
    )
