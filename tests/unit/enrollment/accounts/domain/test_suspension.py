"""What is told of a method that is used, goes or comes back."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.base import MethodType
from schemas.enrollment import (
    NO_NAME,
    AccountErased,
    DefaultMethodChanged,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    SuspiciousActivityReported,
)
from services.enrollment.accounts.domain import methods, registering, suspension
from services.enrollment.accounts.domain.account import KEEP_FORMER, Account, Former
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.session import RecentProof
from services.kit.decision import Change
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, account, method, proof_of, told, wizard_session

ANY = GroupPolicy(allowed=("phone", "email"))
NAMELESS = Registration(display_name="")
PHONE = method("phone", phone_type="mobile", destination_hash="old", display_name="••01")
PASSKEY = method("passkey")
EMAIL = method("email")


def _defaulted(method_id: str | None, previous: str | None = None) -> DefaultMethodChanged:
    return DefaultMethodChanged(method_id=method_id, previous_method_id=previous, changed_at=NOW)


def _removed(method_id: str, kind: MethodType, reason: str, session_id: str | None = None) -> MethodRemoved:
    about = {"method_id": method_id, "method_type": kind, "reason": reason}
    return MethodRemoved.model_validate({**about, "session_id": session_id, "removed_at": NOW}, by_name=True)


def _asked_in_session(kind: MethodType, method_id: str = "new", **fields: object) -> tuple[Challenge, Registration]:
    challenge, registration = proof_of(kind, method_id, **fields)
    terms = challenge.terms.model_copy(update={"session_id": "s1"})
    return challenge.model_copy(update={"terms": terms}), registration


# It is used


@pytest.mark.parametrize(
    ("kind", "held", "told", "left"),
    [
        ("recoveryCodes", 5, 4, 4),
        ("recoveryCodes", 5, 0, 0),
        ("recoveryCodes", 5, None, 5),
        ("temporaryAccessPass", 1, None, 0),
        ("temporaryAccessPass", None, None, None),
        ("phone", None, None, None),
    ],
)
def test_a_use_is_noted_with_what_is_left(kind: MethodType, held: int | None, told: int | None, left: int) -> None:
    challenge, _ = proof_of(kind, kind)
    used = registering.prove(account(method(kind, codes_left=held)), challenge, told, at=NOW)
    assert used == Change(account(method(kind, codes_left=left, last_used_at=NOW)))


def test_a_use_lets_the_session_go_on_that_asked_for_it() -> None:
    challenge, _ = _asked_in_session("phone", "phone")
    waiting = wizard_session(step="prove", after_proof="manage", requested=challenge)
    moved = registering.prove(account(PHONE, sessions=(waiting,)), challenge, None, at=NOW).state.sessions[0]
    assert (moved.step, moved.proof and moved.proof.at) == ("manage", NOW)


# It goes


def test_a_removal_is_told_with_the_default_that_is_left() -> None:
    whose = account(PHONE, PASSKEY, default_method_id="phone")
    change = methods.remove(whose, "phone", "person", ANY, at=NOW, session_id="s1")
    removed = _removed("phone", "phone", "person", "s1")
    assert change.emissions == told((removed, "s1"), (_defaulted("passkey", "phone"), "s1"))


@pytest.mark.parametrize(("reason", "state"), [("disabled", "disabled"), ("administrator", "suspended")])
def test_a_suspension_is_told_with_the_default_that_is_left(reason: suspension.Suspension, state: str) -> None:
    whose = account(PHONE, PASSKEY, default_method_id="phone")
    change = suspension.suspend(whose, "phone", reason, "x1", at=NOW)
    suspended = MethodSuspended(method_id="phone", method_type="phone", reason=reason, suspended_at=NOW)
    assert change.emissions == told((suspended, "x1"), (_defaulted("passkey", "phone"), "x1"))
    assert change.state.methods[0].state == state


@pytest.mark.parametrize("whose", [account(EMAIL), account(PHONE.model_copy(update={"state": "disabled"}))])
def test_what_is_gone_or_suspended_is_not_suspended(whose: Account) -> None:
    assert suspension.suspend(whose, "phone", "administrator", "x1", at=NOW) == Change(whose)


def test_a_report_by_the_holder_is_told_before_the_suspension() -> None:
    challenge, _ = proof_of("phone", "phone")
    change = suspension.report_suspicious(account(PHONE), challenge, at=NOW, by_holder=True)
    report = SuspiciousActivityReported(method_id="phone", challenge_id="c-phone", reported_at=NOW)
    suspended = MethodSuspended(method_id="phone", method_type="phone", reason="reported", suspended_at=NOW)
    assert change.emissions == told((report, "c-phone"), (suspended, "c-phone"))


def test_nothing_is_reported_for_somebody_who_was_erased() -> None:
    challenge, _ = proof_of("phone", "phone")
    erased = account(PHONE, erased_at=NOW)
    assert suspension.report_suspicious(erased, challenge, at=NOW, by_holder=True) == Change(erased)


def test_this_was_not_me_ends_every_session() -> None:
    change = suspension.repudiate(account(PHONE, sessions=(wizard_session(),)), "phone", "n1", at=NOW, suspends=False)
    report = SuspiciousActivityReported(method_id="phone", reported_at=NOW)
    assert change.emissions[:1] == told((report, "n1"))
    assert [one.outcome for one in change.state.sessions] == ["cancelled"]
    assert change.state.active_types == ("phone",)


def test_this_was_not_me_suspends_under_the_notice_that_was_answered() -> None:
    change = suspension.repudiate(account(PHONE), "phone", "n1", at=NOW)
    suspended = MethodSuspended(method_id="phone", method_type="phone", reason="notMe", suspended_at=NOW)
    reported = SuspiciousActivityReported(method_id="phone", reported_at=NOW)
    assert change.emissions == told((suspended, "n1"), (reported, "n1"))


def test_an_erasure_is_told_and_leaves_ids() -> None:
    change = methods.erase(account(PHONE, sequence=0), at=NOW)
    assert change.emissions == told((AccountErased(erased_at=NOW), "sam"))
    assert (change.state.tenant, change.state.user) == ("northbridge", "sam")
    assert (change.state.created_at, change.state.erased_at) == (NOW, NOW)
    assert (change.state.profile.user_principal_name, change.state.profile.display_name) == ("", "")


# It comes back


@pytest.mark.parametrize("by", ["person", "administrator"])
def test_a_suspended_method_becomes_active_and_is_told(by: str) -> None:
    whose = account(PHONE.model_copy(update={"state": "suspended"}), EMAIL, default_method_id="email")
    change = suspension.restore(whose, "phone", by, at=NOW)  # type: ignore[arg-type]
    restored = MethodRestored.model_validate(
        {
            "method_id": "phone",
            "method_type": "phone",
            "display_name": NO_NAME,
            "phone_type": "mobile",
            "by": by,
            "restored_at": NOW,
        },
        by_name=True,
    )
    assert change.emissions == told((restored, "phone"), (_defaulted("phone", "email"), "phone"))
    assert change.state.methods == (EMAIL, PHONE)


def test_what_came_back_is_former_no_more() -> None:
    other = Former(method=EMAIL, reason="person", until=NOW + KEEP_FORMER)
    gone = methods.remove(account(PHONE, former=(other,)), "phone", "person", ANY, at=NOW).state
    assert suspension.restore(gone, "phone", "person", at=NOW).state.former == (other,)


def test_an_active_or_disabled_method_cannot_come_back() -> None:
    for state in ("active", "disabled"):
        with pytest.raises(ProblemError) as refused:
            suspension.restore(account(PHONE.model_copy(update={"state": state})), "phone", "administrator", at=NOW)
        assert refused.value.code == "unknownMethod"


def test_what_has_since_been_disabled_cannot_be_what_it_was() -> None:
    former = Former(method=PHONE, reason="changed", until=NOW + KEEP_FORMER)
    held = account(PHONE.model_copy(update={"state": "disabled"}), former=(former,))
    with pytest.raises(ProblemError) as refused:
        suspension.restore(held, "phone", "administrator", at=NOW)
    assert refused.value.code == "unknownMethod"


@pytest.mark.parametrize(
    ("kind", "other", "code"),
    [
        ("phone", {"phone_type": "mobile", "destination_hash": "x"}, "methodLimitReached"),
        ("phone", {"phone_type": "office", "destination_hash": "old"}, "methodAlreadyRegistered"),
        ("passkey", {"credential_id": "key"}, "methodAlreadyRegistered"),
        ("email", {"destination_hash": "x"}, "methodLimitReached"),
    ],
)
def test_where_something_else_has_its_place_it_does_not_come_back(
    kind: MethodType, other: dict[str, object], code: str
) -> None:
    fields = {"phone": {"phone_type": "mobile", "destination_hash": "old"}, "passkey": {"credential_id": "key"}}
    before = method(kind, "m", state="suspended", **fields.get(kind, {}))
    with pytest.raises(ProblemError) as refused:
        suspension.restore(account(before, method(kind, "n", **other)), "m", "administrator", at=NOW)
    assert refused.value.code == code


@pytest.mark.parametrize("reason", ["person", "administrator", "changed"])
def test_whoever_had_a_method_lately_is_known_to_have_had_it(reason: str) -> None:
    former = Former.model_validate({"method": PHONE, "reason": reason, "until": NOW})
    assert account(PHONE).ever_had("phone")
    assert account(former=(former,)).ever_had("phone")
    assert not account(EMAIL, former=(former,)).ever_had("passkey")


@pytest.mark.parametrize(
    ("proven", "earlier", "comes_back"),
    [("email", 1, True), ("phone", 1, False), ("email", 0, False)],
    ids=["another method", "the method itself", "one that came in this session"],
)
def test_what_waits_comes_back_with_the_proof_of_a_method_that_was_there_before(
    proven: MethodType, earlier: int, comes_back: bool
) -> None:
    was: dict[str, Any] = {"created_at": NOW - timedelta(days=earlier)}
    gone = Former(method=PHONE, reason="person", until=NOW + KEEP_FORMER)
    held = tuple(method(kind, **was) for kind in ("email", "passkey") if kind == proven)
    kept = (PHONE.model_copy(update={**was, "state": "suspended"}),) if proven == "phone" else ()
    asked, _ = _asked_in_session(proven, proven)
    waiting = wizard_session(intent="manage", step="prove", after_proof="manage", restoring="phone", requested=asked)
    before = account(*held, *kept, former=(gone,) if not kept else (), sessions=(waiting,))
    after = registering.prove(before, asked, None, at=NOW).state
    phone = after.method("phone")
    assert (phone is not None and phone.state == "active") is comes_back


@pytest.mark.parametrize("changed", [{"outcome": "cancelled"}, {"requested": None}], ids=["over", "waits for nothing"])
def test_nothing_comes_back_with_a_proof_that_the_session_did_not_wait_for(changed: dict[str, Any]) -> None:
    """Although it was proven before: then the method came back, and somebody took it away again."""
    was = NOW - timedelta(days=1)
    gone = Former(method=PHONE, reason="person", until=NOW + KEEP_FORMER)
    asked, _ = _asked_in_session("email", "email")
    proof = RecentProof(method_id="email", method_type="email", at=NOW - timedelta(minutes=1))
    session = wizard_session(intent="manage", step="manage", restoring="phone", requested=asked, proof=proof)
    before = account(method("email", created_at=was), former=(gone,), sessions=(session.model_copy(update=changed),))
    assert registering.prove(before, asked, None, at=NOW).state.method("phone") is None
