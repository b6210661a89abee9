"""Story plots near home: things lost, hidden, lent, mended, made and shared."""

from __future__ import annotations

from .. import words
from ..draw import listing
from ..world import World


def lost(world: World) -> list[str]:
    """Something is lost, looked for in two places and found in the third."""
    say = world.say
    return [
        say(
            "[{hero} had {thing.a}|the best thing {hero} owned was {thing.a}|{hero} never went "
            "anywhere without {hero.his} {thing}]. [{elder} had given it to {hero.him}|it had once "
            "belonged to {elder}|{hero.he} had found it near {place} long ago]. "
            "[But one {day}|One windy {day}|Then, on {day},] {thing.short} was gone."
        ),
        say(
            '["have you seen my {thing}?" {hero} asked {friend}|"{friend}, my {thing} is lost!" '
            'said {hero}]. [{friend} shook {friend.his} head and said|"no," said {friend}], "[but '
            "I will "
            'help you look|but two pairs of eyes are better than one|so let us look together]."'
        ),
        say(
            "[first|at once] they went to {place}. [There was only {other.a} there|all they found "
            "was {other.a}|they looked high and low, but they saw nothing but {other.a}]. "
            "Then they went to {second}. [nobody there had seen it|an old {animal} looked at them "
            "and said nothing|it was not there either]. {hero} [began to cry|felt like giving up|"
            "sat down and sighed]."
        ),
        say(
            '["where were you yesterday?" asked {friend}.|"think back," said {friend}. "Where '
            'did you go last?"] {hero} thought and thought. "[I was at {last}|I went to {last}], '
            '[feeding {an_animal}|eating {treat}|talking to the {job}]!" So they ran to {last}, '
            "and [there, [in the grass|under a leaf|behind a stone|on the step], lay|there was] "
            "the {thing}."
        ),
        say(
            '{hero} [hugged|thanked] {friend}. ["{thing.short} is found because of you," '
            '{hero.he} said|"next time I will keep my {thing} in my pocket," {hero.he} said]. '
            "[And the {other}? They took it home to {elder}, who laughed|They brought {other.the} "
            "to {elder}, who had been missing it]."
        ),
    ]


def hidden(world: World) -> list[str]:
    """Something is hidden, moved by another, and looked for where it was left."""
    say, draw = world.say, world.draw
    first, then = draw.some(words.HIDING_PLACES, 2)
    return [
        say(
            "{hero} wanted to keep {hero.his} {thing} safe. So {hero.he} put it {first} and went "
            'out to {place}. ["nobody will find it there," {hero.he} said to {hero.him}self.'
            "|{hero.He} told no one.]",
            first=first,
        ),
        say(
            "While {hero} was [away|at {place}], {friend} came in. {friend} [was cleaning the room"
            "|was looking for {other.a}|wanted to play a trick], saw {thing.the} {first}, and "
            "moved it. Now it was {then}. Then {friend} went off to {second}.",
            first=first,
            then=then,
        ),
        say(
            "In the evening {hero} came home from {place}. {hero.He} looked {first}, because that "
            "was where {hero.he} had left {thing.the}. [But it was not there!|It was gone!] "
            "[{hero} looked everywhere|{hero.His} heart sank].",
            first=first,
        ),
        say(
            '[just then|a little later] {friend} came back from {second}. "Are you looking for the '
            '{thing}?" asked {friend}. "I moved it. It is {then}." {hero} looked {then}, and '
            'there it was. [They both laughed|"please tell me next time," said {hero}|{friend} '
            "said sorry, and {hero} forgave {friend.him}].",
            then=then,
        ),
    ]


def passing(world: World) -> list[str]:
    """A thing goes from hand to hand, and the story knows who has it."""
    say, draw = world.say, world.draw
    people = [world.slots["hero"], world.slots["friend"], world.slots["elder"]]
    holder = people[0]
    lines = [say("In the beginning {hero} had {thing.a}.")]
    for _ in range(draw.whole(2, 4)):
        taker = draw.one([person for person in people if person is not holder])
        lines.append(
            say(
                "[on {day}|at {place}|the next day|later|after supper|one {season} evening] "
                "{giver} "
                "[gave {thing.short} to {taker}|lent it to {taker}|met {taker} and handed over "
                "{thing.the}|lost a bet, and so {thing.short} went to {taker}|traded {thing.the} "
                "with "
                "{taker} for some {food}]. [Now {taker} had it|{taker} was very {feel}|{taker} "
                "took it "
                'to {where}|"thank you, {giver}," said {taker}].',
                day=draw.one(words.DAYS),
                place=draw.one(words.PLACES),
                where=draw.one(words.PLACES),
                giver=holder,
                taker=taker,
                feel=draw.one(words.FEELINGS),
                food=draw.one(words.FOODS),
                season=draw.one(words.SEASONS),
            )
        )
        holder = taker
    lines.append(
        say(
            "[so who has {thing.the} now? {holder} has it.|so in the end {thing.short} "
            "belonged to {holder}.|and {holder} keeps {thing.the} to this day.]",
            holder=holder,
        )
    )
    return [" ".join(lines)]


