"""What a message counts against."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from services.enrollment.budgets.domain import Count, RequestedMessage, counts_of, network_of, refusal
from services.kit.config.messages import Budget, MessageBudgets
from tests.support.clock import NOON

ASKED = RequestedMessage("northbridge", "registration", {"number": "+447700900142", "user": "sam", "country": "GB"})
BUDGETS = MessageBudgets()


def digest(text: str, moment: datetime) -> str:
    """As if by a key that is in use for a day."""
    return f"hash of {text} by the key of {moment:%d}"


def test_a_message_counts_against_what_is_known_of_it() -> None:
    counts = counts_of(ASKED, BUDGETS, digest, at=NOON)
    assert [count.subject for count in counts] == ["number", "user", "country", "tenant"]
    assert [(count.in_all, count.for_purpose) for count in counts] == [(10, 10), (40, 15), (1000, 300), (5000, 1500)]
    assert counts[0].id == "northbridge/number/hash of number +447700900142 by the key of 24/20461124T000000/anybody"


def test_what_anybody_can_cause_is_counted_apart() -> None:
    shares = {
        purpose: counts_of(RequestedMessage("northbridge", purpose, ASKED.values), BUDGETS, digest, at=NOON)[0].id
        for purpose in ("registration", "passwordReset", "signIn", "stepUp")
    }
    assert shares["registration"] == shares["passwordReset"] != shares["signIn"] == shares["stepUp"]


def test_a_count_lasts_as_long_as_its_window_and_the_next_one_is_another() -> None:
    of_the_day, *_, of_the_hour = counts_of(ASKED, BUDGETS, digest, at=NOON)
    assert (of_the_day.until, of_the_hour.until) == (NOON + timedelta(hours=12), NOON + timedelta(hours=1))
    later = counts_of(ASKED, BUDGETS, digest, at=NOON + timedelta(hours=1))
    assert (later[0], later[-1].id == of_the_hour.id) == (of_the_day, False)


@pytest.mark.parametrize(("left", "seconds"), [(0.2, "1"), (61.5, "62"), (3600, "3600")])
def test_a_refusal_says_when_there_is_room_again(left: float, seconds: str) -> None:
    full = Count("id", "country", "signIn", 1, 1, NOON + timedelta(seconds=left))
    problem = refusal(full, at=NOON)
    assert (problem.code, problem.headers, problem.members) == (
        "sendLimitReached",
        {"Retry-After": seconds},
        {"retryAfter": int(seconds)},
    )


def test_whose_messages_were_too_many_is_said_of_the_number_alone() -> None:
    details = {
        refusal(Count("id", subject, "signIn", 1, 1, NOON), at=NOON).detail
        for subject in ("user", "network", "country", "tenant")
    }
    assert len(details) == 1
    assert refusal(Count("id", "number", "signIn", 1, 1, NOON), at=NOON).detail not in details


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.250", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("testclient", None),
        ("", None),
        (None, None),
    ],
)
def test_the_network_of_an_address(address: str | None, network: str | None) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize("budget", [{"registration": 11}, {"passwordReset": 0}, {"messages": "10 a day"}])
def test_a_cap_beyond_the_budget_and_what_is_no_rate_are_mistakes(budget: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Budget.model_validate({"messages": "10/day", "registration": 4, "passwordReset": 5, **budget})
