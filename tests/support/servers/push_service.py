"""A push service on loopback for tests, and a browser that subscribed to it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.kit.crypto.device import PushSubscription
from services.kit.crypto.sealing import encode
from tests.support.serving import serving

AUTH = bytes(range(16))


class Browser:
    """What a browser keeps of a subscription: the private half of its key."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def subscription(self, endpoint: str) -> PushSubscription:
        """What it hands out."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encode(point), "auth": encode(AUTH)}
        return PushSubscription.model_validate({"endpoint": endpoint, "keys": keys})

    def read(self, content: bytes) -> str:
        """A message as its service worker gets it."""
        decrypted: bytes = http_ece.decrypt(content, private_key=self._key, auth_secret=AUTH, version="aes128gcm")
        return decrypted.decode()


@dataclass
class PushService:
    """Answers with `status`, and keeps what came in."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    messages: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    delay: float = 0.0

    @property
    def host(self) -> str:
        """As the configuration names it."""
        return f"127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """One subscription's address."""
        return f"http://{self.host}/send/abc"

    async def take(self, request: Request) -> Response:
        """One message."""
        self.messages.append((dict(request.headers), await request.body()))
        await asyncio.sleep(self.delay)
        return Response(status_code=self.status, headers=dict(self.headers))


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """A running one."""
    service = PushService()
    app = Starlette(routes=[Route("/send/{id}", service.take, methods=["POST"])])
    async with serving(app) as port:
        service.port = port
        yield service