def mending(world: World) -> list[str]:
    """A broken thing is mended with three borrowed tools, each of which is used and returned."""
    say, draw = world.say, world.draw
    tools = draw.some(
        [
            "hammer",
            "needle",
            "pot of glue",
            "saw",
            "ball of string",
            "brush",
            "file",
            "roll of tape",
            "pair of scissors",
            "handful of nails",
        ],
        3,
    )
    neighbours = [f"the {job}" for job in draw.some(words.JOBS, 3)]
    lent = " ".join(
        draw.say(
            "[from {who} {he} borrowed a {tool}|{who} lent {him} a {tool}|{who} had a {tool}].",
            who=who,
            tool=tool,
            he=world.hero.he,
            him=world.hero.him,
        )
        for who, tool in zip(neighbours, tools, strict=True)
    )
    return [
        say(
            "[crack!|oh no!|bump!] {hero} had dropped {friend}'s {thing}, and it was broken. "
            '["I will mend it," {hero.he} said|{hero} felt [very|so] {feel}, but {hero.he} had a '
            "plan]. [but {hero.he} had no tools|first {hero.he} needed tools]."
        ),
        lent,
        say(
            "Then {hero} sat down at {place} and worked. First {hero.he} used the {a}, then the "
            "{b}, and last of all the {c}. [By evening|When the moon rose|Before supper] "
            "{thing.the} was [whole again|as good as new|better than before].",
            a=tools[0],
            b=tools[1],
            c=tools[2],
        ),
        say(
            "{hero} took the {a} back to {x}, the {b} to {y} and the {c} to {z}. Then {hero.he} "
            'gave {thing.short} to {friend}. ["I cannot see where it was broken," said {friend}.'
            '|{friend} [smiled and said|said], "You mended it all by yourself!"]',
            a=tools[0],
            b=tools[1],
            c=tools[2],
            x=neighbours[0],
            y=neighbours[1],
            z=neighbours[2],
        ),
    ]


def gift(world: World) -> list[str]:
    """A gift is made in secret for a birthday, and answered with another."""
    say = world.say
    return [
        say(
            'Soon it would be {friend}\'s birthday. ["what shall I give {friend.him}?" {hero} '
            "asked {elder}|{hero} did not know what to give {friend.him}, so {hero.he} asked "
            '{elder}]. {elder} [thought for a while|smiled]. "{friend} [likes|has always liked] '
            '[everything that is {thing.quality}|the colour {colour}|{treat}]," said {elder}. '
            '["make something with your own hands."|"the best gifts are made, not bought."]'
        ),
        say(
            "So {hero} went to {place} and made {thing.a}. It took [three|four|five|six] days. "
            "[Twice it fell apart|{hero.His} fingers hurt], but {hero} was {trait} and did not "
            "stop. [every night {hero.he} hid it {hide}|at night it stayed {hide}], so that "
            "{friend} would not see."
        ),
        say(
            "[on {day} the birthday came|at last the day came]. There was {treat} for everyone. "
            "{hero} gave {friend} {thing.the}. [{friend} did not say a word for a long time|"
            '{friend}\'s eyes grew wide]. "[did you make this|is this really for me]?" {friend.he} '
            'asked. "Yes," said {hero}. "[every bit of it|I made it at {place}]."'
        ),
        say(
            "[a year later|when {season} came|many weeks later] {hero} was ill in bed, and "
            "{friend} "
            'came with {other.a}. "[now it is my turn|you made me {thing.a}, so I made you this]," '
            "said {friend}. And {hero} felt better at once."
        ),
    ]


