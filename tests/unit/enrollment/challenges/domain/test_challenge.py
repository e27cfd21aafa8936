"""What a challenge says of itself."""

from datetime import timedelta

import pytest

from schemas.verification import ChallengeTerms, CodeTerms
from services.enrollment.challenges.domain.challenge import Delivery, Submission, known_as
from tests.unit.enrollment.builders import NOW, texted, tried

SOON = NOW + timedelta(minutes=1)
END = NOW + timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def _terms(**fields: object) -> ChallengeTerms:
    return texted().terms.model_copy(update=fields)


def _code_terms(place: str) -> CodeTerms:
    return CodeTerms(nonce="n" * 22, destination_hash=place * 43)


def test_a_passkey_is_told_by_the_submission_that_it_came_with() -> None:
    challenge = texted(submissions=(Submission(id="s1", at=NOW, credential_id="key"), *tried("x", None)[1:]))
    assert [challenge.credential_of(name) for name in ("s1", "s2", "s3", None)] == ["key", None, None, None]


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({}, True),
        ({"status": "verified"}, False),
        ({"delivery": Delivery(state="failed", requested_at=NOW)}, False),
        ({"delivery": Delivery(state="sent", requested_at=NOW)}, True),
    ],
)
def test_it_waits_while_it_is_pending_and_its_message_can_arrive(fields: dict[str, object], *, waits: bool) -> None:
    assert texted(**fields).still_waits(SOON) is waits


def test_it_waits_no_longer_than_its_life() -> None:
    assert texted().still_waits(END - SECOND)
    assert not texted().still_waits(END)


def test_two_codes_ask_the_same_where_they_go_to_the_same_place() -> None:
    here, there = (texted(terms=_terms(code=_code_terms(place))) for place in "ab")
    moved = texted(terms=_terms(code=_code_terms("a"), method_id="other"))
    assert here.asks_the_same_as(moved)
    assert not here.asks_the_same_as(there)
    assert not here.asks_the_same_as(texted())


def test_two_challenges_without_a_code_ask_the_same_of_the_same_method() -> None:
    assert texted().asks_the_same_as(texted(id="c-2"))
    assert not texted().asks_the_same_as(texted(terms=_terms(method_id="other")))


@pytest.mark.parametrize(
    "other",
    [
        {"channel": "voice"},
        {"terms": _terms(kind="totp")},
        {"terms": _terms(purpose="stepUp")},
    ],
)
def test_another_way_kind_or_purpose_is_another_question(other: dict[str, object]) -> None:
    assert not texted().asks_the_same_as(texted(**other))


@pytest.mark.parametrize(("stands_for", "known"), [(None, "c-new"), ("c-1", "c-1")])
def test_a_platform_knows_a_later_challenge_by_the_first_one(stands_for: str | None, known: str) -> None:
    assert known_as(texted(stands_for=stands_for)) == known
