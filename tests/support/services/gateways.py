"""Local servers that speak the protocols of further providers: told by `mode` what to do, as `TwilioServer`."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Literal, TypeVar
from urllib.parse import parse_qsl
from uuid import uuid4

from pydantic import AnyHttpUrl, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.kit.config.gateways import SesProvider, SinchProvider, SnsProvider, VonageProvider, WebhookProvider
from services.notifier.providers import standard_webhooks as signing
from services.notifier.providers.amazon.signing import Signer
from tests.support.services.providers import Mode
from tests.support.serving import serving

Content = dict[str, str]


@dataclass
class Gateway(ABC):
    """Accepts, refuses or never answers; keeps what it accepted, newest first."""

    mode: Mode = "ok"
    delay: float = 1.0
    messages: list[Content] = field(default_factory=list)
    port: int = 0

    path: ClassVar[str] = "/"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def app(self) -> Starlette:
        """The server's routes."""
        return Starlette(routes=[Route(self.path, self._take, methods=["POST"]), Route(self.path, self.listed)])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if self.mode == "denied" or not self.is_genuine(request.headers, body):
            return self.denied()
        match self.mode:
            case "error":
                return JSONResponse({}, 500)
            case "reject":
                return self.rejected()
            case "throttle":
                return self.throttled()
            case "hang":
                await asyncio.sleep(60)
        taken = {"sid": uuid4().hex, **self.read(request.headers, body)}
        self.messages.insert(0, taken)
        if self.mode == "slow":
            await asyncio.sleep(self.delay)
        return Response("<html>", 200) if self.mode == "garbage" else self.accepted(taken)

    @abstractmethod
    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool: ...

    @abstractmethod
    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        """With `to` as we write numbers."""

    @abstractmethod
    def accepted(self, taken: Content) -> Response: ...

    @abstractmethod
    def rejected(self) -> Response: ...

    def denied(self) -> Response:
        return JSONResponse({}, 401)

    def throttled(self) -> Response:
        return JSONResponse({}, 429, {"Retry-After": "7"})

    async def listed(self, request: Request) -> Response:
        """What it took, to whoever asks."""
        return JSONResponse({}, 404)


G = TypeVar("G", bound=Gateway)


@asynccontextmanager
async def running(server: G) -> AsyncIterator[G]:
    """The server, reachable."""
    async with serving(server.app()) as port:
        server.port = port
        yield server


class WebhookGateway(Gateway):
    """A receiver of our own webhooks."""

    key = b"0" * 32

    def account(self) -> WebhookProvider:
        return WebhookProvider(name="hook", type="webhook", url=AnyHttpUrl(self.url), secrets=("env:HOOK",))

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return signing.is_genuine([self.key], headers, body, datetime.now(UTC))

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        content = json.loads(body)
        return {**content["data"], "webhookId": headers["webhook-id"], "type": content["type"]}

    def accepted(self, taken: Content) -> Response:
        known = [one for one in self.messages if one["id"] == taken["id"]]
        if len(known) > 1:
            self.messages.remove(taken)
            return JSONResponse({"id": known[-1]["sid"]}, 409)
        return JSONResponse({"id": taken["sid"]}, 202)

    def rejected(self) -> Response:
        return JSONResponse({"error": "destination"}, 422)


class VonageGateway(Gateway):
    """Vonage's SMS API: what goes wrong is told with 200 and a code."""

    path = "/sms/json"
    key, secret = "abcd1234", "a-secret-of-vonage"
    code = "6"

    def account(self) -> VonageProvider:
        return VonageProvider(
            name="vonage-t",
            type="vonage",
            base_url=AnyHttpUrl(self.url),
            api_key=self.key,
            api_secret="env:VONAGE",
            sender="Northbridge",
        )

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        form = dict(parse_qsl(body.decode()))
        return (form["api_key"], form["api_secret"]) == (self.key, self.secret)

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        form = dict(parse_qsl(body.decode()))
        return {**form, "to": f"+{form['to']}"}

    def accepted(self, taken: Content) -> Response:
        part = {"to": taken["to"][1:], "message-id": taken["sid"], "status": "0", "client-ref": taken["client-ref"]}
        return JSONResponse({"message-count": "1", "messages": [part]})

    def rejected(self) -> Response:
        return self._failed(self.code)

    def denied(self) -> Response:
        return self._failed("4")

    def throttled(self) -> Response:
        return self._failed("1")

    def _failed(self, code: str) -> Response:
        return JSONResponse({"message-count": "1", "messages": [{"status": code, "error-text": "about +447700900142"}]})


