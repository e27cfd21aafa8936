"""Who may see the pages for administrators."""

from datetime import timedelta

import pytest

from schemas.base import MethodType
from schemas.enrollment import Intent
from services.enrollment.accounts.domain.account import Account
from services.enrollment.methods.base.domain import PROVEN_FOR
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.administration import Admission, admission, placed
from services.enrollment.sessions.domain.session import SESSION_LIFE, RecentProof, Session
from tests.unit.enrollment.builders import NOW, account, method

POLICY = GroupPolicy(required=("authenticatorApp",), allowed=("phone", "email", "securityQuestions"))
APP = account(method("authenticatorApp"))
WEAK = account(method("email"), method("securityQuestions"))


def session(proof: RecentProof | None = None, intent: Intent = "administer", step: str = "operations") -> Session:
    return Session(
        id="s",
        intent=intent,
        decision="administer",
        plan=("authenticatorApp",),
        step=step,
        cookie_hash="h",
        return_url="http://127.0.0.1:8010/return",
        started_at=NOW,
        expires_at=NOW + SESSION_LIFE,
        proof=proof,
    )


def proven_by(kind: MethodType | None, ago: timedelta = timedelta()) -> RecentProof:
    return RecentProof(method_id=kind, method_type=kind, at=NOW - ago)


@pytest.mark.parametrize(
    ("person", "proof", "expected"),
    [
        (account(), None, "setUp"),
        (WEAK, None, "setUp"),
        (WEAK, proven_by("email"), "setUp"),
        (APP, None, "prove"),
        (APP, proven_by("authenticatorApp"), "open"),
        (APP, proven_by("authenticatorApp", PROVEN_FOR), "prove"),
        (APP, proven_by("email"), "prove"),
        (account(method("phone")), proven_by("phone"), "open"),
        (account(), proven_by(None), "open"),
        (account(method("authenticatorApp", state="suspended")), None, "prove"),
    ],
    ids=[
        "a password alone",
        "what only recovers an account",
        "the same, proven",
        "a method, and no proof",
        "a proof",
        "a proof of long ago",
        "a weak proof where there is a strong method",
        "something on file that is not all that policy asks",
        "the platform vouches for a second factor",
        "nothing that can be used any more: the page says so",
    ],
)
def test_nobody_enters_with_a_password_alone(person: Account, proof: RecentProof | None, expected: Admission) -> None:
    assert admission(person, session(proof), POLICY, NOW) == expected


def test_a_session_begins_at_the_proof_and_goes_on_to_operations() -> None:
    asked = placed(APP, session(step="prompt"), POLICY, NOW)
    assert asked.step == "prove.choose"
    assert steps.proven(APP, asked, proven_by("authenticatorApp")).step == "operations"
    assert placed(account(), session(step="prompt"), POLICY, NOW).step == "operations"


def test_such_a_session_never_wanders_into_the_wizard() -> None:
    assert steps.next_step(account(), session()) == "operations"
    assert steps.next_step(account(), session(intent="manage")) == "manage"
    back = steps.operate_again(session(intent="manage", step="manage"))
    assert (back.intent, back.step) == ("administer", "operations")


def test_a_pass_that_ended_is_nothing_to_prove() -> None:
    ended = account(method("temporaryAccessPass", usable_until=NOW), method("securityQuestions"))
    assert admission(ended, session(), POLICY, NOW) == "setUp"
    assert admission(ended, session(), POLICY, NOW - timedelta(seconds=1)) == "prove"
    assert placed(ended, session(step="prompt"), POLICY, NOW).step == "operations"


def test_after_the_proof_the_pages_for_administrators_are_shown() -> None:
    assert placed(APP, session(step="prompt"), POLICY, NOW).after_proof == "operations"
