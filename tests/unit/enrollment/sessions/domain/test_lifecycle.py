"""What a proof changes in the session that waited for it, and how sessions end."""

from datetime import datetime, timedelta

import pytest

from schemas.base import Event
from schemas.enrollment import (
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentSkipped,
    EnrollmentStarted,
    EnrollmentStepReached,
    SecurityInfoConfirmed,
)
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.account import Account, PutOff
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.interrupts.domain.interrupt import TICKET_LIFE
from services.enrollment.policies.domain.requirements import GroupPolicy, Skip
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.domain.session import (
    KEEP_ENDED_SESSIONS,
    SESSION_LIFE,
    Draft,
    RecentProof,
    Session,
    Verifying,
)
from services.kit.decision import Change, Emission
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW, account, method, proof_of, wizard_session

LATER = NOW + timedelta(minutes=1)
END = NOW + timedelta(minutes=15)
SECOND = timedelta(seconds=1)
PROVEN = RecentProof(method_id="new", method_type="phone", at=LATER)
SKIPPABLE = GroupPolicy(required=("phone",), skip=Skip(count=3, days=14))


def _challenge(**terms: object) -> Challenge:
    challenge, _ = proof_of("phone")
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"session_id": "s1", **terms})})


def _waiting(step: str = "phone.code", **fields: object) -> Session:
    return wizard_session(step=step, requested=_challenge(), **fields)


def _held(*held: Session, **fields: object) -> Account:
    return account(method("email"), sessions=held, **fields)


def _told(event: Event, sequence: int = 1, session: str = "s1") -> Emission:
    return Emission(LIFECYCLE, event, "northbridge", "sam", session, sequence)


def _reached(step: str) -> EnrollmentStepReached:
    return EnrollmentStepReached(session_id="s1", step=step, reached_at=LATER)


# Begin


def test_nobody_begins_for_a_person_who_was_erased() -> None:
    with pytest.raises(ProblemError) as refused:
        lifecycle.start_session(account(erased_at=NOW), wizard_session(), at=NOW)
    assert refused.value.code == "ticketExpired"


def test_the_beginning_and_the_first_step_are_told() -> None:
    change = lifecycle.start_session(account(), wizard_session(), at=LATER)
    started = EnrollmentStarted(
        session_id="s1", intent="signIn", decision="register", required=("phone",), started_at=LATER
    )
    assert change.emissions == (_told(started), _told(_reached("prompt"), 2))
    assert change.state == account(sessions=(wizard_session(),), sequence=2, next_deadline=END)


def test_the_days_of_a_nudge_count_from_the_first_one() -> None:
    nudged = lifecycle.start_session(account(), wizard_session(decision="nudge"), at=LATER).state
    assert nudged.put_off == PutOff(since=LATER)
    assert lifecycle.start_session(account(), wizard_session(), at=LATER).state.put_off is None


def test_an_ended_session_is_kept_for_an_hour() -> None:
    hour = timedelta(hours=1)
    ended = wizard_session(id="s0", outcome="cancelled", ended_at=NOW)
    kept = lifecycle.start_session(_held(ended), wizard_session(), at=NOW + hour - timedelta(seconds=1)).state
    assert [one.id for one in kept.sessions] == ["s0", "s1"]
    later = lifecycle.start_session(_held(ended), wizard_session(), at=NOW + hour).state
    assert [one.id for one in later.sessions] == ["s1"]


def test_the_sweep_forgets_what_ended_an_hour_ago() -> None:
    ended = wizard_session(id="s0", outcome="cancelled", ended_at=NOW)
    held = _held(ended, wizard_session(expires_at=NOW + 2 * KEEP_ENDED_SESSIONS))
    early = lifecycle.end_overdue_sessions(held, at=NOW + KEEP_ENDED_SESSIONS - SECOND).state
    assert [one.id for one in early.sessions] == ["s0", "s1"]
    assert early.next_deadline == NOW + KEEP_ENDED_SESSIONS
    later = lifecycle.end_overdue_sessions(held, at=NOW + KEEP_ENDED_SESSIONS).state
    assert [one.id for one in later.sessions] == ["s1"]
    assert later.next_deadline == NOW + 2 * KEEP_ENDED_SESSIONS


def _attempts(account: Account, count: int, *, every: timedelta) -> tuple[Account, datetime]:
    """So many sessions, each begun and left at once."""
    at = NOW
    for number in range(count):
        at = NOW + number * every
        session = wizard_session(id=f"x{number}", started_at=at, expires_at=at + SESSION_LIFE)
        begun = lifecycle.start_session(account, session, at=at).state
        account = lifecycle.end_session(begun, session.id, "cancelled", at=at).state
    return account, at


