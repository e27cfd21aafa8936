"""When a code is sent again, and when what is typed is handed on."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.verification import ChallengeTerms, CodeSubmitted, CodeTerms
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Delivery
from services.kit.errors import ProblemError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def challenge() -> Challenge:
    terms = ChallengeTerms(
        challenge_id="c1",
        purpose="registration",
        kind="code",
        method_id="m1",
        method_type="phone",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        code=CodeTerms(nonce="n" * 43, destination_hash="h" * 43),
    )
    return Challenge(
        id="c1",
        tenant="northbridge",
        user="sam",
        terms=terms,
        channel="sms",
        delivery=Delivery(requested_at=NOW),
        resend_at=NOW + timedelta(seconds=30),
        attempts_left=5,
    )


def submission() -> CodeSubmitted:
    return CodeSubmitted(submission_id="s1", terms=challenge().terms, code="k.sealed", submitted_at=NOW)


def test_resend_waits_thirty_then_sixty_seconds() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.resend(challenge(), at=NOW + timedelta(seconds=29))
    assert refused.value.code == "resendTooSoon"
    again = transitions.resend(challenge(), at=NOW + timedelta(seconds=30))
    assert again.state.sends == 2
    assert again.state.resend_at == NOW + timedelta(seconds=90)
    assert len(again.emissions) == 1


def test_a_code_after_its_end_is_expired_and_not_handed_on() -> None:
    with pytest.raises(ProblemError) as refused:
        transitions.submit(challenge(), submission(), at=NOW + timedelta(minutes=5))
    assert refused.value.code == "codeExpired"


def test_the_same_submission_is_handed_on_once() -> None:
    first = transitions.submit(challenge(), submission(), at=NOW)
    assert len(first.emissions) == 1
    assert not transitions.submit(first.state, submission(), at=NOW).emissions
