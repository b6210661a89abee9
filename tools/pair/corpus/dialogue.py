"""The dialogue register: people ask, answer, agree and come back to what was said."""

from __future__ import annotations

from collections.abc import Callable

from . import words
from .draw import Draw, Person
from .world import World

Lines = list[tuple[Person, str]]


def meeting(draw: Draw, world: World, one: Person, two: Person) -> Lines:
    """Agreeing on a day, a place and what to bring."""
    first, second = draw.some(words.DAYS, 2)
    hour, later = draw.whole(1, 5), draw.whole(6, 11)
    say = world.say
    return [
        (
            one,
            say(
                "[are you free on {first}|shall we meet on {first}|do you have time on {first}]?",
                first=first,
            ),
        ),
        (
            two,
            say(
                "[no, on {first} I must help {elder}|not on {first}, {elder} is coming|on {first} "
                "I am at {second}]. [how about|what about] {next}?",
                first=first,
                next=second,
            ),
        ),
        (one, say("{next} is [good|fine|perfect]. [where shall we meet|where]?", next=second)),
        (
            two,
            say(
                "At {place}, at {hour} o'clock. [can you bring {thing.a}?|will you bring {treat}?|"
                "please bring {thing.a}.]",
                hour=hour,
            ),
        ),
        (one, say("[yes, I will|of course|gladly]. [and what will you bring|and you]?")),
        (
            two,
            say(
                "[I will bring {other.a}|{other.a}, and some {food}]. [at {later} we must be home|"
                "and we stay until {later}].",
                later=later,
            ),
        ),
        (
            one,
            say(
                "So it is {next} at {hour}, at {place}. [see you there|I look forward to it], "
                "{two}!",
                next=second,
                hour=hour,
                two=two,
            ),
        ),
        (two, say("[see you|until then], {one}!", one=one)),
    ]


def finding(draw: Draw, world: World, one: Person, two: Person) -> Lines:
    """Looking for something, with where it was and where it is."""
    say = world.say
    first, then = draw.some(words.HIDING_PLACES, 2)
    return [
        (one, say("[have you seen my {thing}|do you know where my {thing} is], {two}?", two=two)),
        (two, say("[your {thing}? Is it not {first}|did you look {first}]?", first=first)),
        (
            one,
            say(
                "I looked {first}. [there is only {other.a}|I found only {other.a}] there.",
                first=first,
            ),
        ),
        (
            two,
            say(
                "[{other.a}? That is mine|oh, {other.the} belongs to {elder}]! [who had the "
                "{thing} "
                "last|did you lend it to anyone]?"
            ),
        ),
        (one, say("[I think {elder} had it on {day}|on {day} I lent it to {elder}].")),
        (
            two,
            say(
                "[then ask {elder}|wait, I remember]! [{elder} always puts things {then}|{elder} "
                "put it {then}].",
                then=then,
            ),
        ),
        (
            one,
            say(
                "[let me see|one moment]... Yes! It was {then}. Thank you, {two}!",
                then=then,
                two=two,
            ),
        ),
        (
            two,
            say(
                "[you are welcome|any time], {one}. [and now give me my {other}|take good care of "
                "your {thing}].",
                one=one,
            ),
        ),
    ]


def buying(draw: Draw, world: World, one: Person, two: Person) -> Lines:
    """A purchase whose price, payment and change are right."""
    say = world.say
    count, price = draw.whole(2, 9), draw.whole(2, 9)
    paid = (cost := count * price) + draw.whole(1, 20)
    return [
        (
            one,
            say(
                "[good morning|good day|hello], {two}. [do you have {food}|are there any {food} "
                "today]?",
                two=two,
            ),
        ),
        (
            two,
            say(
                "[good morning|hello], {one}. Yes, the {food} cost {price} coins each. [how many "
                "do you want|how many]?",
                one=one,
                price=price,
            ),
        ),
        (one, say("[{count}, please|I need {count}|I will take {count}].", count=count)),
        (
            two,
            say(
                "{count} times {price} is {cost}, so that makes {cost} coins.",
                count=count,
                price=price,
                cost=cost,
            ),
        ),
        (one, say("[here are {paid} coins|here you are, {paid} coins].", paid=paid)),
        (
            two,
            say(
                "[thank you|thanks]. {paid} minus {cost} is {change}, so you get {change} coins "
                "back. [what will you do with {count} {food}|are the {food} for you]?",
                paid=paid,
                cost=cost,
                change=paid - cost,
                count=count,
            ),
        ),
        (
            one,
            say(
                "[I will make {treat} for {elder}|they are for {elder}, who is ill]. [goodbye|good "
                "day], {two}!",
                two=two,
            ),
        ),
        (
            two,
            say(
                "[goodbye|good luck], {one}! [say hello to {elder}|greet {elder} from me].", one=one
            ),
        ),
    ]


