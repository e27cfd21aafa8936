"""In which order a service is prepared, works and stops, also while nothing that it needs is there."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from services.kit.clock import SystemClock
from services.kit.mongo.prepare import NotPreparedError
from services.kit.service import Service
from tests.support.kafka import settings_for
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


def service() -> Service:
    settings = settings_for(NOWHERE, "test").model_copy(update={"mongodb_url": SecretStr(f"mongodb://{NOWHERE}")})
    return Service("notifier", settings, SystemClock())


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
