"""Takes queued deliveries to their providers: a bounded pool for each, so that a slow one holds up nobody else."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.notifier.calm import Calm
from services.notifier.dependencies import Dependencies
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.routing import choose
from services.notifier.handlers.composing import country_of
from services.notifier.health import Health
from services.notifier.line import Line
from services.notifier.pool import ATTEMPT_WITHIN, POOL_SIZE, Pool

SPARE_THREADS = 16
"""Beside one for each call that may be out: names are looked up in threads, and a name server that hangs for one
provider must not leave none for the others. They are made when they are needed."""


class Dispatcher:
    """The pools of all channels that this process serves."""

    def __init__(
        self, lines: Sequence[Line], deps: Dependencies, *, size: int = POOL_SIZE, within: float = ATTEMPT_WITHIN
    ) -> None:
        self._lines = {line.channel.name: line for line in lines}
        self._deps = deps
        self._health = Health(deps.store, deps.clock)
        self._most_calls = size * sum(len(line.providers) for line in lines)
        limits = (size, within)
        self._calm = Calm(deps.store, self._tell)
        self._pools = [
            Pool(line, index, deps, self._health, limits=limits, wake=self.wake)
            for line in lines
            for index in range(len(line.providers))
        ]

    def start(self) -> None:
        """Begin; what an earlier process left is found at once."""
        threads = ThreadPoolExecutor(self._most_calls + SPARE_THREADS, thread_name_prefix="lookups")
        asyncio.get_running_loop().set_default_executor(threads)
        for worker in (*self._pools, self._calm):
            worker.start()

    async def stop(self) -> None:
        """Claim nothing more and let the running calls end; what is cut off is taken over when its lease runs out."""
        await asyncio.gather(*(worker.stop() for worker in (*self._pools, self._calm)))

    def wake(self, channel: str, provider: str) -> None:
        for pool in self._pools:
            if pool.serves(channel, provider):
                pool.wake()

    def placed(self, delivery: Delivery) -> Delivery:
        """With the country of its number, and given to the provider whose turn it is."""
        line = self._lines[delivery.channel]
        country = country_of(delivery, self._deps) if line.reaches_numbers else None
        known = delivery.model_copy(update={"country": country})
        provider = choose(line.route_of(known), self._health.standing)
        return known.model_copy(update={"provider": provider})

    def alive(self) -> bool:
        return all(worker.alive() for worker in (*self._pools, self._calm))

    def _tell(self, is_calm: bool) -> None:
        for pool in self._pools:
            pool.told(is_calm)
