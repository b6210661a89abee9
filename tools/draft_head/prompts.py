"""Prompts of our own, by kind: every template with every subject, shuffled by a seed. The last
subjects of each list are held out: no training text begins with them.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

HELD_OUT = 6  # subjects of each list


@dataclass(frozen=True)
class Prompt:
    """What a user asks, and the kind of text that answers it."""

    kind: str
    text: str


TOPICS = (
    "the water cycle,volcanoes,how a bicycle stays upright,the moon's phases,photosynthesis,"
    "earthquakes,how bread rises,the printing press,inflation,vaccines,black holes,"
    "the Roman army,coral reefs,how a refrigerator works,the French Revolution,bees and flowers,"
    "recycling,how planes fly,the human heart,democracy,the Silk Road,electric cars,sleep,"
    "the alphabet,magnetism,whales,how computers store numbers,the stock market,rainbows,"
    "glaciers,chess,jazz,the Olympic Games,antibiotics,deserts,how a compass works,trade winds,"
    "the nervous system,nuclear power,friendship,time zones,wolves,how soap cleans,maps,"
    "the Great Wall of China,owls,tides,gravity,batteries,language learning,libraries,"
    "the steam engine,tea,spiders,probability,encryption,pandas,public transport,the brain,"
    "solar panels,climate,fungi,bridges,the Renaissance,poetry,dinosaurs,musical scales,"
    "hurricanes,lighthouses,vitamins"
).split(",")

HEROES = (
    "a shy dragon,a retired sailor,two sisters,a robot gardener,a lost cat,a young baker,"
    "an old clockmaker,a talking river,a brave mouse,a painter who cannot see red,"
    "a lighthouse keeper,a fox and a crow,the last librarian,a boy with a paper boat,"
    "a ghost who likes tea,a violin maker,an honest thief,a star that fell,"
    "a grandmother and her goat,a tired king,a girl who collects sounds,a mapmaker,"
    "a snail in a race,three travellers,a stubborn donkey,a teacher on the moon,"
    "a forest that walks,a nervous wizard,an astronaut,a blacksmith's daughter"
).split(",")

GOALS = (
    "sleep better,learn to cook,save money,run five kilometres,write a diary,"
    "stop procrastinating,speak in public,grow tomatoes,learn the guitar,read more books,"
    "plan a small wedding,find a new job,move to another city,train a puppy,eat less sugar,"
    "make new friends,prepare for an exam,repair an old chair,spend less time on the phone,"
    "host a dinner,travel with children,stay calm at work,learn Spanish,keep houseplants alive,"
    "start a small shop,take better photographs,organise a kitchen,teach a child to swim,"
    "write a novel,hike in winter"
).split(",")

THINGS = (
    "fruits,kinds of trees,musical instruments,capital cities,sports,inventions,planets,animals,"
    "board games,healthy breakfasts,historical events,tools in a workshop,kinds of weather,"
    "colours,famous scientists,vegetables,hobbies,vehicles,countries in Africa,professions,"
    "flowers,rivers,kitchen utensils,kinds of cheese,books for children,emotions,languages,birds,"
    "desserts,materials"
).split(",")

PEOPLE = (
    "a landlord,a new colleague,a teacher,an old friend,a customer,a neighbour,a hotel,a bank,"
    "a doctor's office,the city council,a cousin,a newspaper,a manager,a coach,a librarian,"
    "a travel agency,a cousin abroad,a school,an insurance company,a music teacher"
).split(",")

MATTERS = (
    "to apologise for being late,to ask for a meeting,to thank them,to complain politely,"
    "to cancel an appointment,to invite them to a party,to ask for advice,to share good news"
).split(",")

FUNCTIONS = (
    "reverses a string,adds two numbers,finds the largest number in a list,counts vowels,"
    "checks whether a number is prime,computes a factorial,sorts a list of names,"
    "removes duplicates,counts the words in a text,checks for a palindrome,"
    "returns the Fibonacci numbers up to n,merges two sorted lists,"
    "converts Celsius to Fahrenheit,finds the greatest common divisor,flattens a nested list,"
    "reads a CSV file,computes the average,finds the second largest number,"
    "counts how often each letter occurs,checks whether two words are anagrams,"
    "multiplies two matrices,performs a binary search,validates an email address,rotates a list,"
    "computes compound interest,finds the longest word,transposes a matrix,"
    "sums the digits of a number,finds common elements,generates a random password,"
    "converts a number to binary,implements a stack,implements a queue,counts lines in a file,"
    "computes the median,prints a multiplication table,groups words by length,"
    "splits a list into chunks,capitalises every word,finds missing numbers,swaps two variables,"
    "computes the distance between two points,simulates a dice roll,checks for a leap year"
).split(",")

# kind: (templates, subjects)
KINDS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "explain": (
        (
            "Explain {} to a child.",
            "What should everyone know about {}?",
            "Write three paragraphs about {}.",
            "Why does {} matter?",
            "Give me five interesting facts about {}.",
            "Write a short quiz with answers about {}.",
            "Describe {} in simple words.",
            "Write an introduction to an essay about {}.",
            "What are common misunderstandings about {}?",
            "How would you teach a class about {}?",
        ),
        TOPICS,
    ),
    "story": (
        (
            "Write a short story about {}.",
            "Tell a bedtime story about {}.",
            "Begin a novel about {}.",
            "Write a fable about {} with a moral.",
            "Write a funny scene about {}.",
            "Write a dialogue between {} and a stranger.",
            "Tell me how {} found a home.",
            "Write a poem about {}.",
        ),
        HEROES,
    ),
    "advice": (
        (
            "How can I {}?",
            "Give me a step-by-step plan to {}.",
            "What mistakes should I avoid when I want to {}?",
            "I want to {}. Where do I start?",
            "Give me ten tips to {}.",
            "Write a weekly schedule that helps me to {}.",
            "Is it hard to {}?",
            "Motivate me to {}.",
        ),
        GOALS,
    ),
    "list": (
        (
            "List ten {}.",
            "Name five {} and describe each in one sentence.",
            "Make a table of {} with two columns.",
            "Which {} are the most popular, and why?",
            "Sort some {} into groups.",
            "Compare two {}.",
        ),
        THINGS,
    ),
    "letter": (
        tuple("Write an email to {} " + matter + "." for matter in MATTERS),
        PEOPLE,
    ),
    "code": (
        (
            "Write a Python function that {}.",
            "Write Python code that {}, with comments.",
            "Show me a simple Python program that {}.",
            "Write a Python function that {}, and explain how it works.",
            "Write a JavaScript function that {}.",
            "How do I write code in Python that {}?",
            "Write a Python function that {} and a test for it.",
            "Write a Python class that {}.",
            "Give two different ways to write Python code that {}.",
            "Write a Python script that asks the user for input and then {}.",
        ),
        FUNCTIONS,
    ),
}


def prompts(seed: int, held_out: bool) -> list[Prompt]:
    """All prompts of the training subjects, or of those that are held out, shuffled."""
    chosen = [
        Prompt(kind, template.format(subject))
        for kind, (templates, subjects) in KINDS.items()
        for template, subject in itertools.product(
            templates, subjects[-HELD_OUT:] if held_out else subjects[:-HELD_OUT]
        )
    ]
    random.Random(seed).shuffle(chosen)
    return chosen
