"""Which methods may be beside which, and how they come, change and go."""

from datetime import timedelta
from itertools import permutations
from typing import Literal

import pytest

from schemas.base import Event, MethodType
from schemas.enrollment import DefaultMethodChanged
from services.enrollment.accounts.domain import conflicts, methods, registering, suspension
from services.enrollment.accounts.domain.account import KEEP_FORMER, Account, Former
from services.enrollment.accounts.domain.record import record_in, record_of
from services.enrollment.challenges.domain.challenge import PhoneType, Registration
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.session import Outcome
from services.kit.decision import Change
from services.kit.errors import (
    MethodAlreadyRegisteredError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    ProblemError,
)
from tests.unit.enrollment.builders import NOW, account, method, proof_of, wizard_session

ANY = GroupPolicy(allowed=("phone", "email"))


def kinds(change: Change[Account]) -> list[str]:
    return [type(emission.event).__name__ for emission in change.emissions]


def refusal(what: object) -> str:
    return what.code if isinstance(what, ProblemError) else "none"


@pytest.mark.parametrize(
    ("phone_type", "on_file", "expected"),
    [
        ("mobile", (), None),
        ("alternateMobile", (), MethodNotAllowedByPolicyError),
        ("alternateMobile", ("mobile",), None),
        ("office", (), None),
        ("mobile", ("mobile",), MethodLimitReachedError),
        ("office", ("office", "mobile"), MethodLimitReachedError),
    ],
)
def test_a_person_has_one_phone_of_each_kind_and_an_alternative_after_a_mobile(
    phone_type: PhoneType, on_file: tuple[PhoneType, ...], expected: type[ProblemError] | None
) -> None:
    whose = account(*(method("phone", one, phone_type=one, destination_hash=one) for one in on_file))
    wanted = Registration(display_name="", phone_type=phone_type, destination_hash="new")
    assert conflicts.conflict_of(whose, "phone", wanted) == expected


def test_the_same_number_or_address_is_not_registered_twice() -> None:
    whose = account(method("phone", phone_type="mobile", destination_hash="h"), method("email", destination_hash="e"))
    again = Registration(display_name="", phone_type="office", destination_hash="h")
    assert conflicts.conflict_of(whose, "phone", again) == MethodAlreadyRegisteredError
    assert conflicts.conflict_of(whose, "email", Registration(display_name="", destination_hash="e")) == (
        MethodAlreadyRegisteredError
    )
    other = Registration(display_name="", destination_hash="x")
    assert conflicts.conflict_of(whose, "email", other) == MethodLimitReachedError


@pytest.mark.parametrize(("kind", "most"), [("authenticatorApp", 5), ("softwareOath", 5), ("passkey", 10)])
def test_one_more_than_the_limit_is_refused(kind: MethodType, most: int) -> None:
    whose = account(*(method(kind, f"m{number}") for number in range(most)))
    wanted = Registration(display_name="")
    assert conflicts.conflict_of(whose, kind, wanted) == MethodLimitReachedError
    assert conflicts.conflict_of(whose, kind, wanted, but=["m0"]) is None


def test_a_suspended_method_makes_room_and_goes_when_another_comes() -> None:
    whose = account(method("phone", "old", phone_type="mobile", destination_hash="o", state="suspended"))
    challenge, registration = proof_of("phone", phone_type="mobile", destination_hash="n")
    change = registering.register(whose, challenge, registration, at=NOW)
    assert kinds(change) == ["MethodRegistered", "MethodRemoved", "DefaultMethodChanged"]
    assert [one.id for one in change.state.methods] == ["new"]


def test_a_changed_number_keeps_the_id_and_the_old_one_can_come_back() -> None:
    whose = account(method("phone", phone_type="mobile", destination_hash="old", display_name="+44 old"))
    challenge, registration = proof_of(
        "phone", "phone", phone_type="mobile", destination_hash="new", display_name="+44 new", changes="phone"
    )
    change = registering.register(whose, challenge, registration, at=NOW)
    assert kinds(change) == ["MethodChanged"]
    assert [(one.id, one.display_name) for one in change.state.methods] == [("phone", "+44 new")]
    back = suspension.restore(change.state, "phone", "person", at=NOW)
    assert [(one.id, one.display_name) for one in back.state.methods] == [("phone", "+44 old")]


def test_a_new_phone_takes_the_place_of_the_old_one_in_one_write() -> None:
    whose = account(*(method("authenticatorApp", f"m{number}") for number in range(5)), default_method_id="m0")
    challenge, registration = proof_of("authenticatorApp", replaces="m0", is_lost=True)
    change = registering.register(whose, challenge, registration, at=NOW)
    assert kinds(change) == ["MethodRegistered", "MethodRemoved", "DefaultMethodChanged"]
    assert [one.id for one in change.state.methods] == ["m1", "m2", "m3", "m4", "new"]
    with pytest.raises(ProblemError) as refused:
        suspension.restore(change.state, "m0", "person", at=NOW)
    assert refused.value.code == "unknownMethod"


