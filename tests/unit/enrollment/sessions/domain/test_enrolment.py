"""The walk of an enrolment: how its session begins, moves on with each verdict, and ends."""

from datetime import timedelta

import pytest

from schemas.base import MethodType
from schemas.enrollment import EnrollmentCancelled
from services.enrollment.accounts.domain import registering
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.policies.domain.policy import missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import lifecycle, steps
from services.enrollment.sessions.domain.session import KEEP_ENDED_SESSIONS, LONGEST_SESSION, SESSION_LIFE, Session
from services.kit.decision import Change
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, proof_of

REGISTRATION = Registration(display_name="+44 •••• ••0142", phone_type="mobile", delivery="sms")


def session() -> Session:
    return Session(
        id="s1",
        intent="signIn",
        decision="register",
        plan=("phone",),
        cookie_hash="h",
        return_url="http://127.0.0.1:8010/return",
        started_at=NOW,
        expires_at=NOW + SESSION_LIFE,
    )


def account() -> Account:
    return Account(
        tenant="northbridge",
        user="sam",
        profile=Profile(user_principal_name="sam@northbridge.example", display_name="Sam"),
        created_at=NOW,
    )


def started() -> Account:
    return lifecycle.start_session(account(), session(), at=NOW).state


def asked() -> Challenge:
    challenge, _ = proof_of("phone", "m1")
    terms = challenge.terms.model_copy(update={"session_id": "s1"})
    return challenge.model_copy(update={"terms": terms})


def waiting() -> Account:
    moved = lifecycle.move_session(
        started(), "s1", lambda one: steps.wait_for_proof(one, asked(), "phone.code"), at=NOW
    )
    return moved.state


def kinds(change: Change[Account]) -> list[str]:
    return [type(emission.event).__name__ for emission in change.emissions]


def test_a_ticket_starts_a_session_once() -> None:
    change = lifecycle.start_session(account(), session(), at=NOW)
    assert kinds(change) == ["EnrollmentStarted", "EnrollmentStepReached"]
    with pytest.raises(ProblemError) as refused:
        lifecycle.start_session(change.state, session(), at=NOW)
    assert refused.value.code == "ticketUsed"


def test_lifecycle_events_of_a_person_are_numbered_without_gaps() -> None:
    change = registering.register(waiting(), asked(), REGISTRATION, at=NOW)
    numbers = [emission.sequence for emission in change.emissions]
    assert numbers == list(range(waiting().sequence + 1, waiting().sequence + 1 + len(numbers)))
    assert change.state.sequence == numbers[-1]


def test_a_verdict_registers_the_method_once_and_moves_the_session() -> None:
    change = registering.register(waiting(), asked(), REGISTRATION, at=NOW)
    assert kinds(change) == ["MethodRegistered", "DefaultMethodChanged", "EnrollmentStepReached"]
    assert change.state.active_types == ("phone",)
    assert change.state.default_method_id == "m1"
    reached = change.state.session("s1")
    assert reached is not None
    assert reached.step == "phone.verified"
    assert not registering.register(change.state, asked(), REGISTRATION, at=NOW).emissions


def test_a_verdict_of_an_earlier_challenge_registers_but_moves_no_session() -> None:
    change = registering.register(started(), asked(), REGISTRATION, at=NOW)
    assert kinds(change) == ["MethodRegistered", "DefaultMethodChanged"]


def test_a_second_proof_of_the_same_phone_registers_nothing_and_the_session_goes_on() -> None:
    proven = REGISTRATION.model_copy(update={"destination_hash": "h"})
    first = registering.register(waiting(), asked(), proven, at=NOW).state
    terms = asked().terms.model_copy(update={"challenge_id": "c2", "method_id": "m2", "session_id": "s2"})
    second = asked().model_copy(update={"id": "c2", "terms": terms})
    with_second = lifecycle.start_session(first, session().model_copy(update={"id": "s2"}), at=NOW).state
    ready = lifecycle.move_session(
        with_second, "s2", lambda one: steps.wait_for_proof(one, second, "phone.code"), at=NOW
    ).state
    change = registering.register(ready, second, proven, at=NOW)
    assert kinds(change) == ["EnrollmentStepReached"]
    assert [method.id for method in change.state.methods] == ["m1"]


def test_a_verdict_for_a_session_that_was_left_registers_nothing() -> None:
    cancelled = lifecycle.end_session(waiting(), "s1", "cancelled", at=NOW).state
    assert registering.register(cancelled, asked(), REGISTRATION, at=NOW).state == cancelled


def test_a_cancelled_enrolment_tells_what_was_set_up() -> None:
    registered = registering.register(waiting(), asked(), REGISTRATION, at=NOW).state
    (told,) = lifecycle.end_session(registered, "s1", "cancelled", at=NOW).emissions
    assert told.event == EnrollmentCancelled(session_id="s1", reason="cancelled", methods=("phone",), cancelled_at=NOW)


