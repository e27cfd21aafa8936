"""One run: everything that is measured, in its order, on one stack."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.stack import SERVERS, SERVICES, LocalStack
from tests.bench.answer import Holder, Told, answer, holders, rounds
from tests.bench.client import Tokens
from tests.bench.cycles import Crowd, Load, callers, closed_loop, paced
from tests.bench.figures import Figures, Outcome, Round
from tests.bench.floor import floor
from tests.bench.pages import Pages, measured
from tests.bench.usage import Usage, cpu_between, usage_of
from tests.support.people.api import Platform

CLIENTS = (1, 8, 32)
SETTLE = 3.0
"""Seconds in which what follows from a load is done, and counts with it."""
AWAKE = 10.0
"""Seconds after a start in which groups still form: that is not idling."""
RESTS, LOOKS_FOR, RESTS_WITHIN = 0.05, 5.0, 300.0
"""A process rests that takes less than so much of a core for so many seconds; waited for no longer than this."""
PACE = 0.5
"""Of the rate that a closed loop reached."""
WATCHED = (*SERVICES, *SERVERS)


@dataclass(frozen=True)
class Loaded:
    """A load and the CPU seconds that each process took for it, what idling costs left out."""

    load: Load
    cpu: Mapping[str, float]

    def figures(self) -> dict[str, Any]:
        """For a report."""
        per_cycle = {name: round(seconds * 1000 / len(self.load.took), 2) for name, seconds in self.cpu.items()}
        return {
            "cycles": len(self.load.took),
            "perSecond": round(self.load.rate, 1),
            "milliseconds": Figures.of(self.load.took).rounded(1),
            "cpuMilliseconds": per_cycle,
            "cpuOfServices": round(sum(per_cycle[name] for name in SERVICES), 2),
            "cpuOfServers": round(sum(per_cycle[name] for name in SERVERS), 2),
        }


@dataclass
class Bench:
    """A stack that is up."""

    stack: LocalStack
    seconds: float

    def __post_init__(self) -> None:
        self.platform = Platform(self.stack)
        self.idle: Mapping[str, float] = dict.fromkeys(WATCHED, 0.0)

    def usage(self) -> dict[str, Usage]:
        """What each process has used until now."""
        return {name: usage_of(self.stack.pid(name)) for name in WATCHED}

    def await_rest(self, name: str) -> None:
        """What a database does for minutes with what was loaded is not what its requests cost."""
        deadline = time.monotonic() + RESTS_WITHIN
        while time.monotonic() < deadline:
            before = usage_of(self.stack.pid(name)).cpu
            time.sleep(LOOKS_FOR)
            if usage_of(self.stack.pid(name)).cpu - before < RESTS * LOOKS_FOR:
                return

    def idles(self, seconds: float) -> dict[str, float]:
        """CPU milliseconds a second of each process while nothing is asked."""
        time.sleep(AWAKE)
        before = self.usage()
        time.sleep(seconds)
        spent = cpu_between(before, self.usage())
        self.idle = {name: value / seconds for name, value in spent.items()}
        return {name: round(value * 1000, 1) for name, value in self.idle.items()}

    async def loads(self, told: Told) -> dict[str, dict[str, Any]]:
        """The cycle in a closed loop and paced, with few clients and with many."""
        found: dict[str, dict[str, Any]] = {}
        tokens, crowd = Tokens(self.platform), Crowd()
        async with callers(tokens, max(CLIENTS)) as connected:
            await crowd.grow(connected[:8], 100, lambda: None)
            await closed_loop(connected[:8], 1.0, crowd.cycle, most=100)
            for clients in CLIENTS:
                rate = None
                for name in ("closed", "paced"):
                    loaded = await self._loaded(connected[:clients], crowd, rate)
                    rate = loaded.load.rate * PACE
                    found[f"{name}{clients}"] = loaded.figures()
                    told()
        return found

    async def _loaded(self, connected: Sequence[Any], crowd: Crowd, rate: float | None) -> Loaded:
        most = int(self.seconds * 150)
        await crowd.grow(connected, most - len(crowd.users), lambda: None)
        await asyncio.sleep(SETTLE)
        before, began = self.usage(), time.perf_counter()
        if rate is None:
            load = await closed_loop(connected, self.seconds, crowd.cycle, most=most)
        else:
            load = await paced(connected, rate, self.seconds, crowd.cycle)
        await asyncio.sleep(SETTLE)
        return Loaded(load, self.spent(before, time.perf_counter() - began))

    def spent(self, before: Mapping[str, Usage], seconds: float) -> dict[str, float]:
        """CPU seconds of each process since then, what it takes idle in so many seconds left out."""
        spent = cpu_between(before, self.usage())
        return {name: max(0.0, value - self.idle[name] * seconds) for name, value in spent.items()}

    def answers(self, number: int, told: Told) -> tuple[list[Round], list[int]]:
        """So many answers, each with its floor, and the sizes of what the floor writes."""
        people = holders(self.platform, number + 10, lambda: None)
        found, sizes = asyncio.run(self._rounds(people, told))
        return found[-number:], sizes

    async def _rounds(self, people: list[Holder], told: Told) -> tuple[list[Round], list[int]]:
        first, *others = people
        async with httpx.AsyncClient(timeout=30) as client:
            await answer(first, client)
            async with floor(self.stack.kafka_url, self.stack.mongodb_url, self.address, client) as ground:
                return await rounds(others, ground, told), list(ground.sizes)

    @property
    def address(self) -> str:
        return self.stack.url("enrollment")

    def pages(self) -> Pages:
        """The wizard."""
        return measured(self.stack)

    def starts(self) -> dict[str, float]:
        """Seconds from start to ready of each service."""
        found = {}
        for name in SERVICES:
            self.stack.stop(name)
            began = time.perf_counter()
            self.stack.start(name)
            found[name] = round(time.perf_counter() - began, 2)
        return found


def figures_of(
    found: Sequence[Round], loads: Mapping[str, Any], pages: Pages, resident: Mapping[str, Usage]
) -> dict[str, Any]:
    """All figures of a run, by name."""
    outcome = Outcome.of(found)
    parts = ("answer", "floor", "http", "hops", "writes")
    return {
        "answer": {name: getattr(outcome, name).rounded() for name in parts} | {"times": outcome.ratio.rounded()},
        "cycle": dict(loads),
        "page": {
            "get": pages.get.rounded(),
            "post": pages.post.rounded(),
            "cpuMilliseconds": pages.cpu,
            "firstBytes": pages.first_bytes,
            "firstRequests": pages.first_requests,
        },
        "residentMegabytes": {name: round(usage.resident) for name, usage in resident.items()},
    }
