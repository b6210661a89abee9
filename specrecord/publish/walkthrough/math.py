"""Formulas: LaTeX in, MathML out, at build time, so that a page needs neither a script nor a font
for them.
"""

import re

from latex2mathml.converter import convert

from specrecord.errors import FindingError

_LEFT_OVER = re.compile(r"\\[a-zA-Z]+")


def mathml(latex: str, *, block: bool = False) -> str:
    """One formula as a `<math>` element with its LaTeX as the text alternative.

    Raises FindingError for LaTeX that cannot be read, an unknown command included.
    """
    try:
        formula: str = convert(latex, display="block" if block else "inline")
    except (
        Exception
    ) as error:  # the converter raises whatever its parser meets, bare IndexErrors included
        raise FindingError(
            f"the formula {latex!r} cannot be read ({type(error).__name__}); check its braces"
        ) from None
    if unknown := _LEFT_OVER.search(formula):
        raise FindingError(f"the formula {latex!r} uses {unknown[0]}, which is not known here")
    if latex.count("{") != latex.count("}"):
        raise FindingError(f"the formula {latex!r} does not close every brace")
    return formula
