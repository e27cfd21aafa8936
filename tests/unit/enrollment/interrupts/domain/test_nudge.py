"""How far a person may put off what is missing, and when they are asked whether all is still right."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.enrollment import Decision, EnrollmentCancelled, EnrollmentCompleted, EnrollmentSkipped
from services.enrollment.accounts.domain import registering
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.interrupts.domain import nudge
from services.enrollment.policies.domain.requirements import GroupPolicy, Skip
from services.enrollment.sessions.domain import lifecycle, steps
from services.enrollment.sessions.domain.session import SESSION_LIFE, Session
from tests.unit.enrollment.builders import NOW, account, method, proof_of

THREE = GroupPolicy(number=1, allowed=("phone",), skip=Skip(count=3, days=14, snooze_days=0))
A_DAY = timedelta(days=1)


def session(name: str, at: datetime = NOW, decision: Decision = "nudge", **fields: object) -> Session:
    made = Session(
        id=name,
        intent="signIn",
        decision=decision,
        plan=("phone",),
        cookie_hash="h",
        return_url="http://127.0.0.1:8010/return",
        started_at=at,
        expires_at=at + SESSION_LIFE,
    )
    return made.model_copy(update=fields)


def nudged(person: Account, name: str, at: datetime = NOW) -> Account:
    return lifecycle.start_session(person, session(name, at), at=at).state


def put_off(person: Account, name: str, at: datetime = NOW, policy: GroupPolicy = THREE) -> Account:
    return lifecycle.skip_session(nudged(person, name, at), name, policy, at=at).state


def left(person: Account, at: datetime = NOW, policy: GroupPolicy = THREE) -> int:
    given_leeway = nudge.leeway(person, policy, at=at)
    assert given_leeway
    return given_leeway.left


def test_three_skips_and_then_it_is_required() -> None:
    person = account()
    for name in ("s1", "s2", "s3"):
        assert nudge.decision_for(person, THREE, at=NOW) == "nudge"
        person = put_off(person, name)
    assert nudge.decision_for(person, THREE, at=NOW) == "register"


def test_a_skip_tells_what_is_left_and_from_when_on_it_is_required() -> None:
    change = lifecycle.skip_session(nudged(account(), "s1"), "s1", THREE, at=NOW + timedelta(minutes=1))
    assert [emission.event for emission in change.emissions] == [
        EnrollmentSkipped(
            session_id="s1", skips_left=2, required_on=NOW + 14 * A_DAY, skipped_at=NOW + timedelta(minutes=1)
        )
    ]
    ended = change.state.session("s1")
    assert ended
    assert (ended.outcome, ended.ended_at) == ("skipped", NOW + timedelta(minutes=1))


def test_the_days_count_from_the_first_prompt() -> None:
    person = put_off(account(), "s1")
    assert nudge.decision_for(person, THREE, at=NOW + 14 * A_DAY - timedelta(seconds=1)) == "nudge"
    assert nudge.decision_for(person, THREE, at=NOW + 14 * A_DAY) == "register"


def test_the_hard_date_wins_where_it_is_earlier() -> None:
    soon = GroupPolicy(required=("phone",), skip=Skip(count=3, days=14, required_on=date(2026, 11, 26)))
    assert nudge.decision_for(account(), soon, at=datetime(2026, 11, 25, 23, 59, tzinfo=UTC)) == "nudge"
    assert nudge.decision_for(account(), soon, at=datetime(2026, 11, 26, tzinfo=UTC)) == "register"


@pytest.mark.parametrize(
    "policy",
    [
        GroupPolicy(required=("phone",)),
        GroupPolicy(required=("phone",), skip=Skip(count=0, days=14)),
        GroupPolicy(required=("phone",), skip=Skip(count=3, days=0)),
    ],
    ids=["nothing said", "no skips", "no days"],
)
def test_nobody_is_nudged_where_policy_allows_no_skip(policy: GroupPolicy) -> None:
    assert nudge.decision_for(account(), policy, at=NOW) == "register"


@given(
    st.builds(
        Skip,
        count=st.integers(0, 3),
        days=st.integers(0, 14),
        required_on=st.none() | st.dates(date(2026, 11, 20), date(2026, 12, 20)),
        snooze_days=st.integers(0, 2),
    ),
    st.lists(st.tuples(st.sampled_from(["skip", "leave", "close"]), st.integers(0, 72)), max_size=12),
)
def test_never_more_than_count_and_never_after_the_date(skip: Skip, acts: list[tuple[str, int]]) -> None:
    policy, person, at, nudges = GroupPolicy(required=("phone",), skip=skip), account(), NOW, list[datetime]()
    for turn, (act, hours) in enumerate(acts):
        at += timedelta(hours=hours)
        if nudge.decision_for(person, policy, at=at) == "nudge":
            nudges.append(at)
            person = nudged(person, f"s{turn}", at)
            person = _acted(person, f"s{turn}", act, policy, at)
    assert len(nudges) <= skip.count
    assert all(moment < nudges[0] + timedelta(days=skip.days) for moment in nudges)
    assert all(skip.required_on is None or moment.date() < skip.required_on for moment in nudges)


def _acted(person: Account, name: str, act: str, policy: GroupPolicy, at: datetime) -> Account:
    if act == "skip":
        return lifecycle.skip_session(person, name, policy, at=at).state
    return lifecycle.end_session(person, name, "cancelled", at=at).state if act == "leave" else person


def test_a_closed_browser_counts_at_once_and_only_once() -> None:
    person = nudged(account(), "closed")
    assert left(person) == 2
    later = NOW + SESSION_LIFE
    change = lifecycle.end_overdue_sessions(person, at=later)
    assert [type(emission.event) for emission in change.emissions] == [EnrollmentCancelled]
    assert left(change.state, later) == 2


def test_tabs_do_not_multiply_skips() -> None:
    person = account()
    names = [f"s{number}" for number in range(5)]
    for name in names:
        person = nudged(person, name)
    skipped = 0
    for name in names:
        change = lifecycle.skip_session(person, name, THREE, at=NOW)
        person, skipped = change.state, skipped + len(change.emissions)
    assert skipped == 3


def test_nothing_is_skipped_once_something_was_registered_in_the_session() -> None:
    person = nudged(account(), "s1")
    challenge, registration = proof_of("phone")
    asked = challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"session_id": "s1"})})
    waits = lifecycle.move_session(person, "s1", lambda one: steps.wait_for_proof(one, asked, "phone.code"), at=NOW)
    registered = registering.register(waits.state, asked, registration, at=NOW).state
    assert lifecycle.skip_session(registered, "s1", THREE, at=NOW).emissions == ()
    left_early = lifecycle.end_session(registered, "s1", "cancelled", at=NOW).state
    assert left_early.put_off
    assert left_early.put_off.skips == 0


def test_a_session_that_must_register_cannot_skip() -> None:
    person = lifecycle.start_session(account(), session("s1", decision="register"), at=NOW).state
    assert lifecycle.skip_session(person, "s1", THREE, at=NOW).emissions == ()


def test_a_skip_gives_peace_for_a_while() -> None:
    calm = GroupPolicy(required=("phone",), skip=Skip(count=1, days=14))
    person = put_off(account(), "s1", policy=calm)
    assert nudge.decision_for(person, calm, at=NOW + A_DAY - timedelta(seconds=1)) == "none"
    assert nudge.decision_for(person, calm, at=NOW + A_DAY) == "register"


def test_who_has_everything_begins_anew_with_what_is_asked_next() -> None:
    person = nudged(put_off(account(), "s1"), "s2")
    change = lifecycle.move_session(
        person, "s2", lambda one: one.model_copy(update={"step": "success", "outcome": "completed"}), at=NOW
    )
    assert isinstance(change.emissions[-1].event, EnrollmentCompleted)
    assert change.state.put_off is None


YEARLY = GroupPolicy(allowed=("phone",), confirm_every_days=365)
A_YEAR = 365 * A_DAY


@pytest.mark.parametrize(
    ("phone", "since"),
    [(method("phone"), NOW), (method("phone", changed_at=NOW + A_DAY), NOW + A_DAY)],
    ids=["registered", "changed"],
)
def test_what_is_on_file_is_confirmed_after_so_many_days(phone: Method, since: datetime) -> None:
    assert not nudge.is_confirmation_due(account(phone), YEARLY, at=since + A_YEAR - timedelta(seconds=1))
    assert nudge.is_confirmation_due(account(phone), YEARLY, at=since + A_YEAR)


def test_who_has_nothing_or_whose_organisation_does_not_ask_confirms_nothing() -> None:
    assert not nudge.is_confirmation_due(account(), YEARLY, at=NOW + 9 * A_YEAR)
    assert not nudge.is_confirmation_due(account(method("phone")), THREE, at=NOW + 9 * A_YEAR)


def test_one_click_confirms_and_gives_peace_for_as_long_again() -> None:
    at = NOW + A_YEAR
    asked = session("s1", at, "reconfirm", plan=(), step="confirm")
    person = lifecycle.start_session(account(method("phone")), asked, at=at).state
    change = lifecycle.confirm(person, "s1", at=at)
    assert [type(emission.event).__name__ for emission in change.emissions] == [
        "SecurityInfoConfirmed",
        "EnrollmentCompleted",
    ]
    ended = change.state.session("s1")
    assert ended
    assert ended.outcome == "completed"
    assert not nudge.is_confirmation_due(change.state, YEARLY, at=at + A_YEAR - timedelta(seconds=1))
    assert nudge.is_confirmation_due(change.state, YEARLY, at=at + A_YEAR)
