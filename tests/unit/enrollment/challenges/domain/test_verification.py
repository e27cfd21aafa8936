"""What a platform asked to be proven: by one challenge, or on our page by as many as it takes."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Hosting, Status
from services.enrollment.challenges.domain.eligibility import left_to_prove
from services.enrollment.challenges.domain.verification import Verification, verification_of
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import lifecycle, steps
from services.enrollment.sessions.domain.session import Session, Verifying
from tests.support.builders.challenges import terms
from tests.support.clock import NOON

SECOND = timedelta(seconds=1)
HOSTING = Hosting(return_url="https://app.example/return", ticket_hash="t" * 43, ticket_expires_at=NOON)


def challenge(identifier: str, status: Status, kind: MethodType = "phone", **more: Any) -> Challenge:
    asked = terms(identifier, purpose="passwordReset", session_id="c-1", created_at=NOON + int(identifier[2:]) * SECOND)
    return Challenge(
        id=identifier,
        tenant="t",
        user="u",
        terms=asked.model_copy(update={"method_type": kind, "method_id": kind}),
        channel="sms",
        client_id="app",
        stands_for="c-1",
        hosting=HOSTING if identifier == "c-1" else None,
        status=status,
        delivery=Delivery(requested_at=NOON),
        resend_at=NOON,
        attempts_left=5,
        ended_at=None if status == "pending" else NOON + int(identifier[2:]) * SECOND,
        **more,
    )


def test_the_newest_challenge_answers_under_the_first_id() -> None:
    asked = verification_of((challenge("c-2", "pending", "email"), challenge("c-1", "denied")))
    assert (asked.id, asked.first.id, asked.current.id) == ("c-1", "c-1", "c-2")
    assert asked.status_at(NOON) == "pending"
    assert not asked.is_complete


@pytest.mark.parametrize("status", ["pending", "denied", "failed", "cancelled"])
def test_one_challenge_has_its_own_status(status: Status) -> None:
    assert Verification((challenge("c-1", status),)).status_at(NOON) == status


def test_two_proofs_are_of_two_types() -> None:
    first = challenge("c-1", "verified", proofs_required=2)
    assert Verification((first,)).status_at(NOON + SECOND) == "pending"
    last = NOON + SECOND + first.life
    assert Verification((first,)).status_at(last - SECOND) == "pending"
    assert Verification((first,)).status_at(last) == "expired"
    twice = Verification((first, challenge("c-2", "verified", proofs_required=2)))
    assert (twice.is_complete, len(twice.proven)) == (False, 1)
    both = Verification((first, challenge("c-2", "verified", "email", proofs_required=2)))
    assert (both.is_complete, both.status_at(NOON), len(both.proven)) == (True, "verified", 2)


def test_the_first_is_what_the_platform_opened_whatever_the_clocks_say() -> None:
    late = challenge("c-1", "cancelled", proofs_required=2)
    later = late.terms.model_copy(update={"created_at": NOON + timedelta(minutes=1)})
    one_type = challenge("c-2", "verified", "email", proofs_required=2)
    asked = verification_of((one_type, late.model_copy(update={"terms": later})))
    assert (asked.first.id, asked.is_complete) == ("c-1", False)


def test_once_closed_nothing_more_is_asked() -> None:
    closed = transitions.close(challenge("c-1", "verified", proofs_required=2), at=NOON).state
    assert Verification((closed,)).status_at(NOON + SECOND) == "cancelled"
    assert Verification((closed, challenge("c-2", "denied", "email"))).status_at(NOON) == "denied"
    assert transitions.close(closed, at=NOON + SECOND).state == closed


def test_a_late_verdict_completes_it_at_its_own_time() -> None:
    asked = Verification((challenge("c-1", "verified"), challenge("c-2", "denied", "email")))
    assert (asked.status_at(NOON), asked.current.id, asked.ended_at) == ("verified", "c-1", NOON + SECOND)
    update = lifecycle.after_proof(AccountUpdate(person("phone")), challenge("c-7", "verified"), at=NOON)
    assert update.account.sessions[0].outcome == "completed"


def test_by_the_api_each_challenge_is_a_question_of_its_own() -> None:
    alone = challenge("c-1", "verified", proofs_required=2).model_copy(update={"hosting": None, "stands_for": None})
    assert Verification((alone,)).is_complete


def session(required: int) -> Session:
    asked = Verifying(client_id="app", purpose="passwordReset", proofs_required=required)
    return Session(
        id="c-1",
        intent="signIn",
        decision="none",
        plan=(),
        step="prove",
        requested=challenge("c-1", "pending"),
        verifying=asked,
        cookie_hash="h" * 43,
        return_url="https://app.example/return",
        started_at=NOON,
        expires_at=NOON + timedelta(minutes=15),
    )


def person(*kinds: MethodType, required: int = 1) -> Account:
    methods = tuple(Method(id=kind, type=kind, display_name=kind, created_at=NOON) for kind in kinds)
    nobody = Profile(user_principal_name="", display_name="")
    held = (session(required),)
    return Account(tenant="t", user="u", profile=nobody, methods=methods, sessions=held, created_at=NOON)


def test_a_proof_ends_the_walk_and_no_event_tells_of_it() -> None:
    update = lifecycle.after_proof(AccountUpdate(person("phone")), challenge("c-1", "verified"), at=NOON)
    (walked,) = update.account.sessions
    assert (walked.step, walked.outcome, walked.ended_at) == ("success", "completed", NOON)
    assert update.emissions == ()


def test_after_the_first_of_two_another_type_is_asked() -> None:
    account = person("phone", "email", required=2)
    update = lifecycle.after_proof(AccountUpdate(account), challenge("c-1", "verified"), at=NOON)
    (walked,) = update.account.sessions
    assert (walked.step, walked.outcome, walked.requested) == ("prove.choose", None, None)
    assert walked.verifying
    policy = GroupPolicy(allowed=("phone", "email"))
    left = left_to_prove(account, policy, "passwordReset", walked.verifying.proven, NOON)
    assert [one.type for one in left] == ["email"]
    again = steps.proven_for_platform(walked, walked.verifying, "phone", NOON)
    assert again.outcome is None


@pytest.mark.parametrize("outcome", ["cancelled", "expired"])
def test_leaving_tells_no_event_either(outcome: Any) -> None:
    change = lifecycle.end_session(person("phone"), "c-1", outcome, at=NOON)
    assert (change.state.sessions[0].outcome, change.emissions) == (outcome, ())


def test_what_became_of_a_challenge_takes_its_place() -> None:
    first, second = challenge("c-1", "denied"), challenge("c-2", "pending")
    verified = challenge("c-2", "verified")
    assert Verification((first, second)).with_current(verified) == Verification((first, verified))
