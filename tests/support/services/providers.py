"""A provider for tests: a local server that speaks Twilio's protocol, and the behaviour that all providers share."""

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal, Protocol
from urllib.parse import parse_qsl
from uuid import uuid4

import httpx
import pytest
from pydantic import AnyHttpUrl, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kit.config.providers import TwilioProvider
from services.notifier.providers.base import (
    TIMEOUT,
    Inquiring,
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    TransientError,
)
from services.notifier.providers.twilio import signature
from tests.support.serving import serving

SID = "AC" + "0" * 31 + "1"
TOKEN = "test-twilio-token"
NUMBER = "+447700900142"

Mode = Literal["ok", "error", "reject", "throttle", "slow", "hang", "garbage", "denied"]


class Server(Protocol):
    """Speaks a provider's protocol, and keeps what it accepted, newest first."""

    mode: Mode
    delay: float

    @property
    def messages(self) -> list[dict[str, str]]:
        """Each with `sid`, the id in the receipt, and `to`."""
        ...


@dataclass
class TwilioServer:
    """Accepts, refuses or never answers, as `mode` says; keeps what it accepted, newest first: texts, or calls."""

    mode: Mode = "ok"
    delay: float = 6.0
    retry_after: str | None = None
    calls: int = 0
    inquiries: int = 0
    messages: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def account(self, name: str = "twilio-t") -> TwilioProvider:
        """The account as a configuration names it."""
        return TwilioProvider(
            name=name,
            type="twilio",
            base_url=AnyHttpUrl(f"http://127.0.0.1:{self.port}"),
            account_sid=SID,
            auth_token=SecretStr(TOKEN),
            sender="+447700900999",
        )

    def app(self) -> Starlette:
        """The server's routes."""
        path = f"/2010-04-01/Accounts/{SID}/{{resource}}.json"
        return Starlette(routes=[Route(path, self._create, methods=["POST"]), Route(path, self._list, methods=["GET"])])

    async def report(self, message: Mapping[str, str], status: str, *, token: str = TOKEN, **more: str) -> int:
        """Post a signed status callback; returns the answer's status."""
        fields = {"MessageSid": message["sid"], "MessageStatus": status, "To": message["to"], **more}
        return (await self.post(message["callback"], fields, token=token)).status_code

    async def post(self, url: str, fields: Mapping[str, str], *, token: str = TOKEN) -> httpx.Response:
        """A signed request to the product."""
        signed = signature(token, url, list(fields.items()))
        async with httpx.AsyncClient() as client:
            return await client.post(url, data=dict(fields), headers={"X-Twilio-Signature": signed})

    async def _create(self, request: Request) -> Response:
        self.calls += 1
        form = dict(parse_qsl((await request.body()).decode()))
        if self.mode == "denied" or not _authenticated(request):
            return _error(401, 20003)
        match self.mode:
            case "error":
                return _error(500, 20500)
            case "reject":
                return _error(400, 21211)
            case "throttle":
                return _error(429, 20429, {"Retry-After": self.retry_after} if self.retry_after else {})
            case "hang":
                await asyncio.sleep(60)
        sid = f"{'CA' if request.path_params['resource'] == 'Calls' else 'SM'}{uuid4().hex}"
        made = datetime.now(UTC)
        self.messages.insert(
            0,
            {
                "sid": sid,
                "to": form["To"],
                "from": form["From"],
                "body": form.get("Body", ""),
                "url": form.get("Url", ""),
                "digits": form.get("SendDigits", ""),
                "callback": form["StatusCallback"],
                "date_created": format_datetime(made),
            },
        )
        if self.mode == "slow":
            await asyncio.sleep(self.delay)
        if self.mode == "garbage":
            return Response("<html>", 201)
        return JSONResponse({"sid": sid, "status": "queued"}, 201)

    async def _list(self, request: Request) -> Response:
        self.inquiries += 1
        if not _authenticated(request):
            return _error(401, 20003)
        if self.mode == "error":
            return _error(500, 20500)
        shown = [one for one in self.messages if one["to"] == request.query_params.get("To")]
        return JSONResponse({str(request.path_params["resource"]).lower(): shown})