def test_however_often_somebody_begins_the_account_stays_small() -> None:
    held, _ = _attempts(account(), 400, every=timedelta(seconds=8))
    assert len(held.sessions) == lifecycle.MOST_SESSIONS
    assert held.sessions[-1].id == "x399"
    assert len(held.model_dump_json()) < 50_000


def test_a_session_whose_ticket_may_still_be_presented_is_not_forgotten_for_another() -> None:
    held, at = _attempts(account(), lifecycle.MOST_SESSIONS, every=SECOND)
    with pytest.raises(ProblemError) as refused:
        lifecycle.start_session(held, wizard_session(), at=at)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "60"})
    assert lifecycle.start_session(held, wizard_session(), at=NOW + TICKET_LIFE).state.session("x0") is None


# What a proof changes


def test_a_registration_moves_the_session_that_waited_for_it() -> None:
    draft = Draft(method_id="new", type="phone", sealed="k1.sealed")
    update = lifecycle.after_registration(AccountUpdate(_held(_waiting(draft=draft))), _challenge(), at=LATER)
    moved = _waiting("phone.verified", registered=("new",), proof=PROVEN)
    assert update.account == _held(moved, sequence=1)
    assert update.emissions == (_told(_reached("phone.verified")),)


def test_the_first_proof_of_a_session_stays() -> None:
    earlier = RecentProof(method_id="m0", method_type="email", at=NOW)
    update = lifecycle.after_registration(AccountUpdate(_held(_waiting(proof=earlier))), _challenge(), at=LATER)
    assert update.account.sessions[0].proof == earlier


@pytest.mark.parametrize("kind", ["securityQuestions", "recoveryCode", "temporaryAccessPass"])
def test_what_was_only_chosen_or_handed_out_proves_nothing(kind: str) -> None:
    challenge = _challenge(kind=kind)
    update = lifecycle.after_registration(AccountUpdate(_held(_waiting())), challenge, at=LATER)
    assert update.account.sessions[0].proof is None


@pytest.mark.parametrize(
    "session",
    [
        _waiting("phone.verified"),
        _waiting(outcome="cancelled"),
        wizard_session(step="phone.code"),
        _waiting().model_copy(update={"requested": _challenge().model_copy(update={"id": "c-other"})}),
        _waiting(id="s2"),
    ],
)
def test_a_registration_moves_no_other_session(session: Session) -> None:
    before = AccountUpdate(_held(session))
    assert lifecycle.after_registration(before, _challenge(), at=LATER) == before


def test_where_something_else_took_the_place_the_method_is_set_up_again() -> None:
    update = lifecycle.start_again(AccountUpdate(_held(_waiting())), _challenge(), at=LATER)
    assert update.account == _held(wizard_session(step="phone"), sequence=1)
    assert update.emissions == (_told(_reached("phone")),)


def test_nobody_is_sent_back_who_did_not_wait() -> None:
    before = AccountUpdate(_held(wizard_session(step="email")))
    assert lifecycle.start_again(before, _challenge(), at=LATER) == before


def test_a_proof_lets_the_session_go_on() -> None:
    update = lifecycle.after_proof(
        AccountUpdate(_held(_waiting("prove", after_proof="manage"))), _challenge(), at=LATER
    )
    assert update.account == _held(wizard_session(step="manage", proof=PROVEN), sequence=1)
    assert update.emissions == (_told(_reached("manage")),)


def test_a_proof_without_a_wish_leads_to_what_is_not_on_file() -> None:
    waiting = _waiting("prove", plan=("email", "phone"))
    update = lifecycle.after_proof(AccountUpdate(_held(waiting)), _challenge(), at=LATER)
    assert update.account.sessions[0].step == "phone"


def test_a_proof_for_which_nobody_waits_changes_no_session() -> None:
    before = AccountUpdate(_held(wizard_session()))
    assert lifecycle.after_proof(before, _challenge(), at=LATER) == before
    assert lifecycle.after_proof(before, _challenge(session_id=None), at=LATER) == before


def test_a_proof_for_a_platform_is_told_to_nobody_else() -> None:
    verifying = Verifying(client_id="shop", purpose="signIn")
    update = lifecycle.after_proof(AccountUpdate(_held(_waiting("prove", verifying=verifying))), _challenge(), at=LATER)
    (session,) = update.account.sessions
    assert session.verifying == verifying.model_copy(update={"proven": ("phone",)})
    assert (session.outcome, session.ended_at, update.emissions) == ("completed", LATER, ())


def test_a_verification_that_has_ended_takes_no_proof() -> None:
    verifying = Verifying(client_id="shop", purpose="signIn")
    before = AccountUpdate(_held(_waiting("prove", verifying=verifying, outcome="cancelled")))
    assert lifecycle.after_proof(before, _challenge(), at=LATER) == before


# End


