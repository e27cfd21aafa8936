"""Answers as people type them."""

import pytest
from pydantic import SecretStr

from services.enrollment.methods.security_questions.domain import MOST, PREDEFINED, checked_answers, flaws_of
from services.enrollment.policies.domain.tenant import Question, SecurityQuestions
from services.kit.errors import ProblemError

OWN = SecurityQuestions(custom=(Question(id="badge", text="Which colour was your first badge?"),))


def answers(*given: tuple[str, str]) -> list[tuple[str, SecretStr]]:
    return [(question, SecretStr(answer)) for question, answer in given]


def test_own_and_predefined_questions_can_be_answered() -> None:
    given = answers(("badge", "green"), ("first-pet", "Rex"), ("first-car", "a mini"))
    assert set(checked_answers(given, OWN)) == {"badge", "first-pet", "first-car"}


@pytest.mark.parametrize(
    ("given", "code", "position"),
    [
        ((("badge", "green"), ("first-pet", "ab"), ("first-car", "a mini")), "answerTooShort", 1),
        ((("badge", "green"), ("first-pet", "  a  b "), ("first-pet", "a mini")), "answersNotDistinct", 2),
        ((("badge", "Green "), ("first-pet", "gREEN"), ("first-car", "a mini")), "answersNotDistinct", 1),
        ((("badge", "g" * 41), ("first-pet", "Rex"), ("first-car", "a mini")), "answerTooLong", 0),
        ((("nothing", "green"), ("first-pet", "Rex"), ("first-car", "a mini")), "questionUnknown", 0),
    ],
)
def test_answers_that_are_no_good_are_named(given: tuple[tuple[str, str], ...], code: str, position: int) -> None:
    with pytest.raises(ProblemError) as refused:
        checked_answers(answers(*given), OWN)
    assert (refused.value.code, refused.value.members["position"]) == (code, position)


def test_two_answers_are_too_few() -> None:
    with pytest.raises(ProblemError) as refused:
        checked_answers(answers(("badge", "green"), ("first-pet", "Rex")), OWN)
    assert refused.value.code == "requestMalformed"


def test_as_many_answers_as_there_may_be_are_taken() -> None:
    given = answers(*((question, f"answer {question}") for question in list(PREDEFINED)[:MOST]))
    assert len(checked_answers(given, OWN)) == MOST
    with pytest.raises(ProblemError) as refused:
        checked_answers([*given, *answers(("badge", "green"))], OWN)
    assert refused.value.detail == f"Give 3 to {MOST} answers."


def test_an_answer_of_the_greatest_length_is_taken() -> None:
    given = answers(("badge", "g" * 40), ("first-pet", "Rex"), ("first-car", "a mini"))
    assert checked_answers(given, OWN)["badge"].get_secret_value() == "g" * 40


def test_all_that_is_no_good_is_named_at_once_where_it_is() -> None:
    given = answers(("", "green"), ("first-pet", "ab"), ("first-pet", "GREEN"), ("first-car", "x" * 41))
    assert [(flaw.position, flaw.part, flaw.problem.code) for flaw in flaws_of(given, OWN)] == [
        (0, "question", "questionUnknown"),
        (1, "answer", "answerTooShort"),
        (2, "question", "answersNotDistinct"),
        (2, "answer", "answersNotDistinct"),
        (3, "answer", "answerTooLong"),
    ]
