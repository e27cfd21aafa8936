"""Whether a part answers. Each check returns within some seconds, and never raises."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from typing import Any, TypeVar

import httpx
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.errors import PyMongoError

PATIENCE_SECONDS = 2.0
POLL_SECONDS = 0.05

T = TypeVar("T")


def port_is_open(port: int) -> bool:
    """Whether something listens on `port`."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS):
            return True
    except OSError:
        return False


def page_answers(url: str) -> bool:
    """Whether GET `url` is a success. Loopback is never asked through a proxy."""
    try:
        return _browser().get(url).is_success
    except httpx.HTTPError:
        return False


@cache
def _browser() -> httpx.Client:
    """One for all questions: each new one reads all certificates of the machine, which takes longer than an answer."""
    without_keeping = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False, limits=without_keeping)


def database_answers(url: str) -> bool:
    """Whether the database takes commands."""
    client: MongoClient[dict[str, object]] = MongoClient(
        url, serverSelectionTimeoutMS=int(PATIENCE_SECONDS * 1000), connectTimeoutMS=int(PATIENCE_SECONDS * 1000)
    )
    try:
        client.admin.command("ping")
    except PyMongoError:
        return False
    else:
        return True
    finally:
        client.close()


def kafka_answers(options: Mapping[str, Any]) -> bool:
    """Whether the broker tells about its cluster; `options` are aiokafka's."""
    try:
        outside_loop(_ask_kafka(options))
    except (KafkaError, OSError):
        return False
    return True


def outside_loop(work: Coroutine[object, object, T]) -> T:
    """Run `work` to its end, also where the caller's thread is running an event loop already."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 (handed to the caller's thread)
            errors.append(error)

    thread = threading.Thread(target=run, name="outside-loop")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until `condition` holds; False where the time ran out."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_SECONDS)
    return True


async def _ask_kafka(options: Mapping[str, Any]) -> None:
    admin = AIOKafkaAdminClient(**options, request_timeout_ms=int(PATIENCE_SECONDS * 1000))
    try:
        await admin.start()
        await admin.describe_cluster()
    finally:
        await admin.close()
