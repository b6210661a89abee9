"""Story plots away from home: storms, swaps, rescues, lessons, letters and visitors."""

from __future__ import annotations

from .. import words
from ..draw import listing
from ..world import World


def storm(world: World) -> list[str]:
    """A creature is sheltered from a storm, and helps in its turn."""
    say = world.say
    return [
        say(
            "[one night a great storm came over {village}|that {season} there was a terrible "
            "storm]. "
            "[the wind howled|the rain beat on the roof|thunder rolled over {place}]. In the "
            "middle "
            "of it {hero} heard [a small cry|a scratching at the door|something whimper]. It was "
            "{an_animal}, [wet and shaking|cold and lost|with a hurt leg]."
        ),
        say(
            '{hero} [carried it in|let it in] and wrapped it in {thing.a}. "I will call you '
            '{pet}," '
            "{hero.he} said. [{pet} ate some {food} and fell asleep|{hero} gave {pet} some "
            "{treat}, "
            "and soon it slept]. In the morning the storm was over, and {pet} [ran off|went back] "
            "to "
            "{place}."
        ),
        say(
            "[weeks went by|a month later|when {season} was nearly over] {hero} got lost [in the "
            "fog|"
            "in the dark|in deep snow] near {place}. {hero.He} called for {friend}, but nobody "
            'came. [then|all at once] {an_animal} stood [before {hero.him}|on the path]. "{pet}!" '
            'cried {hero}. "[is it really you|you remember me]?"'
        ),
        say(
            "{pet} led the way, past {second}, all the way home, where {friend} was waiting with a "
            'light. ["who showed you the way?" asked {friend}. "{pet} did," said {hero}. "I once '
            'gave {pet} {thing.a} to sleep in."|"a {quality} heart is never forgotten," said '
            "{friend}, and gave {pet} a whole bowl of {food}.]"
        ),
    ]


def swapping(world: World) -> list[str]:
    """One thing is swapped for another until the last one is just what was wanted."""
    say, draw = world.say, world.draw
    things, traders = draw.things(4), draw.some(words.JOBS, 3)
    lines = [
        say(
            "{hero} wanted {goal}, but {hero.he} only had {own}. So {hero.he} went to the market "
            "in {village}.",
            goal=things[3].a,
            own=things[0].a,
        )
    ]
    for index, trader in enumerate(traders):
        lines.append(
            say(
                "[there {hero.he} met a {trader} who needed {own}, and swapped it for {new}|a "
                "{trader} "
                'said, "I will give you {new} for {owned}." {hero} [agreed|said yes]|{hero} gave '
                "{owned} to the {trader} and got {new}]. Now {hero} had {new}.",
                trader=trader,
                own=things[index].a,
                owned=things[index].the,
                new=things[index + 1].a,
            )
        )
    lines.append(
        say(
            "[that was just what {hero.he} had wanted|at last {hero.he} had what {hero.he} "
            'wanted]! {hero} ran to {friend}. "This morning I had {own}," {hero.he} said, '
            '"and now look: {goal}!"',
            own=things[0].a,
            goal=things[3].a,
        )
    )
    return [lines[0], " ".join(lines[1:-1]), lines[-1]]


def rescue(world: World) -> list[str]:
    """A creature is stuck, one way fails, and the thing in the pocket helps."""
    say = world.say
    return [
        say(
            '{hero} was walking to {place} with {thing.a} in {hero.his} [pocket|bag]. ["why do you '
            'carry that {thing} about?" asked {friend}. "You never know," said {hero}.|"leave '
            '{thing.short} at home," {elder} had said, but {hero} had not listened.]'
        ),
        say(
            "[near {second}|by {second}] they heard a noise. {an_animal} was stuck [in a hole|high "
            "up "
            'in a tree|under a fallen branch|between two rocks]. ["poor thing!" said {friend}|'
            "{friend} covered {friend.his} eyes]. First {friend} tried to reach it with {other.a}, "
            "but {other.short} was too [short|weak|heavy]."
        ),
        say(
            '"Wait," said {hero}. "I have my {thing}!" [Slowly|Carefully|With steady hands], '
            "{hero.he} [reached out with|used] {thing.the}, and [little by little|bit by bit] the "
            "{animal} came free. [it shook itself|it looked at them] and [ran off|hopped away]."
        ),
        say(
            '["now I know why you carry {thing.a}," said {friend}|"tell me again to leave my '
            '{thing} at home," laughed {hero}]. [They called the {animal} {pet}|{friend} named the '
            "{animal} {pet}], and every {day} they [saw {pet} again|brought {pet} some {food}] "
            "near "
            "{second}."
        ),
    ]


def lesson(world: World) -> list[str]:
    """A skill is learnt slowly, and one day it matters."""
    say = world.say
    return [
        say(
            'More than anything {hero} wanted to {skill}. ["you are too small," said {friend}|but '
            "nobody in {village} would teach {hero.him}]. So {hero} went to {elder}, the old "
            "{job}, "
            'who lived near {place}. "[can you teach me to {skill}|please, will you teach me]?" '
            '{hero.he} asked. {elder} said, "[Yes, but it takes time|Come every {day}, and bring '
            '{treat}]."'
        ),
        say(
            "[the first time|at first] it went badly. {hero} [fell over|got it all wrong|wanted to "
            'cry], and {friend} laughed. [the second time was a little better|"again," said '
            "{elder}]. {hero} practised [in the rain|at night|before breakfast] and [on the way to "
            "{second}|behind the house], until one {season} morning {hero.he} could {skill}. "
            '["I have nothing more to teach you," said {elder}|{elder} gave {hero.him} {thing.a} '
            "as a prize]."
        ),
        say(
            "[that very week|not long after] {friend} was in trouble at {last}. And who could "
            "help? "
            "Only somebody who could {skill}! {hero} [ran|hurried] there and [did just what "
            "{elder} "
            'had shown {hero.him}|saved the day]. {friend} did not laugh any more. "[will you '
            "teach "
            'me to {skill}|teach me too]," {friend.he} [asked|begged], and {hero} said, "[Yes, but '
            'it takes time|Of course, but bring {treat}]."'
        ),
    ]


