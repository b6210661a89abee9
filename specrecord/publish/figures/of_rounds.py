"""Figures of one round: what its one pass computes, and what it costs beside the target alone."""

from specrecord.publish.figures.still import FigureData, Still

ROUNDS_SHOWN = 3  # on the axis of time


def one_pass(run: FigureData) -> Still | None:
    """Which token sees which in the target's pass, and which place judges which draft."""
    shown = run["pass"]
    return Still(place_numbers(shown, 0)) if shown else None


def place_numbers(shown: FigureData, place: int) -> dict[str, int]:
    """Of one row of the pass: how many tokens it sees, itself included, and how many it judges."""
    return {
        "places": len(shown["tokens"]),
        "sees": shown["before"] + len(seen(shown["parents"], place)) - 1,
        "judges": shown["parents"].count(place),
    }


def seen(parents: list[int | None], place: int) -> list[int]:
    """The rows that a row sees: itself and those above it on its branch, the text's last token
    being row 0. Row 0 stands for the whole text here.
    """
    rows, at = [place], parents[place]
    while at is not None:
        rows.append(at)
        at = parents[at]
    return rows[::-1]


def judged(shown: FigureData, place: int) -> list[tuple[str, str]]:
    """The drafted tokens that a row judges, each with what became of it."""
    rows = zip(shown["tokens"], shown["fates"], shown["parents"], strict=True)
    return [(token, fate) for token, fate, parent in rows if parent == place]


def one_clock(run: FigureData) -> Still | None:
    """Rounds and the target's own steps on one axis of time, by their mean spans."""
    if not isinstance(run["target_ms"], float) or not run["rounds"]:
        return None
    return Still(clock_numbers(run, ROUNDS_SHOWN * round_ms(run)))


def round_ms(run: FigureData) -> float:
    """Mean milliseconds of a round, a network and the prompt's reading left out."""
    drafted = run["drafted"] / run["rounds"]
    return drafted * run["draft_ms"] + run["verify_ms"] + run["other_ms"]


def clock_numbers(run: FigureData, at: float) -> dict[str, float]:
    """What either side has written after `at` milliseconds: whole rounds, whole steps."""
    span = round_ms(run)
    return {
        "round": span,
        "step": run["target_ms"],
        "speculative": int(at / span + 1e-9) * run["mean_acceptance_length"],
        "alone": int(at / run["target_ms"] + 1e-9),
        "ratio": run["mean_acceptance_length"] * run["target_ms"] / span,
    }
