"""The report on a real database: every person once, whatever the size of the parts, and nobody of another tenant."""

import pytest

from schemas.base import MethodType
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.config import Config
from services.enrollment.dependencies import Dependencies
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.reports.handlers.registrations import Wanted, registration_details
from services.enrollment.store import Store
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher

PEOPLE = 23
PHONE: tuple[MethodType, ...] = ("phone",)
TENANT = Tenant(
    display_name="Northbridge",
    groups={"everyone": GroupPolicy(number=1, allowed=("phone",))},
    default_group="everyone",
)


def person(tenant: str, user: str, clock: FixedClock, *kinds: MethodType, **fields: object) -> Account:
    """An account with a method of each type."""
    methods = tuple(Method(id=kind, type=kind, display_name=kind, created_at=clock.now()) for kind in kinds)
    profile = Profile(user_principal_name=f"{user}@{tenant}.example", display_name=user)
    made = Account(tenant=tenant, user=user, profile=profile, methods=methods, created_at=clock.now())
    return made.model_copy(update=fields)


@pytest.fixture
async def deps(database: Database) -> Dependencies:
    """With people of three tenants whose names begin alike; every third of Northbridge's has a phone."""
    clock, keys = FixedClock(), keyring("enrollment")
    store = Store.open(database, Relay(NotingPublisher(), clock), clock)
    await store.prepare()
    people = [person("north", f"u{n:02d}", clock, *PHONE[n % 3 :]) for n in range(PEOPLE)]
    strangers = [person(tenant, "u05", clock, "phone") for tenant in ("north-east", "north0", "nort")]
    erased = person("north", "u05.gone", clock, "phone", erased_at=clock.now())
    for one in (*people, *strangers, erased):
        await store.accounts.insert(one.id, one)
    config = Config(tenants={"north": TENANT}, clients={})
    return Dependencies.on(store, keys, config, clock, public_origin="http://localhost:8000")


async def walked(wanted: Wanted, top: int, deps: Dependencies, *, batch: int = 4, most: int = 100) -> list[list[str]]:
    """The ids of each part, to the end."""
    parts: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        found, after = await registration_details("north", wanted, top, after, deps, batch=batch, most=most)
        parts.append([one.id for one in found])
    return parts


@pytest.mark.parametrize("top", [1, 7, PEOPLE, 100])
async def test_all_are_there_once_in_the_order_of_their_ids(top: int, deps: Dependencies) -> None:
    parts = await walked(Wanted(), top, deps)
    assert [user for part in parts for user in part] == [f"u{n:02d}" for n in range(PEOPLE)]
    assert all(len(part) == top for part in parts[:-1])
    assert parts[-1]


async def test_a_filter_that_few_pass_costs_no_more_than_a_part_of_the_accounts(deps: Dependencies) -> None:
    parts = await walked(Wanted(answers={"is_mfa_capable": True}), 100, deps, batch=2, most=2)
    assert [user for part in parts for user in part] == [f"u{n:02d}" for n in range(0, PEOPLE, 3)]
    assert [] in parts


async def test_a_person_is_found_by_name_and_only_in_their_tenant(deps: Dependencies) -> None:
    assert await walked(Wanted("u03@north.example"), 10, deps) == [["u03"]]
    assert await walked(Wanted("u05@north0.example"), 10, deps) == [[]]
    assert await walked(Wanted("u05.gone@north.example"), 10, deps) == [[]]
