"""The bearer tokens of the platforms' clients, and who calls by them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.enrollment.config import Config
from services.kit.clock import CLOCK_SKEW, Clock, monotonic
from services.kit.config.clients import Client
from services.kit.errors import ScopeMissingError, TokenInvalidError, UnavailableError

log = structlog.get_logger(__name__)

MAX_TOKEN_AGE = timedelta(minutes=5)
JWKS_LIFE = 600.0
JWKS_RETRY = 5.0
JWKS_TIMEOUT = 3.0
ALGORITHMS = ["ES256", "RS256"]
MAX_TOKEN_LENGTH = 8192

Scope = Literal[
    "interrupts",
    "challenges",
    "methods.read",
    "methods.write",
    "policies.read",
    "policies.write",
    "reports.read",
    "admin",
]


@dataclass(frozen=True)
class Caller:
    """Who calls the API: a client, for one tenant, with scopes."""

    client_id: str
    tenant: str
    scopes: frozenset[str]

    def may(self, *scopes: Scope) -> bool:
        """Whether the token has one of these scopes."""
        return not self.scopes.isdisjoint(scopes)

    def require(self, *scopes: Scope) -> None:
        """One of these scopes. Raises `scopeMissing`."""
        if not self.may(*scopes):
            raise ScopeMissingError(f"The token needs the scope {' or '.join(scopes)}.")


@dataclass
class _CachedKeys:
    keys: KeySet
    fetched: float


class ClientTokens:
    """Checks bearer tokens against the key sets of the configured clients."""

    def __init__(self, config: Config, audience: str, clock: Clock, http: httpx.AsyncClient) -> None:
        self._by_issuer = {client.issuer: (name, client) for name, client in config.clients.items()}
        self._audience = audience
        self._clock = clock
        self._http = http
        self._cache: dict[str, _CachedKeys] = {}
        self._failed: dict[str, float] = {}
        self._fetching: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(self, token: str) -> Caller:
        """The caller of a bearer token (RFC 9068 in spirit: signature, `iss`, `aud`, times, `tid`, `scope`).

        Raises:
            ProblemError: `tokenInvalid`, without a hint at what is wrong; `unavailable` if keys cannot be had.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenInvalidError
        issuer, key_id = _claimed(token)
        known = self._by_issuer.get(issuer)
        if known is None:
            raise TokenInvalidError
        name, client = known
        claims = _verified(token, await self._keys(client, key_id))
        return self._caller(name, client, claims)

    def _caller(self, name: str, client: Client, claims: Mapping[str, Any]) -> Caller:
        now = self._clock.now()
        issued, expires = _moment(claims.get("iat"), now), _moment(claims.get("exp"), now)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        acceptable = (
            claims.get("iss") == client.issuer
            and self._audience in audiences
            and issued - CLOCK_SKEW <= now < expires
            and now - issued <= MAX_TOKEN_AGE + CLOCK_SKEW
            and expires - issued <= MAX_TOKEN_AGE
            and isinstance(claims.get("jti"), str)
            and claims.get("tid") in client.tenants
            and isinstance(claims.get("scope"), str)
        )
        if not acceptable:
            raise TokenInvalidError
        return Caller(name, claims["tid"], frozenset(claims["scope"].split()))

    async def _keys(self, client: Client, key_id: str) -> KeySet:
        """The client's keys: fetched by one request at a time, and after a failure not again for a while."""
        async with self._fetching[client.issuer]:
            return await self._keys_now(client, key_id)

    async def _keys_now(self, client: Client, key_id: str) -> KeySet:
        cached = self._cache.get(client.issuer)
        if cached is None and monotonic() - self._failed.get(client.issuer, -JWKS_RETRY) < JWKS_RETRY:
            raise UnavailableError(headers={"Retry-After": "5"})
        age = monotonic() - cached.fetched if cached else JWKS_LIFE
        if cached and age < JWKS_LIFE and (_holds(cached.keys, key_id) or age < JWKS_RETRY):
            return cached.keys
        try:
            keys = await self._fetch(client)
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("key set of a client cannot be had", client=client.issuer, error=type(error).__name__)
            self._failed[client.issuer] = monotonic()
            if cached:
                self._cache[client.issuer] = _CachedKeys(cached.keys, monotonic() - JWKS_LIFE + JWKS_RETRY)
                return cached.keys
            raise UnavailableError(headers={"Retry-After": "5"}) from None
        self._cache[client.issuer] = _CachedKeys(keys, monotonic())
        return keys

    async def _fetch(self, client: Client) -> KeySet:
        answer = await self._http.get(str(client.jwks_url), timeout=JWKS_TIMEOUT, follow_redirects=False)
        answer.raise_for_status()
        return KeySet.import_key_set(answer.json())


def _claimed(token: str) -> tuple[str, str]:
    """Issuer and key id as the token claims them: only to find the key, nothing else is believed yet."""
    try:
        parsed = jws.extract_compact(token.encode())
        claims = json.loads(parsed.payload)
        return str(claims["iss"]), str(parsed.headers().get("kid"))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise TokenInvalidError from None


def _verified(token: str, keys: KeySet) -> Mapping[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise TokenInvalidError from None


def _holds(keys: KeySet, key_id: str) -> bool:
    return any(key.kid == key_id for key in keys.keys)


def _moment(value: Any, now: datetime) -> datetime:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 2**33:
        raise TokenInvalidError
    return datetime.fromtimestamp(value, tz=now.tzinfo)
