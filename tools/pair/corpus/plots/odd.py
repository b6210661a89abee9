"""Story plots with a turn: clues, treasure, a fallen star, a race, a snowed-in guest, a bridge."""

from __future__ import annotations

from .. import words
from ..draw import listing
from ..world import World


def clues(world: World) -> list[str]:
    """Something is eaten or gone; two clues point at who did it."""
    say, draw = world.say, world.draw
    one, two, culprit = draw.some(words.ANIMALS, 3)
    mark = draw.one(
        [
            "a feather",
            "a muddy footprint",
            "a tuft of fur",
            "a few crumbs",
            "a tiny tooth",
            "a long scratch",
            "a wet spot",
        ]
    )
    return [
        say(
            "{elder} had made {treat} for the feast, and put it {hide}. [but in the morning it was "
            'gone|when {elder.he} came back, the dish was empty]! "[who has eaten my {treat}|where '
            "is "
            'my {treat}]?" cried {elder}. {hero} said: "[I will find out|leave it to me]."'
        ),
        say(
            "{hero} took {thing.a} and looked {hide}. There was {mark}, and a trail that led to "
            "{place}. {hero} asked the {one}, but the {one} [only liked {food}|had been asleep]. "
            "{hero} asked the {two}, but the {two} [was far too small|had been at {second} all "
            "night].",
            mark=mark,
            one=one,
            two=two,
        ),
        say(
            "At {place} sat a {culprit}, [fast asleep|as round as a barrel], and next to it was "
            "the "
            'dish. "So it was not the {one}, and it was not the {two}. It was you!" said {hero}. '
            '[the {culprit} hung its head|"it smelled so good," said the {culprit}]. {elder} had '
            "to "
            "laugh. [the next day {elder.he} made {treat} again, and this time the {culprit} was "
            "invited|{friend} helped to make more {treat}, and {mark} was all that was left of the "
            "trouble].",
            mark=mark,
            one=one,
            two=two,
            culprit=culprit,
        ),
    ]


def treasure(world: World) -> list[str]:
    """A map counts out steps; the treasure is not what was hoped for, and better."""
    say, draw = world.say, world.draw
    north, east = draw.whole(2, 12), draw.whole(2, 12)
    return [
        say(
            '{hide} {hero} found an old map. It said: "Start at {place}. Go {north} steps north, '
            "and "
            'then {east} steps east." "[a treasure!|perhaps it is gold!]" said {friend}. "That is '
            '{total} steps in all," said {hero}.',
            north=north,
            east=east,
            total=north + east,
        ),
        say(
            "They [ran|went] to {place}. They counted {north} steps to the north and {east} steps "
            "to "
            "the east, and there they dug with {thing.a}. [soon they hit something hard|after an "
            'hour they found a box]. In the box was {other.a}, and a note: "[for whoever is '
            "{trait} "
            'enough to dig|this was mine when I was small]. {elder}."',
            north=north,
            east=east,
        ),
        say(
            '["{elder}! The old {job}?" said {friend}|"{elder} wrote this," said {hero}]. They '
            "took "
            "{other.the} to {elder}, who [turned it over and over|had tears in {elder.his} eyes]. "
            '"I buried it when I was as old as you, {north} steps north and {east} steps east," '
            "said "
            '{elder}. "[keep it|it is yours now], and bury something too." So they buried the '
            "{thing}"
            ".",
            north=north,
            east=east,
        ),
    ]


def star(world: World) -> list[str]:
    """A star falls down and must be brought back up."""
    say = world.say
    return [
        say(
            "One {season} night a star fell from the sky, right [into {place}|beside {place}]. "
            "{hero} "
            "and {friend} ran there. The star was [no bigger than a plum|as warm as bread|{colour} "
            "and "
            'very {feel}]. "[I want to go home|I cannot get up by myself]," it said.'
        ),
        say(
            "First they threw it up high, but it [fell down again|landed in {second}]. Then they "
            "tied "
            'it to {thing.a}, but {thing.short} was not made for flying. "[we must ask '
            "somebody.|who "
            'knows about stars?]" said {friend}. So they asked {elder} the {job}, and {elder} '
            "said: "
            '"[stars are lifted by songs|what a star needs is a good story]."'
        ),
        say(
            "They [carried the star to the top of {last}|sat down near {last}], and {friend} "
            "[sang|told "
            "a story], and {hero} [sang along|held its hand], and the star grew lighter and "
            "lighter. "
            "[up it went|then it floated away], past the roofs of {village}. Every {season} since "
            "then "
            "one {colour} star [winks|shines] above {place}, and {hero} and {friend} wave to it."
        ),
    ]


