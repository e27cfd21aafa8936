"""Policies on a real database: seeded once, changed by version, told, and followed by another replica."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from services.enrollment.config import Config
from services.enrollment.policies.domain.document import PolicyDocument
from services.enrollment.policies.domain.requirements import GroupPolicy, Skip
from services.enrollment.policies.domain.tenant import Tenant
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.policies.handlers import Follower, Policies, patch_policy, policy_of, seed_policies
from services.enrollment.store import Store
from services.kit.config.providers import Providers
from services.kit.errors import ProblemError
from services.kit.mongo.client import Database
from services.kit.mongo.document import Stored
from services.kit.mongo.reading import UnreadableDocumentError
from services.kit.mongo.relay import Relay
from tests.support.clock import FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.waiting import until

STAFF = GroupPolicy(
    required=("authenticatorApp",),
    allowed=("passkey",),
    skip=Skip(count=3, days=14, required_on=date(2027, 1, 1)),
)
TENANT = Tenant(display_name="Northbridge", groups={"staff": STAFF}, default_group="staff")
CONFIG = Config(tenants={"north": TENANT}, clients={}, providers=Providers())
CLOCK = FixedClock()
MORE = PolicyDocument.model_validate(
    {
        "authenticationMethodConfigurations": [
            {"id": "recoveryCodes", "state": "enabled", "includeTargets": [{"id": "all_users"}, {"id": "nobody"}]}
        ]
    }
)
IMPOSSIBLE = PolicyDocument.model_validate(
    {
        "registrationEnforcement": {
            "defaultGroup": "nobody",
            "groups": [{"id": "staff", "number": 5}, {"id": "others", "required": ["phone"]}],
        }
    }
)


@pytest.fixture
def publisher() -> NotingPublisher:
    return NotingPublisher()


@pytest.fixture
async def store(database: Database, publisher: NotingPublisher) -> Store:
    opened = Store.open(database, Relay(publisher, CLOCK), CLOCK)
    await opened.prepare()
    return opened


async def test_the_file_is_the_first_version_and_afterwards_the_database_rules(store: Store) -> None:
    await seed_policies(Policies(CONFIG), store=store, clock=CLOCK)
    seeded = await policy_of("north", store)
    assert (seeded.version, seeded.groups["staff"].skip) == (1, STAFF.skip)
    changed, _ = await patch_policy("north", MORE, 1, Policies(CONFIG), store=store, clock=CLOCK)
    restarted = Policies(CONFIG)
    await seed_policies(restarted, store=store, clock=CLOCK)
    assert restarted.tenant("north").policy_for(()) == changed.groups["staff"]
    assert "recoveryCodes" in changed.groups["staff"].allowed


async def test_a_change_is_told_and_another_replica_follows(store: Store, publisher: NotingPublisher) -> None:
    here, there = Policies(CONFIG), Policies(CONFIG)
    await seed_policies(here, store=store, clock=CLOCK)
    follower = Follower(there, store)
    follower.start()
    changed, warnings = await patch_policy("north", MORE, None, here, store=store, clock=CLOCK)
    assert [(one.code, one.group) for one in warnings if one.code == "groupUnknown"] == [("groupUnknown", "nobody")]
    assert here.tenant("north").groups == changed.groups
    await until(lambda: there.tenant("north").groups == changed.groups)
    await until(lambda: len(publisher.published) == 1)
    (told,) = publisher.published
    assert (told.type, told.tenant, told.subject, told.key) == ("PolicyChanged", "north", None, b"north")
    await follower.stop()


async def test_what_came_between_and_what_cannot_be_is_refused_and_changes_nothing(
    store: Store, publisher: NotingPublisher
) -> None:
    policies = Policies(CONFIG)
    await seed_policies(policies, store=store, clock=CLOCK)
    with pytest.raises(ProblemError) as stale:
        await patch_policy("north", MORE, 7, policies, store=store, clock=CLOCK)
    assert (stale.value.code, stale.value.members) == ("policyVersionMismatch", {"policyVersion": "1"})
    with pytest.raises(ProblemError) as refused:
        await patch_policy("north", IMPOSSIBLE, None, policies, store=store, clock=CLOCK)
    findings = refused.value.members["findings"]
    assert isinstance(findings, list)
    assert refused.value.code == "policyUnsatisfiable"
    errors = {(one["code"], one.get("group")) for one in findings if one["severity"] == "error"}
    assert {
        ("defaultGroupUnknown", None),
        ("numberUnreachable", "staff"),
        ("requiredNotEnabled", "others"),
        ("noProvider", "others"),
    } <= errors
    assert (await policy_of("north", store)).version == 1
    assert publisher.published == []


class Noting:
    """Policies, and which of them were read."""

    def __init__(self, store: Store) -> None:
        self.tenant_policies = store.tenant_policies
        self.looked, self.read = 0, list[str]()
        look, find = self.tenant_policies.versions, self.tenant_policies.find

        async def versions() -> dict[str, int]:
            self.looked += 1
            return await look()

        async def noted(criteria: Mapping[str, Any], **options: Any) -> list[Stored[TenantPolicy]]:
            found = await find(criteria, **options)
            self.read += [stored.id for stored in found]
            return found

        object.__setattr__(self.tenant_policies, "versions", versions)
        object.__setattr__(self.tenant_policies, "find", noted)


async def test_a_follower_reads_what_changed_and_nothing_else(database: Database, store: Store) -> None:
    config = Config(tenants={"north": TENANT, "south": TENANT}, clients={}, providers=Providers())
    here, there = Policies(config), Policies(config)
    await seed_policies(here, store=store, clock=CLOCK)
    noting = Noting(store)
    follower = Follower(there, noting)
    follower.start()
    await until(lambda: noting.looked > 2)
    assert sorted(noting.read) == ["north", "south"]
    await database.collection("policies").update_one(
        {"_id": "south"}, {"$set": {"state.defaultGroup": 7}, "$inc": {"version": 1}}
    )
    changed, _ = await patch_policy("north", MORE, None, here, store=store, clock=CLOCK)
    await until(lambda: there.tenant("north").groups == changed.groups)
    seen = noting.looked
    await until(lambda: noting.looked > seen + 1)
    assert sorted(noting.read) == ["north", "north", "south"]
    assert follower.alive()
    await follower.stop()


async def test_what_a_newer_version_added_to_a_policy_is_left_out(database: Database, store: Store) -> None:
    running = Policies(CONFIG)
    await seed_policies(running, store=store, clock=CLOCK)
    newer = {"state.addedLater": True, "state.groups.staff.addedLater": {"deep": 1}, "state.groups.staff.skip.also": 2}
    await database.collection("policies").update_one({"_id": "north"}, {"$set": newer, "$inc": {"version": 1}})
    restarted = Policies(CONFIG)
    await seed_policies(restarted, store=store, clock=CLOCK)
    assert restarted.tenant("north") == running.tenant("north")


async def test_a_replica_that_cannot_read_the_kept_policies_never_falls_back_to_the_files(
    database: Database, store: Store
) -> None:
    """A newer version's value: who runs goes on with what it knew, who starts is not ready and says why."""
    running = Policies(CONFIG)
    await seed_policies(running, store=store, clock=CLOCK)
    await patch_policy("north", MORE, None, running, store=store, clock=CLOCK)
    known = running.tenant("north")
    unknown = {"state.groups.staff.required": ["methodOfTomorrow"]}
    await database.collection("policies").update_one({"_id": "north"}, {"$set": unknown, "$inc": {"version": 1}})
    noting = Noting(store)
    follower = Follower(running, noting)
    follower.start()
    with pytest.raises(UnreadableDocumentError):
        await seed_policies(Policies(CONFIG), store=store, clock=CLOCK)
    await until(lambda: noting.looked > 1)
    assert running.tenant("north") == known
    assert follower.alive()
    await follower.stop()
