"""The app's scripts hold no text: they name one, and it is there."""

import re
from pathlib import Path
from typing import Final

import pytest

from services.enrollment.authenticator import pages, words

FOLDER: Final = Path(pages.__file__).parent
SCRIPTS: Final = (*sorted((FOLDER / "static").glob("*.js")), FOLDER / "templates/sw.js")
PIECES: Final = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
"""Comments and strings of a script."""
CODE: Final = re.compile(r"\$\{[^`]*\}")
"""What is worked out within a string."""
SENTENCE: Final = re.compile(r"[^\W\d_]{2,}[,;:]? [^\W\d_]{2,}")
NAMES: Final = frozenset({'"Samsung Internet"'})

NAMED: Final = re.compile(r"""["`](\w+(?:\.(?:\w+|\$\{[^}]*\}))*)["`]""")
"""What may be the name of a text, of which a part is worked out."""
PARTS: Final = re.compile(r"\$\{[^}]*\}|[^$]+")


def strings(script: str) -> list[str]:
    """The strings of a script, without what is worked out in them."""
    return [CODE.sub("", piece) for piece in PIECES.findall(script) if piece[0] in "\"'`"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_no_script_holds_a_sentence(script: Path) -> None:
    told = [string for string in strings(script.read_text("utf-8")) if SENTENCE.search(string)]
    assert set(told) <= NAMES


def test_a_sentence_in_a_script_would_be_found() -> None:
    script = """say("it's // done", 'No connection.', `${await work(one)}`); // Not this one\n"""
    assert [string for string in strings(script) if SENTENCE.search(string)] == ["'No connection.'"]


def named(script: str) -> list[re.Pattern[str]]:
    """What a script may name."""
    return [
        re.compile("".join(r"\w+" if part[0] == "$" else re.escape(part) for part in PARTS.findall(name)))
        for name in NAMED.findall(script)
    ]


def test_every_text_is_said_by_a_script() -> None:
    patterns = [each for script in SCRIPTS for each in named(script.read_text("utf-8"))]
    unsaid = [name for name in (*words.TEXTS, *words.COUNTED) if not any(each.fullmatch(name) for each in patterns)]
    assert unsaid == []


def test_every_text_that_a_script_names_is_there() -> None:
    scripts = "\n".join(script.read_text("utf-8") for script in SCRIPTS)
    asked = re.findall(r'\btext\("([\w.]+)"', scripts)
    numbered = re.findall(r'\bcounted\("([\w.]+)"', scripts)
    assert len(asked) > 10
    assert set(asked) <= words.TEXTS.keys()
    assert set(numbered) == words.COUNTED.keys()
