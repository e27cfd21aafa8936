"""Every refusal says a sentence."""

import json

import pytest

from services.kit.errors import CATALOGUE, ProblemError, ScopeMissingError
from services.kit.http.details import DETAILS
from services.kit.http.problem import problem_response


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=CATALOGUE)
def test_a_refusal_with_nothing_special_to_say_has_one_sentence(problem: type[ProblemError]) -> None:
    said = json.loads(bytes(problem_response(problem()).body))
    assert said["detail"] == DETAILS[problem.code]
    assert said["detail"].endswith(".")
    assert said["detail"].count(". ") == 0
    assert said["detail"].rstrip(".") != said["title"]


def test_what_there_is_to_say_takes_its_place() -> None:
    said = json.loads(bytes(problem_response(ScopeMissingError("The token lacks admin.")).body))
    assert said["detail"] == "The token lacks admin."


def test_no_sentence_is_left_of_a_code_that_is_gone() -> None:
    assert DETAILS.keys() == CATALOGUE.keys()
