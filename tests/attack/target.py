"""What is attacked: enrollment's HTTP side, and those who may call it."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from services.kit.clock import Clock
from services.kit.crypto.sealing import encode
from services.kit.ids import new_id
from tests.attack.routes import Route

SCOPES = frozenset(
    {"interrupts", "challenges", "methods.read", "methods.write", "policies.read", "policies.write", "reports.read"}
)
"""All of a platform but those that open Operations."""
TOKEN_LIFE = timedelta(minutes=1)
"""For so long a token is used again, of the four minutes that it is good: signing takes as long as a small answer."""
OPERATORS = frozenset({"admin", "operations.people"})


@dataclass(frozen=True)
class Target:
    """`http` speaks to the service, on a new connection each time, and `kept` on connections that stay. `origin` is its
    public URL, `keys` are those of the platforms' clients by name, `texted` waits for the newest code that was sent to
    a number, `returns` is where each client may send people."""

    http: httpx.AsyncClient
    kept: httpx.AsyncClient
    origin: str
    keys: Mapping[str, ECKey]
    returns: Mapping[str, str]
    clock: Clock
    routes: Sequence[Route]
    texted: Callable[[str], Awaitable[str]]
    restart_verifier: Callable[[], Awaitable[None]]
    _signed: dict[tuple[str, frozenset[str]], tuple[datetime, str]] = field(default_factory=dict, repr=False)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        by: httpx.AsyncClient | None = None,
        **more: Any,
    ) -> httpx.Response:
        """One call; without redirects, and without the cookies of calls before."""
        http = by or self.http
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        http.cookies.clear()
        return await http.request(method, path, headers=headers, follow_redirects=False, **more)

    async def done(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        client: str = "northbridge",
        scopes: frozenset[str] = SCOPES,
    ) -> dict[str, Any]:
        """A call that a client may make; what it was answered."""
        response = await self.call(method, path, body, token=self.token(client, scopes))
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        content: dict[str, Any] = response.json() if response.content else {}
        return content

    def claims(self, client: str = "northbridge", scopes: frozenset[str] = SCOPES) -> dict[str, Any]:
        """Those of a good token."""
        now = self.clock.now()
        return {
            "iss": client,
            "aud": self.origin,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=4)).timestamp()),
            "jti": new_id(),
            "tid": TENANTS.get(client, client),
            "scope": " ".join(sorted(scopes)),
        }

    def token(self, client: str = "northbridge", scopes: frozenset[str] = SCOPES) -> str:
        """A good token of a client, as platforms use one for several calls."""
        now = self.clock.now()
        made, token = self._signed.get((client, scopes), (datetime.min.replace(tzinfo=now.tzinfo), ""))
        if not now - TOKEN_LIFE < made <= now:
            token = self.changed_token(client, scopes)
            self._signed[client, scopes] = now, token
        return token

    def changed_token(self, client: str = "northbridge", scopes: frozenset[str] = SCOPES, **claims: object) -> str:
        """A token of its own, with some claims changed; one that is None is left out."""
        changed = {name: value for name, value in (self.claims(client, scopes) | claims).items() if value is not None}
        return signed(self.keys[client], changed)


TENANTS = {"example": "northbridge"}
"""Of clients that are not named after their tenant."""


def signed(key: ECKey, claims: Mapping[str, Any], **header: object) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, **header}, dict(claims), key, algorithms=["ES256"])


def forged_tokens(target: Target) -> dict[str, str]:
    """Bearer tokens that nobody may accept, by what is wrong with them."""
    key, claims, now = target.keys["northbridge"], target.claims(), target.clock.now()
    good = target.token()
    head, payload, signature = good.split(".")
    stranger = ECKey.generate_key("P-256", {"kid": str(key.kid)}, private=True)
    unsigned = f"{_encoded({'alg': 'HS256', 'kid': key.kid})}.{_encoded(claims)}"
    by_public_key = hmac.digest(key.as_pem(private=False), unsigned.encode(), "sha256")
    return {
        "empty": "",
        "garbage": "garbage",
        "three dots": "a.b.c",
        "too long": f"{good}{'A' * 9000}",
        "not even text": "\u00e9\u00df",
        "without a signature": f"{head}.{payload}.",
        "signature of another token": f"{target.changed_token().rsplit('.', 1)[0]}.{signature}",
        "algorithm none": f"{_encoded({'alg': 'none', 'kid': key.kid})}.{_encoded(claims)}.",
        "HMAC under the public key": f"{unsigned}.{encode(by_public_key)}",
        "a stranger's key": signed(stranger, claims),
        "the key in the header": signed(stranger, claims, jwk=stranger.as_dict(private=False)),
        "another client's key": signed(target.keys["southgate"], claims),
        "expired": target.changed_token(iat=_at(now, minutes=-20), exp=_at(now, minutes=-15)),
        "expires too late": target.changed_token(exp=_at(now, hours=1)),
        "from the future": target.changed_token(iat=_at(now, minutes=5), exp=_at(now, minutes=9)),
        "for another audience": target.changed_token(aud="https://elsewhere.example"),
        "without an id": target.changed_token(jti=None),
        "without times": target.changed_token(iat=None, exp=None),
        "of an unknown client": target.changed_token(iss="nobody"),
        "for a tenant of another client": target.changed_token(tid="southgate"),
        "without a scope claim": target.changed_token(scope=None),
        "times as text": target.changed_token(iat=str(_at(now)), exp=str(_at(now, minutes=4))),
        "times without bounds": target.changed_token(iat=-1, exp=2**63),
    }


def _at(now: datetime, **later: int) -> int:
    return int((now + timedelta(**later)).timestamp())


def _encoded(content: Mapping[str, Any]) -> str:
    return encode(json.dumps(content).encode())