def test_new_recovery_codes_replace_the_old_ones() -> None:
    whose = account(method("recoveryCodes", "old", codes_left=2))
    challenge, registration = proof_of("recoveryCodes", codes_left=10)
    change = registering.register(whose, challenge, registration, at=NOW)
    assert [(one.id, one.codes_left) for one in change.state.methods] == [("new", 10)]


@pytest.mark.parametrize(
    ("policy", "on_file", "removed", "expected"),
    [
        (GroupPolicy(required=("phone",)), ("phone", "email"), "phone", "lastRequiredMethod"),
        (GroupPolicy(required=("phone",)), ("phone", "email"), "email", "none"),
        (
            GroupPolicy(number=2, allowed=("phone", "email", "passkey")),
            ("phone", "email"),
            "email",
            "lastRequiredMethod",
        ),
        (GroupPolicy(number=2, allowed=("phone", "email", "passkey")), ("phone", "email", "passkey"), "email", "none"),
        (
            GroupPolicy(required=("authenticatorApp",), allowed=("softwareOath",)),
            ("authenticatorApp", "softwareOath"),
            "authenticatorApp",
            "none",
        ),
        (ANY, ("phone",), "phone", "none"),
    ],
)
def test_the_last_required_method_stays(
    policy: GroupPolicy, on_file: tuple[MethodType, ...], removed: str, expected: str
) -> None:
    whose = account(*(method(kind) for kind in on_file))
    try:
        outcome: object = methods.remove(whose, removed, "person", policy, at=NOW)
    except ProblemError as problem:
        outcome = problem
    assert refusal(outcome) == expected


def test_a_removed_method_comes_back_within_a_week_unless_it_was_lost() -> None:
    whose = account(method("phone", phone_type="mobile", destination_hash="h"))
    gone = methods.remove(whose, "phone", "person", ANY, at=NOW).state
    assert kinds(suspension.restore(gone, "phone", "administrator", at=NOW + KEEP_FORMER - timedelta(seconds=1))) == [
        "MethodRestored",
        "DefaultMethodChanged",
    ]
    for state, at in (
        (gone, NOW + KEEP_FORMER),
        (methods.remove(whose, "phone", "lostOrStolen", ANY, at=NOW).state, NOW),
    ):
        with pytest.raises(ProblemError) as refused:
            suspension.restore(state, "phone", "person", at=at)
        assert refused.value.code == "unknownMethod"


def test_a_number_that_was_changed_and_then_lost_never_comes_back() -> None:
    whose = account(method("phone", phone_type="mobile", destination_hash="a"))
    challenge, registration = proof_of("phone", "phone", phone_type="mobile", destination_hash="b", changes="phone")
    changed = registering.register(whose, challenge, registration, at=NOW).state
    lost = methods.remove(changed, "phone", "lostOrStolen", ANY, at=NOW).state
    assert refusal_of(lost, "phone") == "unknownMethod"


def refusal_of(state: Account, method_id: str, by: Literal["person", "administrator"] = "person") -> str:
    try:
        suspension.restore(state, method_id, by, at=NOW)
    except ProblemError as problem:
        return problem.code
    return "none"


def test_what_was_replaced_comes_back_by_an_administrator_alone() -> None:
    whose = account(method("authenticatorApp", "old"))
    challenge, registration = proof_of("authenticatorApp", replaces="old")
    replaced = registering.register(whose, challenge, registration, at=NOW).state
    assert refusal_of(replaced, "old") == "unknownMethod"
    assert refusal_of(replaced, "old", "administrator") == "none"


def test_a_disabled_method_a_pass_and_a_second_set_of_codes_do_not_come_back() -> None:
    never: list[tuple[MethodType, str]] = [("phone", "disabled"), ("temporaryAccessPass", "active")]
    for kind, state in never:
        whose = account(method(kind, "m", state=state))
        assert refusal_of(methods.remove(whose, "m", "administrator", ANY, at=NOW).state, "m") == "unknownMethod"
    gone = methods.remove(account(method("recoveryCodes", "first")), "first", "person", ANY, at=NOW).state
    challenge, registration = proof_of("recoveryCodes", "second")
    both = registering.register(gone, challenge, registration, at=NOW).state
    assert refusal_of(both, "first") == "methodLimitReached"


def test_what_takes_the_place_of_the_default_is_the_default() -> None:
    apps = [method("authenticatorApp", name) for name in ("m0", "m1")]
    challenge, registration = proof_of("authenticatorApp", replaces="m1")
    change = registering.register(account(*apps, default_method_id="m1"), challenge, registration, at=NOW)
    assert change.state.default_method_id == "new"
    (told,) = [one.event for one in change.emissions if isinstance(one.event, DefaultMethodChanged)]
    assert (told.method_id, told.previous_method_id) == ("new", "m1")


