"""An application on a port of its own, in the test's process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from services.kit.runtime import listen
from tests.support.waiting import until


@asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[int]:
    """Serve an ASGI application on loopback in this event loop; gives the port."""
    listener = listen("127.0.0.1", port)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none")
    )
    task = asyncio.create_task(server._serve(sockets=[listener]))  # `serve` would take pytest's signal handlers
    try:
        await until(lambda: server.started or task.done())
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await task
        listener.close()
