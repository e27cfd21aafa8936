"""Every kind of proof has one method, and every submission somebody who reads it."""

from typing import get_args

import pytest

from schemas.topics import SUBMISSIONS
from schemas.verification import ProofKind
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.registry import Methods, known_methods
from tests.support.keys import keyring

METHODS = known_methods(keyring("verifier"))


def test_each_kind_is_found_by_its_name() -> None:
    assert [METHODS.of(kind).kind for kind in get_args(ProofKind)] == list(get_args(ProofKind))


def test_every_submission_is_read_by_a_method() -> None:
    assert set(METHODS.submissions) == set(SUBMISSIONS.events)


def test_a_kind_of_a_later_version_is_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        Methods([]).of("code")
