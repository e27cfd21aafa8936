"""How the driver waits: without a task for each step of a command, and so that no cancellation is lost.

PyMongo 4.20 gives each command three tasks: one to write, one to read, and one that looks now and then whether the
server was given up. Writing needs none, for the transport takes a message of any size at once; reading needs a time
limit. The driver also waits by `asyncio.wait_for`, which before Python 3.12 loses a cancellation that comes once what
it waits for is over (python/cpython#86296): a service that stops waits for ever, a time limit does not hold. So there
it is replaced for the whole process. What is replaced in the driver is not public: `tests/unit/kit/mongo/test_wire.py`
and `tests/integration/mongo/test_mongo_cancelling.py` fail where it is not in use.
"""

import asyncio
import sys
from collections.abc import Awaitable
from typing import Any, TypeVar

from pymongo import lock
from pymongo.asynchronous import pool
from pymongo.asynchronous.pool import AsyncConnection
from pymongo.common import MAX_MESSAGE_SIZE
from pymongo.errors import ProtocolError, _OperationCancelled
from pymongo.message import _UNPACK_REPLY
from pymongo.network_layer import PyMongoProtocol

T = TypeVar("T")

LOOKS_EVERY = 0.5
"""Seconds, the driver's own: how soon a command ends whose server its monitor has found gone."""


def install() -> None:
    """For all clients of this process."""
    modules: tuple[Any, ...] = (asyncio, lock) if sys.version_info < (3, 12) else ()
    for module in modules:
        module.wait_for = wait_for
    driver: Any = pool
    driver.async_sendall, driver.async_receive_message = send, receive


async def wait_for(fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 # as asyncio calls it
    """As that of Python 3.12. Raises `TimeoutError`."""
    async with asyncio.timeout(timeout):
        return await fut


async def send(protocol: PyMongoProtocol, message: bytes) -> None:
    """Raises `OSError`: the connection is closed."""
    await protocol.write(message)


async def receive(connection: AsyncConnection, request_id: int | None, max_message_size: int = MAX_MESSAGE_SIZE) -> Any:
    """The answer to that request.

    Raises:
        TimeoutError: it did not come within the connection's time.
        OSError: the connection is closed.
        AutoReconnect: the server is gone, as its monitor says.
        ProtocolError: it cannot be read.
    """
    protocol = connection.conn.get_conn
    watch = _Watch(connection, protocol)
    try:
        async with asyncio.timeout(protocol.gettimeout):
            data, kind = await protocol.read(request_id, max_message_size)
    except TimeoutError:
        raise TimeoutError("timed out") from None
    finally:
        watch.end()
    unpack = _UNPACK_REPLY.get(kind)
    if unpack is None:
        raise ProtocolError(f"an answer of the unknown kind {kind}")
    return unpack(data)


class _Watch:
    """Ends the wait for an answer once the monitor has given the server up."""

    def __init__(self, connection: AsyncConnection, protocol: PyMongoProtocol) -> None:
        self._connection = connection
        self._protocol = protocol
        self._next = asyncio.get_running_loop().call_later(LOOKS_EVERY, self._look)

    def end(self) -> None:
        self._next.cancel()

    def _look(self) -> None:
        if self._connection.cancel_context.cancelled:
            self._protocol.close(_OperationCancelled("operation cancelled"))
        else:
            self._next = asyncio.get_running_loop().call_later(LOOKS_EVERY, self._look)
