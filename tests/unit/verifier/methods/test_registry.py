"""Every kind of proof has one method, and every submission somebody who reads it."""

from typing import get_args

import pytest

from schemas.base import Event
from schemas.topics import SUBMISSIONS
from schemas.verification import ProofKind
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.registry import Methods, known_methods
from tests.support.builders.challenges import requested, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import ANSWERS, CODES, THE_PASS, answers_submitted, asked_for, questions_part

METHODS = known_methods(keyring("verifier"))


def test_each_kind_is_found_by_its_name() -> None:
    assert [METHODS.of(kind).kind for kind in get_args(ProofKind)] == list(get_args(ProofKind))


def test_every_submission_is_read_by_a_method() -> None:
    assert set(METHODS.submissions) == set(SUBMISSIONS.events)


@pytest.mark.parametrize(
    ("event", "pace"),
    [
        (submitted(terms(), "123456"), "quick"),
        (requested(terms()), "quick"),
        (submitted(asked_for("recoveryCode"), CODES[0]), "slow"),
        (submitted(asked_for("recoveryCode", purpose="registration"), "\n".join(CODES)), "kept"),
        (answers_submitted(asked_for("securityQuestions", questions=questions_part()), ANSWERS), "slow"),
        (submitted(asked_for("temporaryAccessPass", purpose="registration"), THE_PASS), "kept"),
    ],
)
def test_what_takes_slow_hashes_waits_apart(event: Event, pace: str) -> None:
    assert METHODS.pace_of(event) == pace
    assert Methods([]).pace_of(event) == "quick"


def test_a_kind_of_a_later_version_is_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        Methods([]).of("code")