def test_only_who_holds_a_method_can_have_it_suspended() -> None:
    whose = account(method("phone"))
    challenge, _ = proof_of("phone", "phone")
    told = suspension.report_suspicious(whose, challenge, at=NOW, by_holder=False)
    assert (kinds(told), told.state.active_types) == (["SuspiciousActivityReported"], ("phone",))
    assert suspension.report_suspicious(whose, challenge, at=NOW, by_holder=True).state.active_types == ()


def test_nothing_is_registered_for_somebody_who_was_erased() -> None:
    erased = methods.erase(account(method("phone")), at=NOW).state
    challenge, registration = proof_of("phone")
    assert registering.register(erased, challenge, registration, at=NOW).state == erased


@pytest.mark.parametrize(("outcome", "registered"), [(None, True), ("expired", True), ("cancelled", False)])
def test_who_left_or_was_put_out_of_a_session_registers_nothing_in_it(
    outcome: Outcome | None, *, registered: bool
) -> None:
    """ "This wasn't me", and whoever ends sessions, end what waits in them too."""
    challenge, registration = proof_of("phone")
    asked = challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"session_id": "s1"})})
    whose = account().model_copy(update={"sessions": (wizard_session(outcome=outcome),)})
    after = registering.register(whose, asked, registration, at=NOW).state
    assert (after.method(asked.method_id) is not None) is registered


def test_a_chosen_default_stays_until_it_goes() -> None:
    whose = account(method("authenticatorApp"), method("phone"), default_method_id="authenticatorApp")
    chosen = methods.choose_default(whose, "phone", at=NOW).state
    assert chosen.default_method_id == "phone"
    challenge, registration = proof_of("authenticatorApp")
    grown = registering.register(chosen, challenge, registration, at=NOW).state
    assert grown.default_method_id == "phone"
    less = methods.remove(grown, "phone", "person", ANY, at=NOW).state
    assert less.default_method_id == "authenticatorApp"
    assert not less.is_default_chosen


def test_this_was_not_me_suspends_and_ends_and_tells() -> None:
    whose = account(method("phone"), default_method_id="phone")
    change = suspension.repudiate(whose, "phone", "n1", at=NOW)
    assert kinds(change) == ["MethodSuspended", "DefaultMethodChanged", "SuspiciousActivityReported"]
    assert change.state.active_types == ()


def test_a_suspended_method_proves_nothing() -> None:
    challenge, _ = proof_of("phone", "phone")
    assert registering.prove(account(method("phone")), challenge, None, at=NOW).state.methods[0].last_used_at == NOW
    suspended = account(method("phone", state="suspended"))
    assert registering.prove(suspended, challenge, None, at=NOW).state == suspended


def test_an_erased_account_keeps_ids_and_its_number_of_events_alone() -> None:
    whose = account(method("phone"), sequence=7)
    erased = methods.erase(whose, at=NOW).state
    assert (erased.sequence, erased.methods, erased.profile.user_principal_name) == (8, (), "")
    with pytest.raises(ProblemError) as refused:
        methods.erase(erased, at=NOW)
    assert refused.value.code == "unknownUser"


@pytest.mark.parametrize("order", list(permutations(["change", "suspend", "rename", "default", "remove"], 3)))
def test_the_events_of_any_history_give_the_record(order: tuple[str, ...]) -> None:
    state, events = account(), list[Event]()
    bound: list[tuple[MethodType, str, PhoneType | None]] = [
        ("phone", "a", "mobile"),
        ("passkey", "b", None),
        ("authenticatorApp", "c", None),
    ]
    for kind, name, phone_type in bound:
        challenge, registration = proof_of(kind, name, destination_hash=name, phone_type=phone_type)
        change = registering.register(state, challenge, registration, at=NOW)
        state, events = change.state, [*events, *(one.event for one in change.emissions)]
    challenge, registration = proof_of(
        "phone", "a", destination_hash="z", phone_type="mobile", changes="a", display_name="z"
    )
    steps = {
        "change": lambda: registering.register(state, challenge, registration, at=NOW),
        "suspend": lambda: suspension.suspend(state, "c", "reported", "x", at=NOW),
        "rename": lambda: methods.rename(state, "b", "Mine", at=NOW),
        "default": lambda: methods.choose_default(state, "b", at=NOW),
        "remove": lambda: methods.remove(state, "a", "person", ANY, at=NOW),
    }
    for step in order:
        change = steps[step]()
        state, events = change.state, [*events, *(one.event for one in change.emissions)]
    assert record_of(events).on_file == record_in(state)
    assert not any(getattr(event, "display_name", None) for event in events)


def test_what_a_method_was_at_a_moment() -> None:
    earlier = NOW - timedelta(days=1)
    renumbered = method("phone", display_name="••02")
    former = Former(method=method("phone", display_name="••01"), reason="changed", until=NOW + KEEP_FORMER)
    changed = account(renumbered, former=(former,))
    assert [changed.as_of("phone", at) for at in (earlier, NOW)] == [former.method, renumbered]
    gone = changed.model_copy(update={"methods": ()})
    assert [gone.as_of("phone", at) for at in (earlier, NOW)] == [former.method, former.method]
    assert gone.as_of("email", NOW) is None
