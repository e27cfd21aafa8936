"""What the devices that are followed here are told of: what other replicas asked of them, and that they are known no
more."""

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

import structlog

from services.enrollment.needs import HasChallenges, HasDevices, HasPlaces, HasSignals
from services.kit.background import Background
from services.kit.mongo.client import DatabaseError

log = structlog.get_logger(__name__)

FOLLOWING: Final = "device"
"""What holds the places of streams of requests."""

LOOK_EVERY = 2.0
AT_ONCE = 1000
"""Devices in one query."""

Asked = frozenset[str] | None
"""What a device may answer; None where it is not known any more."""


class CanWatch(HasChallenges, HasDevices, HasPlaces, HasSignals, Protocol):
    """Knows who follows, and what is asked of them."""


class Watch(Background):
    """Looks every 2 s, for all devices that are followed here at once, and wakes the streams of those for which
    something is otherwise than before: so streams don't ask by themselves all the time."""

    def __init__(self, deps: CanWatch) -> None:
        self._deps = deps
        self._seen: Mapping[str, Asked] = {}

    async def look(self) -> None:
        """Once. A device that has just been followed is woken, too: nobody knows what its stream has seen."""
        followed = sorted(self._deps.places.held_by(FOLLOWING))
        seen: dict[str, Asked] = {}
        for devices in (followed[start : start + AT_ONCE] for start in range(0, len(followed), AT_ONCE)):
            known = await self._deps.devices.known(devices)
            asked = await self._deps.challenges.asked_of_devices(devices)
            seen |= {device: asked.get(device, frozenset()) if device in known else None for device in devices}
        for device, now in seen.items():
            if device not in self._seen or self._seen[device] != now:
                self._deps.signals.notify(device)
        self._seen = seen

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except DatabaseError:
                log.warning("streams of devices wait for the database")
            await asyncio.sleep(LOOK_EVERY)