def race(world: World) -> list[str]:
    """A race from place to place, where the last one stops to help and is thanked."""
    say, draw = world.say, world.draw
    one, two, three = draw.some(words.ANIMALS, 3)
    return [
        say(
            "The {one}, the {two} and the {three} ran a race from {place} to {second}. {hero} was "
            "the "
            'judge and {friend} held the flag. The prize was {thing.a}. "Ready, steady, go!" said '
            "{hero}.",
            one=one,
            two=two,
            three=three,
        ),
        say(
            "At first the {one} was in front, then the {two}, and the {three} was last. [near "
            "{last} the "
            "{one} stopped to eat some {food}|the {one} was so sure of itself that it took a nap], "
            "so "
            "now the {two} was in front. But the {two} [fell into a ditch|got stuck in the mud], "
            "and "
            "called for help.",
            one=one,
            two=two,
            three=three,
        ),
        say(
            "The {three} could have run past and won. [but it stopped|instead it turned round] and "
            "pulled the {two} out. So the {three} and the {two} came to {second} together, and the "
            "{one} "
            'came last. ["who has won?" asked {friend}. "Both," said {hero}|"you both have won," '
            "said {hero}], and gave {thing.the} to the {two} and the {three}.",
            one=one,
            two=two,
            three=three,
        ),
    ]


def snowed_in(world: World) -> list[str]:
    """A guest is snowed in, and what there is gets less day by day."""
    say, draw = world.say, world.draw
    had = draw.whole(8, 20)
    first, second = draw.whole(2, 4), draw.whole(1, 3)
    return [
        say(
            "{friend} came to visit {hero} on {day}, and in the night it began to snow. [in the "
            "morning "
            'they could not open the door|the snow reached up to the windows]. "[what do we have '
            "to "
            'eat|how much is left]?" asked {friend}. {hero} counted {had} {food}.',
            had=had,
        ),
        say(
            "On the first day they ate {first} {food}, and {left} were left. On the second day "
            "they ate "
            "{second} more, and {rest} were left. [they played with {thing.a}|they told each other "
            'stories of {place}] and kept warm by the fire. ["I wish {elder} were here," said '
            "{hero}|"
            '"do you think {elder} will come?" asked {friend}].',
            first=first,
            left=had - first,
            second=second,
            rest=had - first - second,
        ),
        say(
            "On the third day there was a knock [at the window|at the roof]. It was {elder} with a "
            'shovel! [{elder.he} had dug all the way from {last}|"I came from {last} as fast as I '
            'could," said {elder}]. "[are you hungry?|you must be starving!]" "Not at all," said '
            '{hero}. "We still have {rest} {food}. [sit down and eat with us|will you have some]!"',
            rest=had - first - second,
        ),
    ]


def bridge(world: World) -> list[str]:
    """A keeper of a bridge asks each a price, and the cleverest pays with something else."""
    say, draw = world.say, world.draw
    toll = draw.some(words.FOODS, 2)
    return [
        say(
            "To get to {second} you had to cross a bridge, and on the bridge sat a big {animal}. "
            '"Nobody may cross without paying," it said. {friend} came first and paid with {a}. '
            "{elder} "
            "came next and paid with {b}. Then came {hero}, who had [nothing|only {thing.a}].",
            a=toll[0],
            b=toll[1],
        ),
        say(
            '"{friend} gave me {a}, and {elder} gave me {b}. What will you give me?" said the '
            "{animal}. "
            '{hero} thought. "[a riddle|I will give you a riddle]," {hero.he} said. "[what has '
            "teeth "
            "but cannot bite? A comb|what runs but has no legs? A river|what gets wetter the more "
            "it "
            'dries? A towel|what has hands but cannot clap? A clock]!"',
            a=toll[0],
            b=toll[1],
        ),
        say(
            'The {animal} laughed so much that [the bridge shook|it had to sit down]. "That was '
            "better "
            'than {a} and {b}," it said. "[you may cross|go on], and take {listed} back to your '
            'friends!" And so {friend} got {a} again, and {elder} got {b} again, and they [all ate '
            "together at {second}|shared everything].",
            a=toll[0],
            b=toll[1],
            listed=listing([f"the {food}" for food in toll]),
        ),
    ]


PLOTS = (clues, treasure, star, race, snowed_in, bridge)