class SinchGateway(Gateway):
    """Sinch's SMS API: batches of one."""

    path = "/xms/v1/plan1234/batches"
    token = "a-token-of-sinch"

    def account(self) -> SinchProvider:
        return SinchProvider(
            name="sinch-t",
            type="sinch",
            base_url=AnyHttpUrl(self.url),
            service_plan="plan1234",
            api_token="env:SINCH",
            sender="Northbridge",
        )

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}"

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        content = json.loads(body)
        (to,) = content["to"]
        return {**content, "to": f"+{to}"}

    def accepted(self, taken: Content) -> Response:
        return JSONResponse(self._batch(taken), 201)

    def rejected(self) -> Response:
        return JSONResponse({"code": "syntax_invalid_parameter_format", "text": "about 447700900142"}, 400)

    async def listed(self, request: Request) -> Response:
        if not self.is_genuine(request.headers, b""):
            return self.denied()
        wanted = request.query_params["client_reference"]
        found = [self._batch(one) for one in self.messages if one["client_reference"] == wanted]
        return JSONResponse({"count": len(found), "page": 0, "batches": found})

    def _batch(self, taken: Content) -> dict[str, object]:
        return {"id": taken["sid"], "client_reference": taken["client_reference"], "to": [taken["to"][1:]]}


class AmazonGateway(Gateway):
    """A service of Amazon's: it signs what it got by the same key, and compares."""

    key_id, secret, region = "AKIDEXAMPLE00000", SecretStr("a-secret-of-amazon"), "eu-west-1"
    service: ClassVar[Literal["sns", "ses"]]

    async def is_signed(self, request: Request, body: bytes) -> bool:
        given = dict(request.headers)
        at = datetime.strptime(given["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        signer = Signer(self.service, self.region, self.key_id, self.secret)
        content = {"Content-Type": given["content-type"]}
        expected = await signer.signed(request.method, f"{self.url}{self.path}", content, body, at)
        return expected["Authorization"] == given["authorization"]

    async def _take(self, request: Request) -> Response:
        if not await self.is_signed(request, await request.body()):
            return self.denied()
        return await super()._take(request)

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return True


class SnsGateway(AmazonGateway):
    """Publish of the Query API."""

    service = "sns"

    def account(self) -> SnsProvider:
        return SnsProvider(
            name="sns-t",
            type="sns",
            region=self.region,
            base_url=AnyHttpUrl(self.url),
            access_key_id=self.key_id,
            secret_access_key="env:AMAZON",
            sender="Northbridge",
        )

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        form = dict(parse_qsl(body.decode()))
        return {**form, "to": form["PhoneNumber"]}

    def accepted(self, taken: Content) -> Response:
        result = f"<PublishResult><MessageId>{taken['sid']}</MessageId></PublishResult>"
        return Response(f"<PublishResponse>{result}</PublishResponse>")

    def rejected(self) -> Response:
        return self._failed(400, "InvalidParameter", "Invalid parameter: PhoneNumber Reason: +447700900142")

    def denied(self) -> Response:
        return self._failed(403, "SignatureDoesNotMatch", "The request signature")

    def throttled(self) -> Response:
        return self._failed(400, "Throttling", "Rate exceeded")

    def _failed(self, status: int, code: str, said: str) -> Response:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message></Error>"
        return Response(f"<ErrorResponse>{error}</ErrorResponse>", status)


class SesGateway(AmazonGateway):
    """SendEmail of API v2."""

    service = "ses"
    path = "/v2/email/outbound-emails"

    def account(self) -> SesProvider:
        return SesProvider(
            name="ses-t",
            type="ses",
            region=self.region,
            base_url=AnyHttpUrl(self.url),
            access_key_id=self.key_id,
            secret_access_key="env:AMAZON",
            sender="security-info@northbridge.example",
            sender_name="Nörthbridge",
        )

    def read(self, headers: Mapping[str, str], body: bytes) -> Content:
        content = json.loads(body)
        (to,) = content["Destination"]["ToAddresses"]
        return {"to": to, "from": content["FromEmailAddress"], **content["Content"]["Simple"]}

    def accepted(self, taken: Content) -> Response:
        return JSONResponse({"MessageId": taken["sid"]})

    def rejected(self) -> Response:
        return self._failed(400, "BadRequestException", "Domain contains dot-dot in +447700900142")

    def denied(self) -> Response:
        return self._failed(403, "AccessDeniedException", "not authorized")

    def throttled(self) -> Response:
        return self._failed(429, "TooManyRequestsException", "Too many")

    def _failed(self, status: int, name: str, said: str) -> Response:
        return JSONResponse({"message": said}, status, {"x-amzn-ErrorType": f"{name}:http://internal.amazon.com/"})
