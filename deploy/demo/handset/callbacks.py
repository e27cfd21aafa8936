"""Requests from the provider to the product: signed, and tried again a little when refused."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any, Literal

import httpx

from deploy.demo.handset.signature import sign

log = logging.getLogger(__name__)
PAUSES = (0.3, 1.0, 3.0)
"""Seconds before each further try."""


class CallbackFailedError(Exception):
    """The product could not be reached, or kept refusing."""


class Callbacks:
    """Posts to the product as Twilio would."""

    def __init__(self, client: httpx.AsyncClient, auth_token: str, pauses: tuple[float, ...] = PAUSES) -> None:
        self._client = client
        self._auth_token = auth_token
        self._pauses = pauses

    async def send(self, url: str, parameters: Mapping[str, str], method: Literal["GET", "POST"] = "POST") -> str:
        """Call `url` with signed parameters and return the body of the answer.

        Raises:
            CallbackFailedError: after the last try.
        """
        problem = "not tried"
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            try:
                answer = await self._request(url, parameters, method)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                problem = type(error).__name__
                continue
            if answer.is_success:
                return answer.text
            problem = f"HTTP {answer.status_code}"
        raise CallbackFailedError(problem)

    async def _request(self, url: str, parameters: Mapping[str, str], method: str) -> httpx.Response:
        if method == "GET":
            target = str(httpx.URL(url).copy_merge_params(dict(parameters)))
            return await self._client.get(target, headers=self._signed(target, {}))
        return await self._client.post(url, data=dict(parameters), headers=self._signed(url, parameters))

    def _signed(self, url: str, parameters: Mapping[str, str]) -> dict[str, str]:
        return {"X-Twilio-Signature": sign(self._auth_token, url, parameters), "User-Agent": "TwilioProxy/1.1"}


class Errands:
    """Work that goes on after the request that caused it; cancelled when the handset is switched off."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; a failure is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def close(self) -> None:
        """Stop whatever still runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("background work failed: %r", task.exception())
