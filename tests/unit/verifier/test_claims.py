"""What a registration left at the verifier is claimed once its method is on file."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, cast

from schemas.enrollment import MethodRegistered
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers
from services.verifier.consumers import subscribe
from services.verifier.handlers.lifecycle import LONG_AGO, claim_credential
from tests.support.builders.challenges import enveloped
from tests.support.clock import NOON
from tests.support.in_memory.judging import Court
from tests.unit.verifier.handlers.walks import registered, walks


@dataclass
class Groups:
    """Who asks for what, by group."""

    asked: dict[str, EventHandlers] = field(default_factory=dict)

    def subscribe(self, _: object, handlers: EventHandlers, *, group: str, **__: Any) -> None:
        self.asked[group] = handlers


async def ready() -> None:
    """Nothing to prepare."""


def test_claims_have_a_group_that_no_earlier_version_is_in() -> None:
    """There it would pass over them, and what nobody claims is deleted."""
    court, groups = Court(), Groups()
    subscribe(
        cast("EventBroker", groups),
        methods=court.methods,
        store=court.store,
        clock=court.clock,
        group="verifier",
        precondition=ready,
    )
    assert [group for group, taken in groups.asked.items() if taken.find("MethodRegistered")] == ["verifier.claims"]


async def test_what_is_read_again_from_the_beginning_of_the_topic_is_not_looked_for() -> None:
    walk, court = walks()["recoveryCode"], Court()
    await registered(walk, court)
    kept = await court.credential()
    assert kept
    event = MethodRegistered(
        method_id=kept.method_id, method_type="recoveryCodes", display_name="", is_default=False, registered_at=NOON
    )
    claim = partial(claim_credential, event, enveloped(event, "c1"), store=court.store, clock=court.clock)
    court.clock.advance(LONG_AGO + timedelta(hours=1))
    await claim()
    assert (await court.credential() or kept).unclaimed_since
    court.clock.advance(-LONG_AGO)
    await claim()
    claimed = await court.credential()
    assert claimed
    assert claimed.unclaimed_since is None
