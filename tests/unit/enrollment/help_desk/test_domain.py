"""What an agent of the help desk may do and for whom, and what is said of it."""

from datetime import timedelta

import pytest

from schemas.enrollment import HelpDeskActed, MethodRestored, MethodSuspended
from services.enrollment.accounts.domain.account import Account, Former
from services.enrollment.help_desk import domain
from services.enrollment.help_desk.domain import OPERATES_FOR, REASONS, Grounds, Refusal
from services.kit.counting import Allowance
from services.kit.errors import ProblemError, RateLimitedError, UnknownMethodError
from tests.unit.enrollment.builders import NOW, account, method, wizard_session

GROUNDS = Grounds(agent="dana", session_id="s-dana", reason="lostDevice", ticket="INC-4711")
AGENT = account(user="dana")
TWICE = Allowance(2, timedelta(hours=1))


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (AGENT, "self"),
        (account(), None),
        (account(operated_at=NOW - OPERATES_FOR + timedelta(seconds=1)), "colleague"),
        (account(operated_at=NOW - OPERATES_FOR), None),
        (account(profile=account().profile.model_copy(update={"groups": ("staff", "administrators")})), "colleague"),
        (account(profile=account().profile.model_copy(update={"groups": ("staff",)})), None),
    ],
    ids=["oneself", "anybody", "who operates", "who once did", "a member", "of another group"],
)
def test_whom_an_agent_may_do_nothing_for(person: Account, expected: Refusal | None) -> None:
    assert domain.refusal_of(AGENT, person, ("administrators",), at=NOW) == expected


def test_a_reason_is_one_of_the_list_and_a_ticket_is_no_sentence_and_no_number() -> None:
    assert [domain.reason_of(reason) for reason in REASONS] == list(REASONS)
    assert domain.reason_of("because") is None
    assert all(map(domain.is_ticket, ("INC-4711", "inc4711", "REQ#1", "A1234567890")))
    bad = ("", "4711", "+447700900142", "07700900142", "Sam", "INC-4711 ", "INC 4711", "a@b.example", "A12345678901")
    assert not any(map(domain.is_ticket, bad))


def test_look_ups_are_counted_until_there_are_too_many_and_then_anew() -> None:
    once = domain.look_up(AGENT, TWICE, at=NOW)
    twice = domain.look_up(once, TWICE, at=NOW)
    assert (once.looked_up, twice.looked_up) == (1, 2)
    with pytest.raises(RateLimitedError):
        domain.look_up(twice, TWICE, at=NOW + timedelta(minutes=59))
    assert domain.look_up(twice, TWICE, at=NOW + timedelta(hours=1)).looked_up == 1


def test_a_form_is_counted_once_and_acts_once() -> None:
    agent = account(user="dana", sessions=(wizard_session(),))
    session_id = agent.sessions[0].id
    sent = domain.send(agent, session_id, "form-1", TWICE, at=NOW).state
    again = domain.send(sent, session_id, "form-1", TWICE, at=NOW).state
    assert (sent.acted, again.acted) == (1, 1)
    assert domain.was_sent(again.sessions[0], "form-1")
    assert not domain.was_sent(again.sessions[0], "form-2")
    full = domain.send(again, session_id, "form-2", TWICE, at=NOW).state
    with pytest.raises(RateLimitedError):
        domain.send(full, session_id, "form-3", TWICE, at=NOW)
    assert domain.send(full, session_id, "form-1", TWICE, at=NOW).state == full


