"""What a challenge keeps of a submission, read as a verdict."""

from typing import get_args

import pytest

from schemas.verification import VerificationFailed
from services.enrollment.challenges.domain.verdict import VERIFIED, NotYet, Right, Verdict, Wrong, verdict_of

REASONS = get_args(VerificationFailed.model_fields["reason"].annotation)


@pytest.mark.parametrize(
    ("result", "verdict"), [(None, NotYet()), (VERIFIED, Right()), ("codeIncorrect", Wrong("codeIncorrect"))]
)
def test_a_result_is_right_wrong_or_not_yet_there(result: str | None, verdict: Verdict) -> None:
    assert verdict_of(result) == verdict


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_verifier_is_an_error_of_the_catalogue(reason: str) -> None:
    assert Wrong(reason).problem.code == reason