def telling(draw: Draw, world: World, one: Person, two: Person) -> Lines:
    """One tells what happened, and the other asks back."""
    say = world.say
    return [
        (one, say("[you will never guess what happened|guess what I saw|I have news]!")),
        (two, say("[what is it|what have you seen|what happened], {one}?", one=one)),
        (one, say("[I saw|I met] {an_animal} at {place}, and it had {thing.a}[| in its mouth].")),
        (
            two,
            say(
                "[{an_animal} with {thing.a}|{thing.a}, at {place}]? [I do not believe you!|how "
                "strange!|really?]"
            ),
        ),
        (
            one,
            say(
                "It is true! [it ran to {second}|it hid {hide}], and [I ran after it|I followed "
                "it]."
            ),
        ),
        (two, say("And did you get the {thing}?")),
        (
            one,
            say(
                "[no, but it dropped {other.a}|yes, and {other.a} too]. [look, here it is!|do you "
                "want to see it?]"
            ),
        ),
        (
            two,
            say(
                "[wait! That {other} is {elder}'s|but that is {elder}'s {other}]! We must take it "
                "to {elder}."
            ),
        ),
        (
            one,
            say(
                "[you are right|good idea], {two}. [and perhaps the {animal} is there too|let us "
                "go at once].",
                two=two,
            ),
        ),
    ]


def advice(draw: Draw, world: World, one: Person, two: Person) -> Lines:
    """A worry, some advice, and a promise."""
    say = world.say
    return [
        (one, say("[I feel {feel} today|I do not know what to do], {two}.", two=two)),
        (two, say("[why|what is the matter|what happened], {one}?", one=one)),
        (
            one,
            say(
                "[I broke {elder}'s {thing}|I lost {elder}'s {thing} at {place}], and {elder} does "
                "not know."
            ),
        ),
        (
            two,
            say(
                "[oh dear|I see]. [was it {thing.the} or the {other}|do you mean {thing.the} from "
                "{second}]?"
            ),
        ),
        (one, say("{thing.the}. [what if {elder} is angry|should I hide]?")),
        (
            two,
            say(
                "[be {quality} and tell {elder} the truth|{elder} is {quality}. Just tell "
                "{elder.him}]. [you could bring {treat}|give {elder.him} {other.a} instead]."
            ),
        ),
        (
            one,
            say(
                "[{treat}? Good|that is what I will do]. [will you come with me|are you coming "
                "too], {two}?",
                two=two,
            ),
        ),
        (
            two,
            say(
                "[of course|always], {one}. [We will go to {elder} together|I will say how sorry "
                "you are].",
                one=one,
            ),
        ),
    ]


TALKS: tuple[Callable[[Draw, World, Person, Person], Lines], ...] = (
    meeting,
    finding,
    buying,
    telling,
    advice,
)


def write(draw: Draw) -> str:
    """A talk between two, as a script."""
    world = World(draw)
    one, two = world.hero, world.friend
    lines = draw.one(TALKS)(draw, world, one, two)
    if draw.chance(0.15):
        lines = lines[: draw.whole(4, len(lines))]
    scene = world.say(
        "[|||[At {last}|In {village}] {one} and {two} [meet|are talking].\n]", one=one, two=two
    )
    return scene + "\n".join(f"{person}: {line}" for person, line in lines)
