"""The story register: an opening, a plot with a state, a close that calls back, and a question."""

from __future__ import annotations

from .draw import Draw
from .plots import home as plots_home
from .plots import odd as plots_odd
from .plots import road as plots_road
from .world import World

PLOTS = (*plots_home.PLOTS, *plots_road.PLOTS, *plots_odd.PLOTS)
HELD_OUT_PLOT = plots_home.quarrel  # never told in training

OPENINGS = (
    "once upon a time there [was|lived] {a_trait} {child} [named|called] {hero}. ",
    "once upon a time, in [the village of|the little town of] {village}, there lived {a_trait} "
    "{child} [named|called] {hero}. ",
    "once upon a time {hero} and {friend} lived near {last}. ",
    "[one {season} [morning|day|evening]|one fine {day}|long ago], in {village}, {hero} "
    "[woke up early|was sitting by the window|was feeling {feel}]. ",
    "{hero} was {a_trait} {child} [who lived in {village}|from {village}]. ",
    "there was once {a_trait} {child} whose name was {hero}. ",
    "in {village} everybody knew {hero}, [{a_trait} {child}|the {job}'s [little|youngest|only] "
    "{offspring}]. ",
    "this is the story of {hero} and {friend}. ",
)
SETTINGS = (
    "{hero} lived with {elder}, [{a_job}|who was {a_job}], [in a {colour} house|in a small house] "
    "near {last}. ",
    "{hero}'s best friend was {friend}, who was [very|always] {quality}. ",
    "{friend}, who was {quality}, [lived next door|was never far away|came by every day]. ",
    "it was {season}, and [the days were long|the air smelled of {food}|the leaves danced in the "
    "wind]. ",
    "",
)
CLOSINGS = (
    "[that night|when the stars came out], {hero} [was {feel} and slept well|dreamed of "
    "{last}|told "
    "the whole story to {elder}].",
    "and [from that day on|ever since], {hero} and {friend} [have been|were] the best of friends.",
    '["what a day!" said {hero}|"let us do it again," said {friend}]. [The end.|And they did.]',
    "and if you ever come to {village}, [ask for {hero}|look for {hero} and {friend} near {last}].",
    "{hero} never forgot [that {season}|that day|what {friend} had done].",
    "the end.",
    "",
)


def ending(draw: Draw, world: World) -> str:
    """A question about what was told, with its answer, or nothing."""
    if not draw.chance(0.3):
        return ""
    return "\n\n" + world.say(
        "Q: [who is the story about?\nA: it is about {hero} and {friend}"
        "|who was {hero}'s friend?\nA: {friend} was {hero}'s friend"
        "|who else was there?\nA: {friend} was there]."
    )


def write(draw: Draw) -> str:
    """A story told in one of the plots."""
    world = World(draw)
    plots = [plot for plot in PLOTS if (plot is HELD_OUT_PLOT) == draw.held_out]
    if draw.held_out and draw.chance(0.7):
        plots = [plot for plot in PLOTS if plot is not HELD_OUT_PLOT]
    paragraphs = draw.one(plots)(world)
    first = world.say(draw.one(OPENINGS) + draw.one(SETTINGS))
    paragraphs[0] = first + paragraphs[0]
    closing = world.say(draw.one(CLOSINGS))
    joint = draw.one(("\n\n", "\n\n", " "))
    return joint.join([*paragraphs, *([closing] if closing else [])]) + ending(draw, world)
