"""In which order a service is prepared, works and stops, also while nothing that it needs is there."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from services.kit.clock import SystemClock, monotonic
from services.kit.mongo import relay
from services.kit.mongo.prepare import NotPreparedError
from services.kit.runtime import EXIT_WITHIN, GRACE_SECONDS
from services.kit.service import Service, StopTimes
from services.notifier import pool
from tests.support.servers.kafka import settings_for
from tests.support.waiting import until

NOWHERE = "127.0.0.1:1"


class Noting:
    """A worker that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.works = True

    def start(self) -> None:
        self.asked.append("start")

    async def stop(self) -> None:
        self.asked.append("stop")

    def alive(self) -> bool:
        return self.works


def service(stop_times: StopTimes | None = None) -> Service:
    settings = settings_for(NOWHERE, "test").model_copy(update={"mongodb_url": SecretStr(f"mongodb://{NOWHERE}")})
    return Service("notifier", settings, SystemClock(), stop_times=stop_times)


async def nothing_to_end() -> int:
    return 0


async def test_its_workers_are_parts_of_its_health() -> None:
    made, worker = service(), Noting()
    made.in_background("dispatcher", worker)
    made.sweep("deliveries", every=timedelta(seconds=1), work=nothing_to_end)
    app = made.app()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        health = await client.get("/healthz")
        worker.works = False
        broken = await client.get("/healthz")
    assert health.json()["parts"] == dict.fromkeys(("consumers", "relay", "dispatcher", "sweeper"), "ok")
    assert (broken.status_code, broken.json()["parts"]["dispatcher"]) == (503, "down")


async def test_work_begins_once_all_is_prepared_and_ends_before_the_rest_is_closed() -> None:
    made, worker, seen = service(), Noting(), list[tuple[str, list[str]]]()

    async def step() -> None:
        seen.append(("prepared", list(worker.asked)))

    async def close() -> None:
        seen.append(("closed", list(worker.asked)))

    made.prepare(step)
    made.in_background("dispatcher", worker)
    made.close_at_the_end(close)
    await made.start()
    await until(made.preparation.ready)
    await made.stop()
    assert seen == [("prepared", []), ("closed", ["start", "stop"])]


async def test_work_does_not_begin_while_something_is_not_prepared() -> None:
    made, worker, never = service(), Noting(), asyncio.Event()

    async def step() -> None:
        await never.wait()

    made.prepare(step)
    made.in_background("dispatcher", worker)
    await made.start()
    with pytest.raises(NotPreparedError):
        await made.preparation.require()
    await made.stop()
    assert worker.asked == ["stop"]


class Hanging(Noting):
    """A worker that does not let itself be stopped."""

    async def stop(self) -> None:
        never = asyncio.Event()
        while True:
            try:
                await never.wait()
            except asyncio.CancelledError:
                self.asked.append("cancelled")
                if self.asked.count("cancelled") > 1:
                    raise


async def test_it_stops_in_time_whatever_hangs() -> None:
    made, worker, closed = service(StopTimes(work=0.2, relay=0.2, kafka=0.2, rest=0.2)), Hanging(), list[str]()

    async def fail() -> None:
        closed.append("failed")
        raise RuntimeError

    async def hang() -> None:
        closed.append("hangs")
        await asyncio.Event().wait()

    made.in_background("dispatcher", worker)
    made.close_at_the_end(fail)
    made.close_at_the_end(hang)
    await made.start()
    began = monotonic()
    await made.stop()
    assert monotonic() - began < 10
    assert sorted(closed) == ["failed", "hangs"]


def test_all_stages_of_stopping_end_before_the_process_is_killed() -> None:
    times = StopTimes()
    stages = GRACE_SECONDS + times.work + times.relay + times.kafka + times.rest
    assert stages < EXIT_WITHIN < 30
    assert times.work > pool.STOP_WITHIN
    assert times.relay > relay.STOP_WITHIN
