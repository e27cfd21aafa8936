"""Which providers carry a message, in which order, and whose turn it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.breakers import Standing
from services.notifier.domain.countries import country_of
from services.notifier.domain.routing import Rule, choose, route_of

ROUTE = ("a", "b", "c")
RULES = (
    Rule(("c",), tenants=frozenset({"southgate"}), countries=frozenset({"FR"})),
    Rule(("b", "c"), tenants=frozenset({"southgate"})),
    Rule(("c", "a"), countries=frozenset({"FR", "DE"})),
)


@pytest.mark.parametrize(
    ("tenant", "country", "route"),
    [
        ("northbridge", "GB", ROUTE),
        ("northbridge", None, ROUTE),
        ("northbridge", "DE", ("c", "a")),
        ("southgate", "FR", ("c",)),
        ("southgate", "DE", ("b", "c")),
        ("southgate", None, ("b", "c")),
    ],
)
def test_the_first_rule_that_holds_says_the_order(tenant: str, country: str | None, route: tuple[str, ...]) -> None:
    assert route_of(RULES, ROUTE, tenant=tenant, country=country) == route


@pytest.mark.parametrize(
    ("standings", "current", "chosen"),
    [
        ({}, None, "a"),
        ({}, "b", "b"),
        ({"a": "open"}, None, "b"),
        ({"a": "due"}, None, "a"),
        ({"b": "resting"}, "b", "c"),
        ({"c": "open"}, "c", "a"),
        ({"a": "resting", "b": "open", "c": "resting"}, "a", "b"),
        ({"a": "open", "b": "open", "c": "open"}, "b", "b"),
        ({"a": "resting", "b": "resting", "c": "resting"}, "b", "b"),
        ({}, "gone", "a"),
    ],
)
def test_the_first_that_works_from_the_current_one_on(
    standings: dict[str, Standing], current: str | None, chosen: str
) -> None:
    assert choose(ROUTE, lambda name: standings.get(name, "closed"), current=current) == chosen


STANDINGS: tuple[Standing, ...] = ("closed", "due", "open", "resting")


@given(st.lists(st.sampled_from(STANDINGS), min_size=3, max_size=3), st.sampled_from((*ROUTE, None, "gone")))
def test_nobody_waits_for_one_that_fails_or_rests_while_another_works(
    standings: list[Standing], current: str | None
) -> None:
    of = dict(zip(ROUTE, standings, strict=True))
    chosen = choose(ROUTE, of.__getitem__, current=current)
    assert chosen in ROUTE
    best = min(STANDINGS.index(one) for one in standings)
    assert of[chosen] in (("closed", "due") if best <= 1 else (STANDINGS[best],))


@pytest.mark.parametrize(
    ("destination", "country"),
    [
        ("+447700900142", "GB"),
        ("+4915112345678", "DE"),
        ("+12025550142", "US"),
        ("+16135550142", "CA"),
        ("+442079460018;ext=12", "GB"),
        ("+999123456", None),
        ("+881612345678", None),
        ("sam@northbridge.example", None),
        ('{"endpoint": "https://push.example/+447700900142"}', None),
        ("", None),
    ],
)
def test_the_country_of_a_number(destination: str, country: str | None) -> None:
    assert country_of(destination) == country
