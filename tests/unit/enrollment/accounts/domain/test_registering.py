"""What is told of a method that comes, changes or becomes the default, and what is kept of it."""

import pytest

from schemas.base import MethodType
from schemas.enrollment import (
    NO_NAME,
    DefaultMethodChanged,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
)
from services.enrollment.accounts.domain import conflicts, methods, registering, suspension
from services.enrollment.accounts.domain.account import KEEP_FORMER, Former
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.kit.decision import Change
from services.kit.errors import MethodAlreadyRegisteredError, ProblemError
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


# It comes


def test_a_registration_is_told_with_what_it_takes_the_place_of() -> None:
    whose = account(method("authenticatorApp", "old"), EMAIL, default_method_id="email")
    challenge, registration = _asked_in_session("authenticatorApp", replaces="old", is_lost=True)
    change = registering.register(whose, challenge, registration, at=NOW)
    registered = MethodRegistered(
        method_id="new",
        method_type="authenticatorApp",
        display_name=NO_NAME,
        is_default=True,
        session_id="s1",
        challenge_id="c-new",
        registered_at=NOW,
    )
    assert change.emissions == told(
        (registered, "c-new"),
        (_removed("old", "authenticatorApp", "lostOrStolen", "s1"), "c-new"),
        (_defaulted("new", "email"), "c-new"),
    )
    (former,) = change.state.former
    assert (former.method.id, former.reason, former.until) == ("old", "lostOrStolen", NOW + KEEP_FORMER)


def test_a_method_is_made_of_what_was_registered() -> None:
    registered = {"phone_type": "mobile", "delivery": "sms", "destination": "k1.x", "destination_hash": "h"}
    challenge, registration = proof_of("phone", name="Mine", **registered)
    (made,) = registering.register(account(), challenge, registration, at=NOW).state.methods
    assert made == method("phone", "new", **registered).model_copy(update={"name": "Mine"})


def test_questions_are_answered_once() -> None:
    whose = account(method("securityQuestions"))
    assert conflicts.conflict_of(whose, "securityQuestions", NAMELESS) is MethodAlreadyRegisteredError


def test_a_passkey_is_registered_once() -> None:
    whose = account(method("passkey", credential_id="key"))
    again, other = (Registration(display_name="", credential_id=name) for name in ("key", "other"))
    assert conflicts.conflict_of(whose, "passkey", again) is MethodAlreadyRegisteredError
    assert conflicts.conflict_of(whose, "passkey", other) is None


def test_of_what_is_renewed_there_is_no_limit() -> None:
    whose = account(method("recoveryCodes"))
    assert conflicts.conflict_of(whose, "recoveryCodes", NAMELESS) is None


def test_twenty_former_methods_are_kept_as_long_as_they_may_return() -> None:
    old = Former(method=EMAIL, reason="person", until=NOW)
    recent = tuple(Former(method=EMAIL, reason="person", until=NOW + KEEP_FORMER) for _ in range(20))
    few = methods.remove(account(PHONE, former=(old,)), "phone", "person", ANY, at=NOW).state.former
    assert [one.method.id for one in few] == ["phone"]
    many = methods.remove(account(PHONE, former=recent), "phone", "person", ANY, at=NOW).state.former
    assert [one.method.id for one in many] == [*["email"] * 19, "phone"]


# It changes


def test_a_new_number_is_told_and_the_old_one_kept() -> None:
    challenge, registration = _asked_in_session(
        "phone", "phone", changes="phone", destination_hash="new", destination="k1.new", delivery="voice"
    )
    waiting = wizard_session(step="phone.code", requested=challenge)
    change = registering.register(account(PHONE, sessions=(waiting,)), challenge, registration, at=NOW)
    event = MethodChanged(
        method_id="phone",
        method_type="phone",
        changed="destination",
        session_id="s1",
        challenge_id="c-phone",
        changed_at=NOW,
    )
    assert change.emissions[:1] == told((event, "c-phone"))
    assert change.state.sessions[0].step == "phone.verified"
    changed = {"display_name": "phone", "delivery": "voice", "destination": "k1.new", "destination_hash": "new"}
    assert change.state.methods == (PHONE.model_copy(update={**changed, "changed_at": NOW}),)
    assert change.state.former == (Former(method=PHONE, reason="changed", until=NOW + KEEP_FORMER),)


@pytest.mark.parametrize(
    ("destination", "step"),
    [("old", "phone.verified"), ("taken", "phone")],
)
def test_a_number_that_is_there_already_changes_nothing_but_the_step(destination: str, step: str) -> None:
    challenge, registration = _asked_in_session("phone", "phone", changes="phone", destination_hash=destination)
    waiting = wizard_session(step="phone.code", requested=challenge)
    office = method("phone", "office", phone_type="office", destination_hash="taken")
    change = registering.register(account(PHONE, office, sessions=(waiting,)), challenge, registration, at=NOW)
    assert change.state.methods == (PHONE, office)
    assert change.state.sessions[0].step == step
    assert [type(one.event).__name__ for one in change.emissions] == ["EnrollmentStepReached"]


