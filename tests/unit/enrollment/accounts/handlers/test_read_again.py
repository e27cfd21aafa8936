"""The life of an account, read from its beginning once more: offsets may be lost, and the topic is kept for ever."""

from datetime import timedelta

import pytest

from schemas.enrollment import MethodRemoved, MethodRestored, MethodSuspended
from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.lifecycle import method_removed, method_restored, method_suspended
from services.enrollment.devices.domain import Device
from tests.support.builders.app_proofs import DEVICE
from tests.support.builders.challenges import enveloped
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox, sam_at
from tests.unit.enrollment.builders import method

LONG_AGO = NOON - timedelta(days=60)
APP = method("authenticatorApp", "app")


async def of_long_ago(event: MethodRemoved | MethodSuspended | MethodRestored, kept: Outbox) -> None:
    cause = enveloped(event, "session-1", user="sam")
    match event:
        case MethodRemoved():
            await method_removed(event, cause, store=kept.store)
        case MethodSuspended():
            await method_suspended(event, cause, store=kept.store)
        case MethodRestored():
            await method_restored(event, cause, store=kept.store)


async def device(kept: Outbox) -> Device:
    stored = await kept.store.devices.get("device")
    assert stored
    return stored.state


async def with_app(kept: Outbox, *on_file: Method) -> None:
    await kept.put(account=sam_at("prompt", *on_file).account)
    connected = Device(
        id="device",
        tenant="northbridge",
        user="sam",
        method_id="app",
        name="Phone",
        key=DEVICE.public,
        created_at=LONG_AGO,
        proven_at=LONG_AGO,
    )
    await kept.store.devices.insert("device", connected)


REMOVED = MethodRemoved(method_id="app", method_type="authenticatorApp", reason="person", removed_at=LONG_AGO)
SUSPENDED = MethodSuspended(method_id="app", method_type="authenticatorApp", reason="notMe", suspended_at=LONG_AGO)


@pytest.mark.parametrize("event", [REMOVED, SUSPENDED])
async def test_a_device_whose_method_is_back_stays_known(event: MethodRemoved | MethodSuspended) -> None:
    """In the database, what was removed long ago is deleted within a minute."""
    async with outbox(FixedClock()) as kept:
        await with_app(kept, APP)
        await of_long_ago(event, kept)
        assert (await device(kept)).is_known


@pytest.mark.parametrize("event", [REMOVED, SUSPENDED])
async def test_a_device_whose_method_is_not_back_is_not_known(event: MethodRemoved | MethodSuspended) -> None:
    on_file = (APP.model_copy(update={"state": "suspended"}),) if event is SUSPENDED else ()
    async with outbox(FixedClock()) as kept:
        await with_app(kept, *on_file)
        await of_long_ago(event, kept)
        assert not (await device(kept)).is_known


async def test_a_method_that_came_back_suspended_keeps_its_device() -> None:
    async with outbox(FixedClock()) as kept:
        await with_app(kept, APP.model_copy(update={"state": "suspended"}))
        await of_long_ago(REMOVED, kept)
        assert (await device(kept)).removed_at is None