def quarrel(world: World) -> list[str]:
    """Two friends want one thing and learn to take turns."""
    say, draw = world.say, world.draw
    first, second = draw.some(words.DAYS, 2)
    return [
        say(
            '{hero} and {friend} found {thing.a} near {place}. "It is mine! I saw it first!" said '
            '{hero}. "No, it is mine! I picked it up!" said {friend}. [They pulled and pulled|'
            "They shouted so loudly that {an_animal} ran away|Soon they were not speaking at all]."
        ),
        say(
            '{elder} the {job} heard them. "[what is all this noise?|why are two friends so cross?]'
            '" asked {elder}. [they told {elder.him} everything|they both spoke at once]. {elder} '
            '[nodded|scratched {elder.his} chin]. "Then {hero} shall have it on {first}, and '
            '{friend} shall have it on {next}," said {elder}. "[And on the other days it stays '
            'with me|on the other days you must play together]."',
            first=first,
            next=second,
        ),
        say(
            "On {first} {hero} took {thing.the} to {second}, [but it was dull to be alone|but it "
            "was "
            "not much fun]. On {next} {friend} took it to {last}, and it was just the same. "
            '["shall we share it?" asked {friend}|"I would rather have you than {thing.a}," said '
            "{hero}]. And from then on {thing.short} belonged to both {hero} and {friend}.",
            first=first,
            next=second,
        ),
    ]


def counting(world: World) -> list[str]:
    """A harvest is counted and shared, and the numbers are right."""
    say, draw = world.say, world.draw
    own, found, eaten = draw.whole(3, 20), draw.whole(2, 20), draw.whole(1, 4)
    total = own + found
    return [
        say(
            "{hero} had {own} {food} in a basket. At {place} {hero.he} found {found} more. "
            '"{own} and {found} make {total}," said {hero}, who was good at sums.',
            own=own,
            found=found,
            total=total,
        ),
        say(
            "[on the way home|on the road to {second}] {hero.he} met {friend}, who was hungry. "
            '{hero} gave {friend} {eaten} of the {food}. ["now there are {left} left," {hero.he} '
            "said|that left {left} {food} in the basket].",
            eaten=eaten,
            left=total - eaten,
        ),
        say(
            '["where have you been?" asked {elder}|{elder} was waiting at the door]. "At {place},"'
            ' said {hero}, "and I met {friend}. [look, here are {left} {food}|I have brought you '
            '{left} {food}]!" {elder} [made {treat}|put them in {thing.a}], and they [ate|sat] '
            "together [until dark|by the fire].",
            left=total - eaten,
        ),
    ]


def packing(world: World) -> list[str]:
    """Three things are packed, and every one of them comes in useful."""
    say, draw = world.say, world.draw
    useful = draw.some(
        [
            ("a rope", "The bridge was down, so {hero} threw the rope across and climbed over."),
            ("a lamp", "It grew dark between the trees, but {hero} lit the lamp and went on."),
            ("a loaf of bread", "At noon {hero} sat on a wall and ate the loaf of bread."),
            ("an umbrella", "Then it rained, and {hero} walked dry under the umbrella."),
            ("a map", "Where the road split in two, {hero} looked at the map and went left."),
            ("a whistle", "The fog was thick, so {hero} blew the whistle until somebody answered."),
            ("a blanket", "At night {hero} slept under the stars, wrapped in the blanket."),
            ("a coin", "The ferry was not free, and {hero} paid with the coin."),
            ("a bone", "A big dog barked, but {hero} gave it the bone and it wagged its tail."),
            ("a needle", "A thorn tore {hero.his} coat, and {hero} sewed it up with the needle."),
            ("a warm scarf", "The wind was icy, so {hero} put on the warm scarf."),
            ("a bottle of water", "The sun burned, and {hero} drank from the bottle of water."),
        ],
        3,
    )
    return [
        say(
            "{elder} lived far away, beyond {place}, and {hero} wanted to visit {elder.him}. "
            '["what should I take?" {hero.he} asked {friend}.|"pack well," said {friend}.] So '
            "{hero} packed three things: {items}.",
            items=listing([item for item, _ in useful]),
        ),
        " ".join(say(sentence) for _, sentence in useful),
        say(
            'At last {hero} came to {elder}\'s door. ["how did you get here all alone?" asked '
            "{elder}"
            '|"what a long way you have come!" said {elder}]. "I had {items}," said {hero}, "and '
            'I needed every one of them." {elder} laughed and [gave {hero.him} {treat}|put {treat} '
            "on the table].",
            items=listing([item for item, _ in useful]),
        ),
    ]


PLOTS = (lost, hidden, passing, mending, gift, quarrel, counting, packing)
