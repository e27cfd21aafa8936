"""What speaks for pumping, and what policy does with it."""

import pytest

from services.enrollment.pumping.domain import (
    Figures,
    Signal,
    Step,
    Tally,
    is_allowed,
    judged,
    threshold,
)
from services.enrollment.pumping.ranges import is_risky
from services.kit.config.messages import Pumping

NUMBER = "+37120123456"
DENY = Pumping(mode="deny")
QUIET = (0,) * 100


def signals(**figures: object) -> tuple[Signal, ...]:
    return judged(Figures(NUMBER, **figures), DENY).signals  # type: ignore[arg-type]


def test_of_ordinary_traffic_nothing_speaks() -> None:
    assert signals() == ()
    assert signals(usual=QUIET, country=Tally(9, 9), range=Tally(4, 4), countries=frozenset({"LV", "EE", "LT"})) == ()


def test_many_who_register_on_one_day_are_no_attack() -> None:
    """Two hundred new phones in a row, most of which are proven: what is unused are the few who gave up."""
    row = tuple(range(3440, 3470, 5))
    assert signals(usual=QUIET, country=Tally(200, 30), range=Tally(40, 6), suffixes=row) == ()


def test_an_office_where_people_of_many_countries_work_is_no_attack() -> None:
    """As in the simulation, which found it: one in eight gives up, wherever the number is."""
    countries = frozenset({"GB", "DE", "FR", "ES", "NL", "PL"})
    assert signals(countries=countries, network=Tally(100, 12)) == ()


@pytest.mark.parametrize(
    ("figures", "speaks"),
    [
        ({"is_risky": True}, "riskyRange"),
        ({"countries": frozenset({"LV", "EE", "LT", "GB"}), "network": Tally(5, 3)}, "manyCountries"),
        ({"suffixes": (3457, 3458, 3460, 3476), "range": Tally(4, 4)}, "sequentialNumbers"),
        ({"range": Tally(6, 5)}, "unusualRange"),
        ({"country": Tally(12, 10), "usual": QUIET}, "unusualCountry"),
    ],
)
def test_each_signal_speaks_alone(figures: dict[str, object], speaks: Signal) -> None:
    assert signals(**figures) == (speaks,)


def test_the_same_number_again_is_no_row_of_numbers_and_far_ones_are_none() -> None:
    assert signals(suffixes=(3456, 3456, 3456, 3456, 3457, 3458, 3459)) == ()
    assert signals(suffixes=(3457, 3458, 3459, 3477)) == ()


def test_what_is_usual_somewhere_is_unusual_elsewhere() -> None:
    busy = (20, 30, 25, 22, 28) * 20
    assert threshold(QUIET) == 10
    assert 40 < threshold(busy) < 60
    assert signals(country=Tally(40, 30), usual=busy) == ()
    assert signals(country=Tally(40, 30), usual=QUIET) == ("unusualCountry",)


def test_an_attack_does_not_become_the_usual() -> None:
    """A day of it in two weeks moves neither the median nor the deviation."""
    assert threshold((0,) * 312 + (500,) * 24) == threshold(QUIET)


def test_while_too_little_is_known_more_is_let_pass() -> None:
    assert threshold(()) == threshold((500,) * 71) == 20
    assert signals(country=Tally(19, 19)) == ()
    assert signals(country=Tally(20, 20)) == ("unusualCountry",)


@pytest.mark.parametrize(
    ("mode", "certain", "doubtful"),
    [("observe", "observe", "observe"), ("slow", "share", "share"), ("deny", "refuse", "share")],
)
def test_what_is_doubtful_is_never_refused_outright(mode: str, certain: Step, doubtful: Step) -> None:
    rules = Pumping.model_validate({"mode": mode})
    assert judged(Figures(NUMBER), rules).step == "send"
    assert judged(Figures(NUMBER, is_risky=True), rules).step == certain
    assert judged(Figures(NUMBER, country=Tally(20, 20)), rules).step == doubtful


@pytest.mark.parametrize(
    ("number", "usable", "risky"),
    [
        (NUMBER, (), False),
        ("+447400123456", (), False),
        ("+19002345678", (), True),
        ("+19002345678", ("premium",), False),
        ("+870773111632", ("premium", "virtual"), True),
        ("+881612345678", (), True),
        ("+447012345678", (), True),
        ("+447012345678", ("virtual",), False),
    ],
)
def test_numbers_that_cost_or_belong_to_no_country_are_risky(number: str, usable: tuple[str, ...], risky: bool) -> None:
    assert is_risky(number, usable) is risky


@pytest.mark.parametrize(
    ("field", "value", "address", "expected"),
    [
        ("allowCountries", ["LV"], None, True),
        ("allowCountries", ["EE"], None, False),
        ("allowNumbers", ["+3712012"], None, True),
        ("allowNumbers", ["+3712013"], None, False),
        ("allowNetworks", ["192.0.2.0/28"], "192.0.2.9", True),
        ("allowNetworks", ["192.0.2.0/28"], "192.0.2.99", False),
        ("allowNetworks", ["2001:db8::/32"], "2001:db8:1::7", True),
        ("allowNetworks", ["192.0.2.0/28"], None, False),
        ("allowNetworks", ["192.0.2.0/28"], "nonsense", False),
    ],
)
def test_what_the_organisation_expects_is_let_pass(
    field: str, value: list[str], address: str | None, expected: bool
) -> None:
    rules = Pumping.model_validate({field: value})
    assert is_allowed(NUMBER, "LV", address, rules) is expected
