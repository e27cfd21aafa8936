"""What ends, and what is forgotten, without anybody's doing."""

from functools import partial
from typing import Protocol

from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.devices import domain as devices
from services.enrollment.devices.domain import Device
from services.enrollment.needs import HasDevices, HasPeople
from services.enrollment.sessions.domain import lifecycle
from services.kit.clock import Clock
from services.kit.mongo.deadlines import end_each
from services.kit.mongo.document import Stored


class CanSweep(HasPeople, HasDevices, Protocol):
    """Has all that ends by itself."""


async def sweep(*, store: CanSweep, clock: Clock) -> int:
    """End sessions whose time ran out and challenges that the verifier never heard of; forget what ended long ago, and
    devices whose method nobody proved. How many changed."""
    now = clock.now()

    async def end_sessions(stored: Stored[Account]) -> Stored[Account] | None:
        return await store.accounts.change(stored.id, partial(lifecycle.end_overdue_sessions, at=now))

    async def expire(stored: Stored[Challenge]) -> Stored[Challenge] | None:
        return await store.challenges.change(stored.id, partial(transitions.expired, at=now))

    async def keep_or_forget(stored: Stored[Device]) -> Stored[Device] | None:
        """The account alone says whether its method was proven: the event of it may still be on its way."""
        device = stored.state
        account = await store.accounts.get(account_id(device.tenant, device.user))
        if account and account.state.ever_had(device.method_id):
            return await store.devices.change(stored.id, partial(devices.proven, at=now))
        await store.devices.delete(stored.id)
        return None

    return (
        await end_each(store.accounts.with_overdue_sessions(now), end_sessions)
        + await end_each(store.challenges.overdue(now), expire)
        + await end_each(store.devices.unproven(now), keep_or_forget)
    )
