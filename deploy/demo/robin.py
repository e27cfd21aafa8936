"""Robin has everything set up already: the app and a phone, registered through the API as a platform would.

The state of robin's app is in the demo's home, in the file `robin`, for `security-info authenticator --home`.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

from deploy.demo.clients import bearer_token, load_client
from deploy.demo.people import DOMAIN
from services.cli.authenticator_app import App, save
from services.kit.clock import SystemClock

USER = "robin"
NUMBER = "+447700900150"
SCOPES = "interrupts methods.read methods.write"
WITHIN = 30.0
CODE = re.compile(r"#(\d{6})\s*$")

T = TypeVar("T")


class NotSetUpError(Exception):
    """Robin could not be set up; the message says at which step."""


@dataclass(frozen=True)
class World:
    """Where the product and the demo world are. `offset` seconds is how far the demo's clock is ahead."""

    product: str
    northbridge: str
    handset: str
    home: Path
    offset: timedelta = timedelta()

    @property
    def state(self) -> Path:
        """Where robin's app keeps its key."""
        return self.home / USER


async def set_up(world: World) -> bool:
    """Register what robin lacks; whether there was anything to do.

    Raises:
        NotSetUpError: the product or the demo world did not do its part.
    """
    async with httpx.AsyncClient(base_url=world.product, timeout=20) as http:
        platform = _Platform(http, world)
        await platform.introduce()
        on_file = await platform.types()
        if "authenticatorApp" not in on_file or not world.state.exists():
            await platform.register_app()
        if "phone" not in on_file:
            await platform.register_phone()
    return not {"authenticatorApp", "phone"} <= on_file


class _Platform:
    """Northbridge, as far as it registers methods for somebody."""

    def __init__(self, http: httpx.AsyncClient, world: World) -> None:
        self._http = http
        self._world = world
        self._clock = SystemClock(world.offset)
        self._client = load_client(world.home, "northbridge")

    async def introduce(self) -> None:
        """The account exists, with robin's group, from the first interrupt on."""
        address = f"{USER}@{DOMAIN}"
        person = {
            "id": USER,
            "userPrincipalName": address,
            "displayName": "Robin Castellanos",
            "groups": ["staff"],
            "emails": [address],
        }
        await self._call(
            "POST",
            "/v1.0/interrupts",
            {
                "user": person,
                "returnUrl": f"{self._world.northbridge}/return",
                "authenticatedAt": self._clock.now().isoformat(),
            },
        )

    async def types(self) -> set[str]:
        """What is on file."""
        listed = await self._call("GET", f"/v1.0/users/{USER}/authentication/methods")
        return {one["type"] for one in listed["value"] if one["state"] == "active"}

    async def register_app(self) -> None:
        """Connect a headless app, and approve its first request."""
        made = await self._register({"type": "authenticatorApp", "displayName": "Robin's phone"})
        secret = re.search(r"secret=([A-Za-z0-9_-]+)", made["qrContent"])
        state, _ = await App.activate(
            made["activationUrl"],
            made["activationCode"],
            secret[1] if secret else None,
            "Robin's phone",
            self._clock,
        )
        save(state, self._world.state)
        challenge = await self._until("a request to approve", lambda: self._challenge_of(made["id"]))
        app = App(state, self._clock)
        await app.answer_next("approve", challenge["numberMatch"], within=WITHIN)
        save(app.state, self._world.state)

    async def register_phone(self) -> None:
        """Ask for a text, read it at the handset, type the code."""
        earlier = await self._texts()
        made = await self._register({"type": "phone", "phoneNumber": NUMBER, "phoneType": "mobile", "delivery": "sms"})
        code = await self._until("a text", lambda: self._code(besides=earlier))
        await self._call("POST", f"/v1.0/challenges/{made['challenge']['id']}/answer", {"code": code}, Prefer="wait=10")

    async def _register(self, body: dict[str, object]) -> dict[str, Any]:
        return await self._call("POST", f"/v1.0/users/{USER}/authentication/registrations", body)

    async def _challenge_of(self, registration: str) -> dict[str, Any] | None:
        read = await self._call("GET", f"/v1.0/users/{USER}/authentication/registrations/{registration}")
        challenge: dict[str, Any] | None = read.get("challenge")
        return challenge

    async def _code(self, *, besides: list[dict[str, str]]) -> str | None:
        """The code of a text that was not there before."""
        arrived = [text["body"] for text in await self._texts() if text not in besides]
        return next((found[1] for body in arrived if (found := CODE.search(body))), None)

    async def _texts(self) -> list[dict[str, str]]:
        """At the handset, newest first."""
        async with httpx.AsyncClient(timeout=10) as handset:
            shown = await handset.get(f"{self._world.handset}/api/messages", params={"to": NUMBER})
        texts: list[dict[str, str]] = shown.json()
        return texts

    async def _until(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        deadline = asyncio.get_running_loop().time() + WITHIN
        while asyncio.get_running_loop().time() < deadline:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(0.2)
        raise NotSetUpError(f"robin: {what} did not come within {WITHIN:.0f} s")

    async def _call(self, method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
        token = bearer_token(self._client, audience=self._world.product, scope=SCOPES, now=self._clock.now())
        answer = await self._http.request(
            method, path, json=body, headers={"Authorization": f"Bearer {token}", **headers}
        )
        if not answer.is_success:
            raise NotSetUpError(f"robin: {method} {path} was answered {answer.status_code}: {answer.text[:200]}")
        read: dict[str, Any] = answer.json() if answer.content else {}
        return read
