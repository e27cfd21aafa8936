"""Two processes of each service beside one, in turns, under the load of the most clients."""

import asyncio
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from deploy.local.stack import SERVICES
from tests.bench.answer import Told
from tests.bench.client import Caller, Tokens
from tests.bench.cycles import Crowd, callers, closed_loop
from tests.bench.running import CLIENTS, SETTLE, Bench
from tests.bench.usage import ticks_of_cores
from tests.support.servers.replicas import replica

TURNS = 2
MOST_A_SECOND = 150


async def two_of_each(bench: Bench, told: Told) -> dict[str, Any]:
    """Cycles a second with one and with two, and how much of the cores that took."""
    crowd, tokens = Crowd(), Tokens(bench.platform)
    found: dict[str, list[tuple[float, float]]] = {"one": [], "two": []}
    for _ in range(TURNS):
        for name, loads in found.items():
            with ExitStack() as started:
                origins = [bench.address]
                if name == "two":
                    further = {part: started.enter_context(replica(bench.stack, part)) for part in SERVICES}
                    origins.append(further["enrollment"])
                async with callers(tokens, max(CLIENTS), origins) as connected:
                    loads.append(await _loaded(connected, crowd, bench.seconds))
            told()
    rates = {name: statistics.mean(rate for rate, _ in loads) for name, loads in found.items()}
    busy = {name: statistics.mean(share for _, share in loads) for name, loads in found.items()}
    return {
        **{name: {"perSecond": round(rate, 1)} for name, rate in rates.items()},
        "times": round(rates["two"] / rates["one"], 2),
        "coresBusy": {name: round(share, 2) for name, share in busy.items()},
    }


async def _loaded(connected: Sequence[Caller], crowd: Crowd, seconds: float) -> tuple[float, float]:
    """Cycles a second, and the part of the cores' time that was worked."""
    most = int(seconds * MOST_A_SECOND)
    await crowd.grow(connected, most - len(crowd.users), lambda: None)
    await asyncio.sleep(SETTLE)
    busy_before, idle_before = ticks_of_cores()
    load = await closed_loop(connected, seconds, crowd.cycle, most=most)
    busy, idle = ticks_of_cores()
    worked = busy - busy_before
    return load.rate, worked / (worked + idle - idle_before)
