"""Case, spaces and ways to encode a letter make no difference to an answer; all else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.answers import normalised


@pytest.mark.parametrize(
    "typed", ["Straße 12", "STRASSE 12", "  strasse\t\n12 ", "ｓｔｒａｓｓｅ １２", "Strasse\u00a0\u200212"]
)
def test_the_same_answer_typed_otherwise_is_the_same(typed: str) -> None:
    assert normalised(typed) == "strasse 12"


def test_a_letter_with_its_accent_is_the_same_in_one_piece_or_two() -> None:
    assert normalised("Zo\u00eb") == normalised("zoe\u0308") != normalised("zoe")


@given(st.text())
def test_normalising_again_changes_nothing(answer: str) -> None:
    assert normalised(normalised(answer)) == normalised(answer)
