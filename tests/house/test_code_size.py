"""The count of the product's code: what is a token, and that comments change nothing."""

import pytest

from tools.code_size import javascript_tokens, python_tokens

PYTHON = '''"""A module."""

def area(width: int) -> str:  # of a square
    """Its area."""
    return f"{width * width:>8}" + "!"
'''


def test_python_without_docstrings_comments_and_layout() -> None:
    assert python_tokens(PYTHON) == len(
        "def area ( width : int ) -> str : return f'' + '!'".split()
    )
    assert python_tokens("x = (  # why\n    1,\n\n)\n") == len("x = ( 1 , )".split())


@pytest.mark.parametrize(
    ("source", "tokens"),
    [
        ("// a comment\n/* another\n */ let a = b / c / d;", "let a = b / c / d ;"),
        ("const re = /[/]\\/'/g, s = '/';", "const re = /re/ , s = 's' ;"),
        ("f(`a ${ { b: `${c}` }.b } d`)", "f ( `` { b : `` c } . b )"),
        ("a?.b ?? .5 >>> 0x1Fn; this.#x **= 1e-3", "a ?. b ?? .5 >>> 0x1Fn ; this . #x **= 1e-3"),
    ],
)
def test_javascript_without_comments(source: str, tokens: str) -> None:
    assert javascript_tokens(source) == len(tokens.split())


def test_javascript_that_cannot_be_read_is_not_counted() -> None:
    with pytest.raises(ValueError, match="does not end"):
        javascript_tokens("`a ${b")