def test_what_is_done_is_said_in_the_same_write() -> None:
    person = account(method("phone"), method("authenticatorApp"))
    suspended = domain.suspend(person, "phone", GROUNDS, at=NOW)
    acted, became = (emission.event for emission in suspended.emissions[:2])
    assert isinstance(acted, HelpDeskActed)
    assert isinstance(became, MethodSuspended)
    assert (acted.act, acted.agent, acted.reason, acted.ticket) == ("methodSuspended", "dana", "lostDevice", "INC-4711")
    assert (acted.method_id, acted.method_type, became.reason) == ("phone", "phone", "administrator")
    restored = domain.restore(suspended.state, "phone", GROUNDS, at=NOW)
    assert [type(emission.event) for emission in restored.emissions[:2]] == [HelpDeskActed, MethodRestored]
    ended = domain.end_sessions(account(sessions=(wizard_session(),)), GROUNDS, at=NOW)
    assert [type(emission.event).__name__ for emission in ended.emissions] == ["HelpDeskActed", "EnrollmentCancelled"]
    assert ended.state.sessions[0].outcome == "cancelled"


@pytest.mark.parametrize("state", ["suspended", "disabled"])
def test_what_counts_for_nothing_is_not_suspended(state: str) -> None:
    with pytest.raises(UnknownMethodError):
        domain.suspend(account(method("phone", state=state)), "phone", GROUNDS, at=NOW)


def test_what_may_come_back() -> None:
    def gone(reason: str, name: str) -> Former:
        return Former.model_validate(
            {"method": method("email", name), "reason": reason, "until": NOW + timedelta(days=1)}, by_name=True
        )

    person = account(
        method("phone", state="suspended"),
        method("passkey", state="disabled"),
        former=(gone("person", "old"), gone("lostOrStolen", "stolen"), gone("replaced", "replaced")),
    )
    assert [former.method.id for former in domain.may_come_back(person, at=NOW)] == ["old", "replaced"]
    assert domain.may_come_back(person, at=NOW + timedelta(days=1)) == ()
    assert domain.can_be_restored(person, person.methods[0], at=NOW)
    assert not domain.can_be_restored(person, person.methods[1], at=NOW)


def test_a_pass_is_said_to_be_given_before_it_is_there() -> None:
    given = domain.give_pass(account(), method("temporaryAccessPass"), GROUNDS, at=NOW)
    acted = given.emissions[0].event
    assert isinstance(acted, HelpDeskActed)
    assert (acted.act, acted.method_id, acted.method_type) == (
        "passGiven",
        "temporaryAccessPass",
        "temporaryAccessPass",
    )
    assert (acted.agent, acted.session_id, acted.acted_at) == ("dana", "s-dana", NOW)
    assert given.emissions[0].correlation_id == "s-dana"
    assert given.state.methods == account().methods


def test_what_comes_back_is_named_whether_it_was_suspended_or_deleted() -> None:
    deleted = Former.model_validate(
        {"method": method("email", "old"), "reason": "person", "until": NOW + timedelta(days=1)}, by_name=True
    )
    person = account(method("phone", state="suspended"), former=(deleted,))
    for method_id, kind in (("phone", "phone"), ("old", "email")):
        acted = domain.restore(person, method_id, GROUNDS, at=NOW).emissions[0].event
        assert isinstance(acted, HelpDeskActed)
        assert (acted.act, acted.method_id, acted.method_type) == ("methodRestored", method_id, kind)


def test_ended_sessions_are_told_as_that() -> None:
    acted = domain.end_sessions(account(sessions=(wizard_session(),)), GROUNDS, at=NOW).emissions[0].event
    assert isinstance(acted, HelpDeskActed)
    assert (acted.act, acted.method_id) == ("sessionsEnded", None)


def test_an_active_method_has_nothing_to_come_back_from() -> None:
    person = account(method("phone"))
    assert not domain.can_be_restored(person, person.methods[0], at=NOW)


def test_a_session_has_one_person_before_it() -> None:
    agent = account(user="dana", sessions=(wizard_session(),))
    looking = domain.looks_at(agent, agent.sessions[0].id, "sam", at=NOW).state
    assert looking.sessions[0].looks_at == "sam"
    with pytest.raises(ProblemError):
        domain.looks_at(agent, "another", "sam", at=NOW)