@asynccontextmanager
async def twilio() -> AsyncIterator[TwilioServer]:
    """A running server."""
    server = TwilioServer()
    async with serving(server.app()) as port:
        server.port = port
        yield server


def message(delivery_id: str = "d-1", *, mark: str = "@localhost #123456") -> Message:
    """A message as a channel composes it."""
    return Message(delivery_id, NUMBER, f"123456 is your code.\n\n{mark}", mark)


class ProviderBehaviour:
    """What every provider does, whatever its protocol. A suite for one adds the fixtures `server`, which
    speaks its protocol and is told by `mode` what to do, and `provider`, the adapter that talks to it."""

    @pytest.fixture
    def impatient(self, provider: Provider) -> Provider:
        """One that soon gives up, where it can be told to. The others wait in full."""
        return provider

    async def test_an_accepted_message_has_a_receipt(self, server: Server, provider: Provider) -> None:
        receipt = await provider.send(self.message())
        assert [receipt.message_id] == [one["sid"] for one in server.messages]
        assert server.messages[0]["to"] == self.message().to

    async def test_a_rejected_destination_is_permanent(self, server: Server, provider: Provider) -> None:
        server.mode = "reject"
        with pytest.raises(PermanentError):
            await provider.send(self.message())

    async def test_a_server_error_is_transient(self, server: Server, provider: Provider) -> None:
        server.mode = "error"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert (raised.value.reason, raised.value.retry_after) == ("providerUnavailable", None)

    async def test_wrong_credentials_are_the_operators_affair(self, server: Server, provider: Provider) -> None:
        server.mode = "denied"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert raised.value.reason == "providerRefused"

    async def test_throttling_asks_for_a_pause(self, server: Server, provider: Provider) -> None:
        server.mode = "throttle"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert raised.value.retry_after

    async def test_silence_ends_and_leaves_the_outcome_open(self, server: Server, impatient: Provider) -> None:
        server.mode, server.delay = "slow", 60.0
        async with asyncio.timeout(TIMEOUT + 10.0):
            with pytest.raises(OutcomeUnknownError):
                await impatient.send(self.message())

    async def test_a_server_that_is_not_there_has_taken_nothing(self) -> None:
        with pytest.raises(TransientError):
            await self.unreachable().send(self.message())

    async def test_nothing_of_a_message_is_in_an_error(self, server: Server, provider: Provider) -> None:
        server.mode = "reject"
        with pytest.raises(PermanentError) as raised:
            await provider.send(self.message())
        assert self.message().to not in repr(raised.value)
        assert "123456" not in repr(self.message())

    def message(self) -> Message:
        """A message as the provider's channel composes it."""
        return message()

    def unreachable(self) -> Provider:
        """The adapter, talking to a port where nobody listens."""
        raise NotImplementedError


class TwilioBehaviour(ProviderBehaviour):
    """What the adapters of Twilio's API do besides."""

    @pytest.fixture
    async def server(self) -> AsyncIterator[TwilioServer]:
        async with twilio() as running:
            yield running

    async def test_throttling_says_how_long(self, server: TwilioServer, provider: Provider) -> None:
        server.mode, server.retry_after = "throttle", "7"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert raised.value.retry_after == 7

    async def test_throttling_without_a_time_still_asks_for_a_pause(
        self, server: TwilioServer, provider: Provider
    ) -> None:
        server.mode, server.retry_after = "throttle", "Wed, 21 Oct 2026 07:28:00 GMT"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert raised.value.retry_after

    async def test_what_was_taken_is_found_again(self, provider: Provider) -> None:
        assert isinstance(provider, Inquiring)
        began = datetime.now(UTC)
        assert await provider.find(self.message(), since=began) is None
        receipt = await provider.send(self.message())
        assert await provider.find(self.message(), since=began) == receipt
        assert await provider.find(self.message(), since=began + timedelta(minutes=1)) is None


def _authenticated(request: Request) -> bool:
    expected = base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    return request.headers.get("authorization") == f"Basic {expected}"


def _error(status: int, code: int, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": code, "message": f"about {NUMBER}", "status": status}, status, headers)
