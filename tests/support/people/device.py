"""An authenticator app for tests: speaks the device protocol over HTTP and does what it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.kit.crypto import device as protocol
from services.kit.crypto.codes import totp_code
from services.kit.crypto.device import DevicePrivateKey
from services.kit.crypto.sealing import decode
from tests.support.waiting import awaited

REQUEST_WITHIN = 20.0


class TestDevice:
    """One device with a key of its own."""

    __test__ = False

    def __init__(self, origin: str, *, clock_off: timedelta = timedelta(), audience: str = "") -> None:
        self.origin = origin
        self._audience = audience or origin
        self.key = DevicePrivateKey.generate()
        self.device_id = ""
        self.secret = b""
        self._off = clock_off
        self._http = httpx.Client(timeout=20)

    def later(self, by: timedelta, *, at: str) -> "TestDevice":
        """The same device after that time, at another replica's origin; what it signs is for the same service."""
        device = TestDevice(at, clock_off=self._off + by, audience=self._audience)
        device.key, device.device_id, device.secret = self.key, self.device_id, self.secret
        return device

    def now(self) -> datetime:
        """The device's own idea of the time."""
        return datetime.now(UTC) + self._off

    def activate(self, url: str, code: str, secret: str | None = None, name: str = "Test phone") -> httpx.Response:
        """Connect by what a QR code says, or a person typed."""
        token = protocol.sign_activation(
            self.key,
            code=code,
            device_name=name,
            aud=self._audience,
            at=self.now(),
            secret=decode(secret) if secret else None,
        )
        answer = self._post(f"{url}/activate", token)
        if answer.status_code == 201:
            self.device_id = answer.json()["deviceId"]
            self.secret = decode(secret) if secret else b""
        return answer

    def activate_by_link(self, link: str) -> httpx.Response:
        """Connect by the link in a QR code."""
        values = parse_qs(urlsplit(link).fragment.partition("?")[2])
        return self.activate(values["url"][0], values["code"][0], values["secret"][0])

    def code(self) -> str:
        """The one-time code that it shows now."""
        return totp_code(self.secret, self.now())

    def requests(self) -> httpx.Response:
        """What waits for an answer."""
        return self.call("GET", "/device/v1/requests")

    def call(self, method: str, path: str, *, signed_for: str = "") -> httpx.Response:
        """A call that it signs, for that method or another one."""
        token = protocol.sign_request(
            self.key,
            device_id=self.device_id,
            aud=self._audience,
            htm=signed_for or method,
            htu=f"{self._audience}{path}",
            at=self.now(),
        )
        return self._http.request(method, f"{self.origin}{path}", headers={"Authorization": f"Bearer {token}"})

    def notices(self) -> list[dict[str, Any]]:
        """What it is told of changes."""
        told: list[dict[str, Any]] = self.call("GET", "/device/v1/notices").raise_for_status().json()
        return told

    @contextmanager
    def following(self) -> Iterator[Iterator[list[dict[str, Any]]]]:
        """Its stream of requests: each list that it tells, to its end."""
        url = f"{self.origin}/device/v1/requests/stream"
        token = protocol.sign_request(
            self.key, device_id=self.device_id, aud=self._audience, htm="GET", htu=url, at=self.now()
        )
        with self._http.stream("GET", url, headers={"Authorization": f"Bearer {token}"}) as answer:
            answer.raise_for_status()
            yield (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: "))

    def next_request(self) -> dict[str, Any]:
        """The newest request, once there is one."""
        return awaited(self._waiting, "no request came", REQUEST_WITHIN)[0]

    def _waiting(self) -> list[dict[str, Any]]:
        answer = self.requests()
        answer.raise_for_status()
        waiting: list[dict[str, Any]] = answer.json()
        return waiting

    def signed(self, request: dict[str, Any], decision: protocol.Decision, number: str | None = None) -> str:
        """An answer, signed but not sent."""
        return protocol.sign_answer(
            self.key,
            device_id=self.device_id,
            challenge_id=request["challengeId"],
            nonce=request["nonce"],
            decision=decision,
            number=number,
            at=self.now(),
        )

    def answer(self, request: dict[str, Any], decision: protocol.Decision, number: str | None = None) -> httpx.Response:
        """Answer a request."""
        return self.send(request, self.signed(request, decision, number))

    def send(self, request: dict[str, Any], token: str) -> httpx.Response:
        """Send a signed answer."""
        return self._post(f"{self.origin}/device/v1/requests/{request['challengeId']}/answer", token)

    def _post(self, url: str, token: str) -> httpx.Response:
        return self._http.post(url, content=token, headers={"Content-Type": "application/jose"})