def test_done_on_the_last_method_completes_the_enrolment() -> None:
    registered = registering.register(waiting(), asked(), REGISTRATION, at=NOW).state
    change = lifecycle.move_session(registered, "s1", lambda one: steps.go_on(registered, one), at=NOW)
    assert kinds(change) == ["EnrollmentStepReached", "EnrollmentCompleted"]
    ended = change.state.session("s1")
    assert ended is not None
    assert (ended.step, ended.outcome) == ("success", "completed")


def test_acting_extends_a_session_and_an_ended_one_takes_no_action() -> None:
    later = NOW + timedelta(minutes=10)
    moved = lifecycle.move_session(started(), "s1", lambda one: one, at=later).state
    assert moved.next_deadline == later + SESSION_LIFE
    with pytest.raises(ProblemError) as refused:
        lifecycle.move_session(started(), "s1", lambda one: one, at=NOW + SESSION_LIFE)
    assert refused.value.code == "sessionEnded"


def test_a_session_lives_as_long_as_it_was_given_at_its_beginning() -> None:
    short = lifecycle.start_session(account(), session().model_copy(update={"life_minutes": 5}), at=NOW).state
    moved = lifecycle.move_session(short, "s1", lambda one: one, at=NOW + timedelta(minutes=4)).state
    assert moved.next_deadline == NOW + timedelta(minutes=9)


@pytest.mark.parametrize(
    ("fields", "plan", "allowed", "step"),
    [
        ({"step": "phone"}, ("phone", "email"), ("phone", "email"), "phone"),
        ({"step": "phone"}, ("email",), ("phone", "email"), "email"),
        ({"step": "phone"}, (), ("phone",), "success"),
        ({"step": "phone.code"}, ("email",), ("phone", "email"), "phone.code"),
        ({"step": "phone.code"}, ("email",), ("email",), "email"),
        ({"step": "phone.verified"}, ("email",), ("email",), "phone.verified"),
        ({"step": "prompt"}, ("email",), ("email",), "prompt"),
        ({"step": "phone", "intent": "manage"}, ("email",), ("email",), "phone"),
        ({"step": "confirm", "decision": "reconfirm"}, ("email",), ("email",), "confirm"),
    ],
)
def test_a_policy_that_changed_leads_on_from_what_is_not_wanted_any_more(
    fields: dict[str, object], plan: tuple[MethodType, ...], allowed: tuple[MethodType, ...], step: str
) -> None:
    followed = steps.follow(account(), session().model_copy(update=fields), plan, allowed)
    assert followed.step == step
    assert followed.plan == (plan if "intent" not in fields and "decision" not in fields else ("phone",))


def test_a_session_ends_after_an_hour_whatever_the_person_does() -> None:
    state = started()
    for minutes in range(10, 60, 10):
        state = lifecycle.move_session(state, "s1", lambda one: one, at=NOW + timedelta(minutes=minutes)).state
    assert state.next_deadline == NOW + LONGEST_SESSION


def test_the_slower_of_two_numbers_is_asked_for_anew() -> None:
    other = REGISTRATION.model_copy(update={"destination_hash": "other"})
    mobile = Method(id="m0", type="phone", display_name="x", phone_type="mobile", destination_hash="h", created_at=NOW)
    change = registering.register(waiting().model_copy(update={"methods": (mobile,)}), asked(), other, at=NOW)
    assert kinds(change) == ["EnrollmentStepReached"]
    session = change.state.session("s1")
    assert session is not None
    assert (session.step, session.registered, session.proof) == ("phone", (), None)


def test_an_overdue_session_ends_once_and_a_completed_one_stays_completed() -> None:
    change = lifecycle.end_overdue_sessions(started(), at=NOW + SESSION_LIFE)
    assert [one.event for one in change.emissions] == [
        EnrollmentCancelled(session_id="s1", reason="expired", cancelled_at=NOW + SESSION_LIFE)
    ]
    assert change.state.next_deadline == NOW + SESSION_LIFE + KEEP_ENDED_SESSIONS
    assert not lifecycle.end_session(change.state, "s1", "cancelled", at=NOW).emissions


def test_looking_back_never_skips_a_step() -> None:
    at_code = waiting().session("s1")
    assert at_code is not None
    assert steps.shown_step(at_code, "phone") == "phone"
    assert steps.shown_step(at_code, "success") == "phone.code"
    assert steps.shown_step(session(), "phone.code") == "prompt"


def test_what_is_on_file_is_not_asked_again() -> None:
    policy = GroupPolicy(required=("phone", "authenticatorApp"))
    assert missing_methods(policy, ()) == ("authenticatorApp", "phone")
    on_file: tuple[MethodType, ...] = ("authenticatorApp",)
    assert missing_methods(policy, on_file) == ("phone",)
