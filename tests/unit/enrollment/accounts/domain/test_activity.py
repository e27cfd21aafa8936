"""What a person reads of what happened to their security info."""

from datetime import timedelta

import pytest

from schemas.base import Event
from schemas.enrollment import (
    NO_NAME,
    DefaultMethodChanged,
    EnrollmentStarted,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    SuspiciousActivityReported,
)
from services.enrollment.accounts.domain.activity import MOST, REQUESTS_PAUSED, Activity, Entry, news, noted, readable
from services.enrollment.web.security_info.words import news_text
from services.kit.decision import Change
from tests.unit.enrollment.builders import NOW

LATER = NOW + timedelta(hours=1)
REGISTERED = MethodRegistered(
    method_id="m1", method_type="phone", display_name="••01", is_default=True, registered_at=NOW
)
PHONE = Entry(event="MethodRegistered", at=NOW, method_id="m1", method_type="phone", name="••01")


def _activity(*entries: Entry) -> Activity:
    return Activity(tenant="northbridge", user="sam", entries=entries)


NAMELESS = REGISTERED.model_copy(update={"display_name": NO_NAME})


def test_a_registration_is_noted_by_type_and_by_the_name_that_the_account_has() -> None:
    assert noted(_activity(), NAMELESS, "••01") == Change(_activity(PHONE))


def test_an_event_of_before_says_itself_what_the_method_was_called() -> None:
    assert noted(_activity(), REGISTERED, "••07") == Change(_activity(PHONE))


def test_what_the_account_does_not_know_any_more_is_called_as_before() -> None:
    again = NAMELESS.model_copy(update={"registered_at": LATER})
    assert noted(_activity(PHONE), again).state.entries == (PHONE, PHONE.model_copy(update={"at": LATER}))


def test_what_is_read_once_more_is_not_noted_twice() -> None:
    """Offsets may be lost, and the topic is kept for ever: the inbox does not know so many events."""
    others = [Entry(event="MethodRemoved", at=LATER, method_id=str(number)) for number in range(MOST - 1)]
    for before in (_activity(PHONE), _activity(PHONE, *others), _activity(*others, others[0])):
        assert noted(before, NAMELESS, "••02") == Change(before)


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (
            MethodChanged(
                method_id="m1", method_type="phone", changed="destination", display_name="••02", changed_at=LATER
            ),
            {"event": "MethodChanged", "name": "••02", "detail": "destination"},
        ),
        (
            MethodRemoved(method_id="m1", method_type="phone", reason="lostOrStolen", removed_at=LATER),
            {"event": "MethodRemoved", "detail": "lostOrStolen"},
        ),
        (
            SuspiciousActivityReported(method_id="m1", reported_at=LATER),
            {"event": "SuspiciousActivityReported"},
        ),
        (DefaultMethodChanged(method_id="m1", changed_at=LATER), {"event": "DefaultMethodChanged"}),
    ],
)
def test_an_event_that_names_no_method_is_read_with_what_was_known_of_it(event: Event, entry: dict[str, str]) -> None:
    other = Entry(event="MethodRegistered", at=NOW, method_id="m2", method_type="email", name="s•••@a.example")
    before = _activity(PHONE, other)
    expected = PHONE.model_copy(update={"at": LATER, **entry})
    assert noted(before, event).state.entries == (PHONE, other, expected)


def test_the_name_of_a_method_is_the_newest_one() -> None:
    newer = PHONE.model_copy(update={"name": "••02"})
    nameless = PHONE.model_copy(update={"name": None})
    event = SuspiciousActivityReported(method_id="m1", reported_at=LATER)
    assert noted(_activity(PHONE, newer, nameless), event).state.entries[-1].name == "••02"


def test_what_is_about_no_method_has_no_name() -> None:
    started = EnrollmentStarted(session_id="s1", intent="manage", decision="manage", required=(), started_at=LATER)
    assert noted(_activity(PHONE), started).state.entries[-1] == Entry(
        event="EnrollmentStarted", at=LATER, detail="manage", session_id="s1"
    )


def test_an_unknown_method_has_neither_type_nor_name() -> None:
    event = SuspiciousActivityReported(method_id="m9", reported_at=LATER)
    expected = Entry(event="SuspiciousActivityReported", at=LATER, method_id="m9")
    assert noted(_activity(PHONE), event).state.entries[-1] == expected


def test_the_newest_hundred_are_kept() -> None:
    full = _activity(*(PHONE.model_copy(update={"method_id": str(number)}) for number in range(100)))
    kept = noted(full, REGISTERED).state.entries
    assert kept == (*full.entries[1:], PHONE)


def test_news_are_changes_by_others_since_the_last_visit_newest_first() -> None:
    old, mine, other, renamed = (
        PHONE.model_copy(update={"at": at, "session_id": session, "correlation": session, "detail": detail})
        for at, session, detail in [(NOW, "s9", None), (LATER, "s1", None), (LATER, "s2", None), (LATER, "s2", "name")]
    )
    latest = other.model_copy(update={"event": "MethodRemoved"})
    started = Entry(event="EnrollmentStarted", at=LATER, session_id="s2")
    entries = (old, mine, other, renamed, started, latest)
    assert news(entries, since=NOW, own=("s1",)) == (latest, other)


def test_what_follows_from_a_change_of_ones_own_is_no_news() -> None:
    mine = PHONE.model_copy(update={"at": LATER, "session_id": "s1", "correlation": "c1"})
    followed = Entry(event="DefaultMethodChanged", at=LATER, correlation="c1")
    assert news((mine, followed), since=NOW, own=("s1",)) == ()


def test_a_default_that_only_follows_is_no_news_and_one_that_was_chosen_is() -> None:
    theirs = PHONE.model_copy(update={"at": LATER, "session_id": "s2", "correlation": "c2"})
    followed = theirs.model_copy(update={"event": "DefaultMethodChanged", "session_id": None})
    chosen = followed.model_copy(update={"correlation": "s2"})
    assert news((theirs, followed, chosen), since=NOW, own=()) == (chosen, theirs)


def test_that_an_app_gets_no_requests_for_a_while_is_news_for_every_browser() -> None:
    paused = Entry(event=REQUESTS_PAUSED, at=LATER, method_id="m1", method_type="authenticatorApp")
    assert news((paused,), since=NOW, own=("s1",)) == (paused,)
    assert news_text(paused, "Security Info Authenticator").startswith("Security Info Authenticator gets no requests")


def test_a_report_is_read_once() -> None:
    """By the suspension that follows from it, where one does."""
    suspended = Entry(event="MethodSuspended", at=NOW, method_id="m", detail="reported", correlation="c1")
    reported = Entry(event="SuspiciousActivityReported", at=NOW, method_id="m", correlation="c1")
    another = reported.model_copy(update={"correlation": "c2"})
    assert readable([suspended, reported, another]) == (another, suspended)
    of_before = [entry.model_copy(update={"correlation": None}) for entry in (suspended, reported)]
    assert readable(of_before) == tuple(reversed(of_before))
