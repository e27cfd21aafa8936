"""A text for people is marked; what only looks like one is left alone."""

import pytest

from tests.lint import texts
from tests.lint.source import Source

WORDS = "services/enrollment/methods/phone/words.py"


def findings(code: str, path: str = WORDS) -> list[str]:
    return [finding.rule for finding in texts.marked(Source.parse(path, code))]


@pytest.mark.parametrize(
    "code",
    [
        'NEXT = "Go on"',
        'NEXT = {"a": "Go on"}',
        'def next(name):\n    return f"Go on, {name}"',
        'NEXT = Done(_("Done"), "Go on")',
        'NEXT = "Weiter gehört".format()',
    ],
)
def test_a_text_without_a_mark_is_found(code: str) -> None:
    assert findings(code) == ["texts-are-marked"]


@pytest.mark.parametrize(
    "code",
    [
        'NEXT = _("Go on")',
        'NEXT = ngettext_lazy("{number} try left", "{number} tries left")',
        'TEXT = ngettext("a try", "some tries", 2)',
        '"""What is said."""\nNEXT = "next"\n"""A name alone."""',
        'def next():\n    """Go on."""\n    return "next"',
        'MASK = "+44 •••• 0142"',
        "NUMBER = 1",
    ],
)
def test_a_mark_a_docstring_and_a_name_are_fine(code: str) -> None:
    assert findings(code) == []


@pytest.mark.parametrize(
    "path", ["services/enrollment/web/operations/people/words.py", "services/enrollment/methods/phone/handlers.py"]
)
def test_other_places_are_left_alone(path: str) -> None:
    assert findings('NEXT = "Go on"', path) == []
