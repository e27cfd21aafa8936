"""How an answer of the database is waited for, against a connection without a server."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from pymongo.asynchronous import pool
from pymongo.errors import AutoReconnect, ProtocolError
from pymongo.network_layer import PyMongoProtocol

from services.kit.mongo import wire


def connection(protocol: PyMongoProtocol, *, is_given_up: bool = False) -> Any:
    protocol.transport = Mock(**{"is_closing.return_value": False})
    context = SimpleNamespace(cancelled=is_given_up)
    return SimpleNamespace(conn=SimpleNamespace(get_conn=protocol), cancel_context=context)


def answers(protocol: PyMongoProtocol, kind: int) -> None:
    waiting = protocol._pending_messages.popleft()
    waiting.set_result((kind, None, 7, b""))


async def test_each_client_of_the_process_goes_this_way() -> None:
    in_use = vars(pool)
    assert (in_use["async_sendall"], in_use["async_receive_message"]) == (wire.send, wire.receive)


async def test_an_answer_that_does_not_come_ends_with_the_time_of_the_connection() -> None:
    with pytest.raises(TimeoutError, match="timed out"):
        await wire.receive(connection(PyMongoProtocol(timeout=0.01)), 7)


async def test_a_server_that_its_monitor_found_gone_is_not_waited_for() -> None:
    async with asyncio.timeout(5):
        with pytest.raises(AutoReconnect, match="cancelled"):
            await wire.receive(connection(PyMongoProtocol(timeout=60), is_given_up=True), 7)


async def test_an_answer_of_another_kind_is_an_error_of_the_protocol() -> None:
    protocol = PyMongoProtocol(timeout=5)
    receiving = asyncio.create_task(wire.receive(connection(protocol), 7))
    await asyncio.sleep(0)
    answers(protocol, 1)
    with pytest.raises(ProtocolError, match="kind 1"):
        await receiving


async def test_a_closed_connection_is_told_when_it_is_written_to() -> None:
    protocol = PyMongoProtocol()
    protocol.transport = cast("Any", Mock(**{"is_closing.return_value": True}))
    with pytest.raises(OSError, match="closed"):
        await wire.send(protocol, b"message")
