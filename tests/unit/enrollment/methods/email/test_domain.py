"""Addresses and answers as people type them."""

import pytest
from pydantic import SecretStr

from services.enrollment.methods.email.domain import mask, parse_address
from services.enrollment.methods.security_questions.domain import MOST, PREDEFINED, checked_answers
from services.enrollment.policies.domain.tenant import Question, SecurityQuestions
from services.kit.errors import ProblemError

OWN = SecurityQuestions(custom=(Question(id="badge", text="Which colour was your first badge?"),))


def test_an_address_is_brought_into_one_form_and_masked() -> None:
    found = parse_address(" Sam.Okafor@Northbridge.EXAMPLE ")
    assert (found.address, found.masked) == ("sam.okafor@northbridge.example", "s•••@northbridge.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sam",
        "sam@",
        "@northbridge.example",
        "sam@local host",
        "a@b.example\r\nBcc: c@d.example",
        "x" * 250 + "@b.example",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_address(text)
    assert refused.value.code == "emailInvalid"


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


def test_an_international_address_is_kept_in_its_ascii_form() -> None:
    assert parse_address("sam@bücher.example").address == "sam@xn--bcher-kva.example"
    with pytest.raises(ProblemError) as refused:
        parse_address("såm@northbridge.example")
    assert refused.value.code == "emailInvalid"


def test_an_address_is_masked_up_to_its_domain() -> None:
    assert mask("a@b@northbridge.example") == "a•••@northbridge.example"
