"""No question to the database reads a whole collection: each is asked once, and its plan is read.

What is asked is found by the repositories' methods, with arguments by their annotations, so that a new one is looked at
as well. The slow stand-in plans otherwise than MongoDB does: there is nothing to be learned from it.
"""

import inspect
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints
from uuid import uuid4

import pytest
from pydantic import SecretStr
from pymongo import monitoring

from deploy.local.servers.database import find_database
from services.enrollment.store import Store as EnrollmentStore
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from services.notifier.store import Store as NotifierStore
from services.verifier.store import Store as VerifierStore
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.servers.kafka import settings_for

FILTERS = {"find": "filter", "count": "query", "delete": "deletes", "update": "updates", "findAndModify": "query"}
NOT_ASKED = frozenset({"prepare", "versions"})
"""The second is for collections with one document a tenant."""
STORES: Mapping[str, Any] = {"enrollment": EnrollmentStore, "notifier": NotifierStore, "verifier": VerifierStore}
NEVER = object()

Question = tuple[str, Mapping[str, Any], Mapping[str, int]]
_ASKED: ContextVar[list[Question]] = ContextVar("asked")


class _Listener(monitoring.CommandListener):
    def started(self, event: monitoring.CommandStartedEvent) -> None:
        asked, command = _ASKED.get(None), event.command
        if asked is None or event.command_name not in {*FILTERS, "aggregate"}:
            return
        collection, sort = str(command[event.command_name]), dict(command.get("sort", {}))
        if event.command_name == "aggregate":
            asked.append((collection, command["pipeline"][0].get("$match", {}), {}))
            return
        found = command.get(FILTERS[event.command_name], {})
        for one in found if isinstance(found, list) else [{"q": found}]:
            asked.append((collection, dict(one["q"]), sort))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Noted when it began."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Noted when it began."""


monitoring.register(_Listener())


@contextmanager
def asking() -> Iterator[list[Question]]:
    asked: list[Question] = []
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


@pytest.mark.skipif(find_database().name == "secantusd-py", reason="needs a database that plans as MongoDB does")
@pytest.mark.parametrize("service", STORES)
async def test_no_question_reads_a_whole_collection(service: str, mongodb_url: str) -> None:
    settings = settings_for("127.0.0.1:1", "unused").model_copy(update={"mongodb_url": SecretStr(mongodb_url)})
    database, clock = Database(settings, f"test_{uuid4().hex[:12]}"), FixedClock()
    relay = Relay(NotingPublisher(), clock)
    store: Any = STORES[service].open(database, relay, clock)
    await store.prepare()
    await relay.prepare()
    with asking() as asked:
        for repository in (store, *(getattr(store, field.name) for field in fields(store))):
            for name, method in _methods(repository):
                await _called(getattr(repository, name), _arguments(method))
        relay.start()
        await relay.stop()
    scanned = {str(question) for question in asked if await _scans(database, question)}
    await database.drop()
    await database.close()
    assert len(asked) > 5
    assert scanned == set()


def _methods(repository: Any) -> Iterator[tuple[str, Any]]:
    """What is asked of one repository, or of the store itself; what takes whole documents asks by their id."""
    for name, method in vars(type(repository)).items():
        is_ours = not isinstance(repository, Database) and inspect.isfunction(method)
        if is_ours and not name.startswith("_") and name not in NOT_ASKED and NEVER not in _arguments(method).values():
            yield name, method


def _arguments(method: Any) -> dict[str, Any]:
    hints = get_type_hints(method)
    return {
        name: _example(hints.get(name)) for name in inspect.signature(method).parameters if name not in {"self", "cls"}
    }


def _example(hint: Any) -> Any:
    if hint in {str, str | None}:
        return "x"
    if hint in {Sequence[str], Collection[str], Collection[str] | None}:
        return ["x", "y"]
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    return {datetime: NOON, int: 5}.get(hint, NEVER)


async def _called(method: Any, arguments: Mapping[str, Any]) -> None:
    asked = method(**arguments)
    if isinstance(asked, AsyncIterator):
        async for _ in asked:
            pass
    elif inspect.isawaitable(asked):
        await asked


async def _scans(database: Database, question: Question) -> bool:
    collection, criteria, sort = question
    command = {"find": collection, "filter": criteria, "sort": sort}
    plan = await database.collection(collection).database.command("explain", command, verbosity="queryPlanner")
    return "COLLSCAN" in str(plan["queryPlanner"]["winningPlan"])
