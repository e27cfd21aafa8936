"""The rules of return addresses, numbers and challenges, without I/O."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.verification import ChallengeTerms, CodeSubmitted, CodeTerms
from services.enrollment.challenges.domain import challenge as rules
from services.enrollment.challenges.domain.challenge import Challenge, Delivery
from services.enrollment.interrupts.handlers import matches
from services.enrollment.methods.phone.domain import Range, parse_number
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


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://app.example/return", True),
        ("https://app.example/", True),
        ("https://app.example.evil.example/", False),
        ("http://app.example/", False),
        ("https://app.example@evil.example/", False),
        ("https://app.example\\evil/", False),
        ("https://app.example/../x", False),
    ],
)
def test_a_return_address_is_allowed_below_its_prefix_only(url: str, allowed: bool) -> None:
    assert matches(url, "https://app.example/") is allowed


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("12345", "GB", "phoneNumberInvalid"),
        ("+33 6 12 34 56 78", "GB", "phoneNumberInvalid"),
        ("+1 900 555 0123", "US", "phoneNumberNotAllowed"),
        ("", "GB", "phoneNumberInvalid"),
    ],
)
def test_a_number_that_cannot_be_used_has_its_code(text: str, region: str, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_number(text, region)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "region", "kind"), [("+1 900 555 0123", "US", "premium"), ("056 1234 5678", "GB", "virtual")]
)
def test_premium_and_virtual_numbers_are_taken_where_the_organisation_allows_them(
    text: str, region: str, kind: Range
) -> None:
    other: Range = "virtual" if kind == "premium" else "premium"
    with pytest.raises(ProblemError) as refused:
        parse_number(text, region, texts=False, allowed=(other,))
    assert refused.value.code == "phoneNumberNotAllowed"
    assert parse_number(text, region, texts=False, allowed=(kind,)).masked.endswith(text[-4:].replace(" ", ""))


def test_a_fictional_number_is_taken_where_the_configuration_says_so() -> None:
    number = parse_number("07700 900142", "GB", fictional=("+447700900",))
    assert (number.e164, number.masked) == ("+447700900142", "+44 •••• ••0142")


def test_resend_waits_thirty_then_sixty_seconds() -> None:
    with pytest.raises(ProblemError) as refused:
        rules.resend(challenge(), at=NOW + timedelta(seconds=29))
    assert refused.value.code == "resendTooSoon"
    again = rules.resend(challenge(), at=NOW + timedelta(seconds=30))
    assert again.state.sends == 2
    assert again.state.resend_at == NOW + timedelta(seconds=90)
    assert len(again.emissions) == 1


def test_a_code_after_its_end_is_expired_and_not_handed_on() -> None:
    with pytest.raises(ProblemError) as refused:
        rules.submit(challenge(), submission(), at=NOW + timedelta(minutes=5))
    assert refused.value.code == "codeExpired"


def test_the_same_submission_is_handed_on_once() -> None:
    first = rules.submit(challenge(), submission(), at=NOW)
    assert len(first.emissions) == 1
    assert not rules.submit(first.state, submission(), at=NOW).emissions