def test_a_name_of_ones_own_is_told_without_it() -> None:
    change = methods.rename(account(PHONE), "phone", "Mine", at=NOW, session_id="s1")
    event = MethodChanged(method_id="phone", method_type="phone", changed="name", session_id="s1", changed_at=NOW)
    assert change == Change(account(PHONE.model_copy(update={"name": "Mine"}), sequence=1), told((event, "s1")))


def test_the_same_name_again_changes_nothing() -> None:
    whose = account(PHONE.model_copy(update={"name": "Mine"}))
    assert methods.rename(whose, "phone", "Mine", at=NOW) == Change(whose)


def test_what_nobody_did_in_a_session_is_told_with_the_method() -> None:
    assert methods.rename(account(PHONE), "phone", "Mine", at=NOW).emissions[0].correlation_id == "phone"
    assert methods.remove(account(PHONE), "phone", "person", ANY, at=NOW).emissions[0].correlation_id == "phone"
    assert methods.choose_default(account(PHONE), "phone", at=NOW).emissions[0].correlation_id == "phone"


@pytest.mark.parametrize("act", [methods.rename, methods.choose_default, methods.remove, suspension.restore])
def test_of_a_method_that_is_not_there_nothing_can_be_done(act: object) -> None:
    acts = {
        methods.rename: lambda: methods.rename(account(), "phone", "Mine", at=NOW),
        methods.choose_default: lambda: methods.choose_default(account(), "phone", at=NOW),
        methods.remove: lambda: methods.remove(account(), "phone", "person", ANY, at=NOW),
        suspension.restore: lambda: suspension.restore(account(), "phone", "person", at=NOW),
    }
    with pytest.raises(ProblemError) as refused:
        acts[act]()  # type: ignore[index]
    assert refused.value.code == "unknownMethod"


# It is the default


def test_a_chosen_default_is_told_once() -> None:
    whose = account(PHONE, PASSKEY, default_method_id="passkey")
    change = methods.choose_default(whose, "phone", at=NOW, session_id="s1")
    assert change.emissions == told((_defaulted("phone", "passkey"), "s1"))
    assert (change.state.default_method_id, change.state.is_default_chosen) == ("phone", True)
    assert methods.choose_default(change.state, "phone", at=NOW) == Change(change.state)


def test_the_default_that_is_there_can_be_chosen_so_that_it_stays() -> None:
    whose = account(PHONE, default_method_id="phone")
    change = methods.choose_default(whose, "phone", at=NOW)
    assert (change.state.is_default_chosen, change.emissions) == (True, ())


def test_another_default_can_be_chosen_after_one_was() -> None:
    whose = account(PHONE, PASSKEY, default_method_id="phone", is_default_chosen=True)
    assert methods.choose_default(whose, "passkey", at=NOW).state.default_method_id == "passkey"


@pytest.mark.parametrize(
    ("held", "came", "default"),
    [
        ("passkey", "phone", "passkey"),
        ("passkey", "authenticatorApp", "passkey"),
        ("authenticatorApp", "passkey", "authenticatorApp"),
        ("softwareOath", "phone", "softwareOath"),
        ("phone", "email", "phone"),
        ("phone", "softwareOath", "new"),
        ("phone", "authenticatorApp", "new"),
        ("phone", "passkey", "new"),
        ("email", "phone", "new"),
        (None, "phone", "new"),
        (None, "email", None),
    ],
)
def test_a_default_gives_way_to_what_is_stronger_and_to_nothing_else(
    held: MethodType | None, came: MethodType, default: str | None
) -> None:
    whose = account(*([method(held)] if held else []), default_method_id=held)
    assert registering.register(whose, *proof_of(came), at=NOW).state.default_method_id == default


def test_a_default_of_before_that_only_gets_people_back_in_stays_where_there_is_no_other() -> None:
    whose = account(method("email"), method("recoveryCodes"), default_method_id="email", is_default_chosen=True)
    change = methods.remove(whose, "recoveryCodes", "person", GroupPolicy(allowed=("email",)), at=NOW)
    assert change.state.default_method_id == "email"


@pytest.mark.parametrize(
    "unfit", [method("securityQuestions", "m"), method("email", "m"), method("phone", "m", state="suspended")]
)
def test_not_every_method_can_be_the_default(unfit: object) -> None:
    with pytest.raises(ProblemError) as refused:
        methods.choose_default(account(unfit), "m", at=NOW)  # type: ignore[arg-type]
    assert refused.value.code == "methodNotAllowedByPolicy"
    assert refused.value.detail == "Only an active app, passkey, hardware token or phone can be the default."