def test_a_session_that_is_left_is_told_with_what_is_on_file() -> None:
    change = lifecycle.end_session(_held(wizard_session()), "s1", "cancelled", at=LATER)
    event = EnrollmentCancelled(session_id="s1", reason="cancelled", methods=("email",), cancelled_at=LATER)
    assert change.emissions == (_told(event),)
    left = wizard_session(outcome="cancelled", ended_at=LATER)
    assert change.state == _held(left, sequence=1, next_deadline=LATER + KEEP_ENDED_SESSIONS)


def test_what_is_gone_or_over_is_not_ended_again() -> None:
    for held in (_held(), _held(wizard_session(outcome="skipped"))):
        assert lifecycle.end_session(held, "s1", "expired", at=LATER) == Change(held)


def test_every_open_session_of_a_person_can_be_ended_at_once() -> None:
    over = wizard_session(id="s0", outcome="completed")
    update = lifecycle.end_all(AccountUpdate(_held(over, wizard_session(), wizard_session(id="s2"))), at=LATER)
    assert [(one.id, one.outcome, one.ended_at) for one in update.account.sessions] == [
        ("s0", "completed", None),
        ("s1", "cancelled", LATER),
        ("s2", "cancelled", LATER),
    ]
    assert [one.correlation_id for one in update.emissions] == ["s1", "s2"]


def test_a_nudge_that_is_left_counts_as_a_skip() -> None:
    before = PutOff(since=NOW, skips=1)
    change = lifecycle.end_session(_held(wizard_session(decision="nudge"), put_off=before), "s1", "expired", at=LATER)
    assert change.state.put_off == PutOff(since=NOW, skips=2, last_skip_at=LATER)
    change = lifecycle.end_session(_held(wizard_session(), put_off=before), "s1", "expired", at=LATER)
    assert change.state.put_off == before


def test_a_skip_is_told_with_what_is_left_and_on_file() -> None:
    held = _held(wizard_session(decision="nudge"), put_off=PutOff(since=NOW))
    change = lifecycle.skip_session(held, "s1", SKIPPABLE, at=LATER)
    event = EnrollmentSkipped(
        session_id="s1",
        skips_left=2,
        required_on=NOW + timedelta(days=14),
        methods=("email",),
        skipped_at=LATER,
    )
    assert change.emissions == (_told(event),)
    ended = wizard_session(decision="nudge", outcome="skipped", ended_at=LATER)
    put_off, forgotten_at = PutOff(since=NOW, skips=1, last_skip_at=LATER), LATER + KEEP_ENDED_SESSIONS
    assert change.state == _held(ended, put_off=put_off, sequence=1, next_deadline=forgotten_at)


def test_who_must_register_cannot_skip() -> None:
    held = _held(wizard_session())
    assert lifecycle.skip_session(held, "s1", SKIPPABLE, at=LATER) == Change(held)


def test_a_confirmation_is_told_and_completes() -> None:
    change = lifecycle.confirm(_held(wizard_session(step="confirm", plan=())), "s1", at=LATER)
    confirmed = SecurityInfoConfirmed(session_id="s1", methods=("email",), confirmed_at=LATER)
    completed = EnrollmentCompleted(session_id="s1", methods=("email",), completed_at=LATER)
    assert change.emissions == (_told(confirmed), _told(completed, 2))
    ended = wizard_session(step="confirm", plan=(), outcome="completed", ended_at=LATER)
    forgotten_at = LATER + KEEP_ENDED_SESSIONS
    assert change.state == _held(ended, confirmed_at=LATER, sequence=2, next_deadline=forgotten_at)


def test_only_who_was_asked_confirms() -> None:
    held = _held(wizard_session(step="phone"))
    assert lifecycle.confirm(held, "s1", at=LATER) == Change(held)


@pytest.mark.parametrize(("plan", "put_off"), [(("phone",), None), ((), PutOff(since=NOW))])
def test_nothing_is_put_off_any_more_once_a_plan_is_done(plan: tuple[str, ...], put_off: PutOff | None) -> None:
    held = _held(wizard_session(step="phone.verified", plan=plan), put_off=PutOff(since=NOW))
    done = {"step": "success", "outcome": "completed"}
    change = lifecycle.move_session(held, "s1", lambda one: one.model_copy(update=done), at=LATER)
    assert change.state.put_off == put_off
    (session,) = change.state.sessions
    assert session.ended_at == LATER


@pytest.mark.parametrize(
    ("step", "outcome", "is_open"),
    [
        ("phone", None, True),
        ("success", "completed", True),
        ("confirm", "completed", False),
        ("success", "cancelled", False),
        ("phone", "skipped", False),
    ],
)
def test_success_can_be_looked_at_until_the_session_expires(step: str, outcome: str | None, *, is_open: bool) -> None:
    session = wizard_session(step=step, outcome=outcome)
    assert session.is_open(LATER) is is_open
    assert not session.is_open(END)