def letter(world: World) -> list[str]:
    """A letter comes with a riddle of places, and each is visited in turn."""
    say = world.say
    return [
        say(
            'On {day} {hero} got a letter. It said: "Dear {hero}, go to {place}, then to {second}, '
            'and then to {last}. Bring {thing.a}. Your friend." [There was no name on it|It was '
            'not signed]. ["who could have written it?" {hero} wondered|{hero} read it twice].'
        ),
        say(
            "{hero} took {thing.a} and went to {place}. [there {hero.he} found|on the ground lay] "
            "a "
            "{colour} ribbon. {hero.He} went on to {second}. [there hung another {colour} "
            "ribbon|the "
            '{job} there gave {hero.him} another {colour} ribbon]. ["how strange," said {hero}|'
            "{hero} grew more and more curious]."
        ),
        say(
            "At last {hero.he} came to {last}. A door opened, and [a hundred {colour} ribbons hung "
            'from the ceiling|everything was full of {colour} ribbons]! "Surprise!" shouted '
            '{friend}. "It was I who wrote the letter. [did you bring {thing.the}|where is '
            '{thing.short}]?" "Here it is," said {hero}. [So they danced until midnight|and then '
            "there was {treat} for everybody, even for {elder}]."
        ),
    ]


def visitor(world: World) -> list[str]:
    """A noise in the night turns out to be somebody who wants something."""
    say = world.say
    return [
        say(
            "One night {hero} woke up. [knock, knock|tap, tap, tap|scratch, scratch]! Something "
            "was "
            '{hide}. ["is it a ghost?" whispered {friend}, who was staying the night|{hero} pulled '
            "the blanket over {hero.his} head]. {hero} was {trait}, but {hero.his} knees shook."
        ),
        say(
            "{hero} took {thing.a} and lit a candle. {hero.He} looked {hide}. [two eyes looked "
            "back|"
            "something moved]! It was no ghost. It was {an_animal}, and it was holding {friend}'s "
            '{other}. ["so that is where it went!" cried {friend}|{friend} had been looking for it '
            "all week]."
        ),
        say(
            "The {animal} [was only cold|was only hungry|wanted a bed for the winter]. So they "
            "gave "
            'it [some {food}|{treat}|a box of straw], and it gave back {other.the}. ["good night, '
            '{pet}," said {hero}, for that was to be its name|They called it {pet}]. In the '
            "morning "
            "{elder} [would not believe|laughed at] the story, until {elder.he} looked {hide} and "
            "saw {pet} asleep."
        ),
    ]


def contest(world: World) -> list[str]:
    """Three bring something to a fair, and one of them wins the prize."""
    say, draw = world.say, world.draw
    people = [world.slots[role] for role in ("hero", "friend", "elder")]
    things = draw.things(3)
    winner = draw.whole(0, 2)
    brought = listing(
        [f"{person} brought {thing.a}" for person, thing in zip(people, things, strict=True)]
    )
    return [
        say(
            "Every {season} there was a fair at {place}, and the best [thing|piece of work] won a "
            "prize. [That year|this time] {brought}. [the whole of {village} came to "
            "see|{an_animal} "
            "ran between the tables|music played]. The judge was the {job}.",
            brought=brought,
        ),
        say(
            'The judge looked at {a}. "[very nice|pretty]," he said. He looked at {b}. "[hm, not '
            'bad|well made]," he said. Then he looked at {c} and [rubbed his chin|put on his '
            "glasses]. [everybody waited|nobody made a sound].",
            a=things[0].the,
            b=things[1].the,
            c=things[2].the,
        ),
        say(
            '"The prize goes to {winner}, for {thing.the}!" said the judge. [everybody '
            "clapped|there "
            "was a great cheer]. {winner} got {treat} as a prize and [shared it with {others}|gave "
            'half of the prize to {loser}]. "[next year I will win|wait until next year]," said '
            "{loser}, "
            "[and laughed|with a mouth full of {treat}].",
            winner=people[winner],
            thing=things[winner],
            loser=people[winner - 1],
            others=listing([person for index, person in enumerate(people) if index != winner]),
        ),
    ]


def wishing(world: World) -> list[str]:
    """A creature grants three wishes, and the third takes back the second."""
    say = world.say
    return [
        say(
            'At {place} {hero} met {an_animal} that could talk. "[set me free|give me your '
            '{food}], and you shall have three wishes," it said. {hero} [did so at once|was '
            'surprised, but {hero.he} did it]. "What do you wish for?" asked the {animal}.'
        ),
        say(
            "First {hero} wished for {thing.a}, and there it was. [It was lovely|It shone in the "
            "sun]. {hero} showed it to {friend}, and {friend} was jealous. Then {hero} wished that "
            "{friend} [were as small as a thumb|could not talk|were far away], and {friend} was. "
            "[but soon {hero} missed {friend.him}|{hero} had no one to play with now]."
        ),
        say(
            '"You have one wish left," said the {animal}. [{hero} could have wished for gold|'
            '"gold? A castle?" it asked]. But {hero} said, "I wish that {friend} were just as '
            'before." And so it was. {hero} gave {thing.the} to {friend}, and [the {animal} smiled|'
            'the {animal} went home to {second}]. "You chose well," it said.'
        ),
    ]


PLOTS = (storm, swapping, rescue, lesson, letter, visitor, contest, wishing)
