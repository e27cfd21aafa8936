"""A product behind an `httpx.MockTransport`, to see what Northbridge makes of its answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.demo.clients import Client
from deploy.demo.northbridge.flow import Platform
from deploy.demo.northbridge.password_reset.passwords import Passwords
from deploy.demo.northbridge.product import Product
from deploy.demo.people import load_characters

ORIGIN = "http://localhost:8000"
NORTHBRIDGE = "http://127.0.0.1:8010"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PHONE = {"id": "phone-1", "type": "phone", "displayName": "+44 •••• ••0142"}
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Enough to tell one password from another."""


@dataclass
class StandInProduct:
    """Challenges by id, as they are now. `refusal` is answered to whoever asks for one: status and problem document."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "p", "use": "sig", "alg": "ES256"}))
    challenges: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    refusal: tuple[int, dict[str, Any]] | None = None
    right_code: str = "123456"
    required: int = 1
    alternatives: tuple[dict[str, str], ...] = ()
    questions: tuple[dict[str, str], ...] = ()

    def platform(self) -> Platform:
        """Northbridge, at noon."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        client = Client("northbridge", ECKey.generate_key("P-256", {"kid": "n"}))
        product = Product(http, ORIGIN, client, lambda: NOW)
        return Platform(product, lambda: NOW, NORTHBRIDGE, load_characters(), passwords=Passwords(QUICK))

    def proof(self, challenge: dict[str, Any], **changes: Any) -> str:
        """The proof of a challenge."""
        claims = {
            "iss": ORIGIN,
            "aud": "northbridge",
            "tid": "northbridge",
            "sub": challenge["user"],
            "exp": int((NOW + timedelta(minutes=2)).timestamp()),
            "jti": f"proof-{challenge['id']}",
            "challengeId": challenge["id"],
            "purpose": challenge["purpose"],
        }
        return jwt.encode({"alg": "ES256", "kid": "p"}, claims | changes, self.key)

    def settle(self, challenge_id: str, status: str = "verified", **claims: Any) -> None:
        """The challenge ended like this."""
        challenge = self.challenges[challenge_id]
        challenge["status"] = status
        if status == "verified":
            challenge["proof"] = self.proof(challenge, **claims)

    @property
    def newest(self) -> str:
        """The id of the challenge that was opened last."""
        return list(self.challenges)[-1]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.strip("/").split("/")
        body = json.loads(request.content) if request.content else {}
        routes: dict[str, Callable[[], httpx.Response]] = {
            "jwks.json": lambda: httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]}),
            "securityQuestions": lambda: httpx.Response(200, json={"value": list(self.questions)}),
            "challenges": lambda: self._open(parts[2], body),
            "answer": lambda: self._judge(self.challenges[parts[2]], body),
        }
        return routes.get(parts[-1], lambda: httpx.Response(200, json=self.challenges[parts[-1]]))()

    def _open(self, user: str, body: dict[str, Any]) -> httpx.Response:
        self.asked.append({"user": user} | body)
        if self.refusal:
            status, problem = self.refusal
            return httpx.Response(status, json=problem, headers={"Retry-After": "90"})
        identifier = f"challenge-{len(self.challenges) + 1}"
        known = {one["id"]: one for one in (PHONE, *self.alternatives)}
        method = known[body.get("methodId", PHONE["id"])]
        challenge = {
            "id": identifier,
            "user": user,
            "purpose": body["purpose"],
            "status": "pending",
            "method": method,
            "alternatives": [
                {"methodId": one["id"], "type": one["type"], "displayName": one["displayName"]}
                for one in known.values()
                if one is not method
            ],
            "proofsRequired": self.required,
        }
        if method["type"] == "securityQuestions":
            challenge["questions"] = list(self.questions[:3])
        if "returnUrl" in body:
            challenge["url"] = f"{ORIGIN}/verify/start?ticket=t"
        self.challenges[identifier] = challenge
        return httpx.Response(201, json=challenge)

    def _judge(self, challenge: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
        if body.get("code") != self.right_code:
            return httpx.Response(422, json={"code": "codeIncorrect", "attemptsLeft": 4})
        self.settle(challenge["id"])
        return httpx.Response(200, json=challenge)
