"""Writes docs/licences.md: what an installation brings along, and under which licence, as the
installed packages say: python -m tools.docs.licences.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "licences.md"
_HEAD = """# Licences

specrecord is under the [MIT licence](../LICENSE), and so are the player, the embedded pair and the
recordings that it ships; the player holds no code of others. `pip install specrecord` brings along
what stands here, as these packages say of themselves. This page is written by
`python -m tools.docs.licences`.

| package | licence |
|---|---|
"""
_LONGEST = 60  # characters; some packages put the whole text where its name belongs


def brought_along(name: str = "specrecord") -> dict[str, str]:
    """The licence of each package that `name` needs, and of those that they need, by name."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        try:
            package = distribution(waiting.pop())
        except PackageNotFoundError:  # for another system or an older Python
            continue
        known = re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()
        if known not in found:
            found[known] = _licence(package.metadata)
            needed = [one for one in package.requires or [] if "extra ==" not in one]
            waiting += [re.split(r"[\s\[<>=!~;(]", one)[0] for one in needed]
    del found[name]
    return dict(sorted(found.items()))


def _licence(metadata: object) -> str:
    said = metadata.get("License-Expression") or metadata.get("License") or ""
    if not said or len(said) > _LONGEST or "\n" in said:
        classifiers = metadata.get_all("Classifier") or []
        found = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
        said = ", ".join(found) or said.split("\n")[0][:_LONGEST] or "not said"
    return str(said)


def page() -> str:
    """The whole text of docs/licences.md."""
    return _HEAD + "".join(f"| {name} | {said} |\n" for name, said in brought_along().items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
