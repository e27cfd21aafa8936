"""The bearer tokens of the platforms' clients, and who calls by them."""

import asyncio
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from prometheus_client import Counter, Gauge

from services.enrollment.config import Config
from services.kit.clock import CLOCK_SKEW, Clock, monotonic
from services.kit.config.clients import Client, Scope
from services.kit.crypto.sealing import token_hash
from services.kit.errors import ScopeMissingError, TokenInvalidError, UnavailableError
from services.kit.mongo.recent import Recent

log = structlog.get_logger(__name__)

MAX_TOKEN_AGE = timedelta(minutes=5)
JWKS_LIFE = 600.0
JWKS_RETRY = 5.0
JWKS_TIMEOUT = 3.0
ALGORITHMS = ["ES256", "RS256"]
MAX_TOKEN_LENGTH = 8192
HOUR = 3600.0
REMEMBERED = 1_000
"""Tokens whose signature was right: a client sends the same one for minutes, and checking it costs 0.2 ms."""
KNOWN_SCOPES = frozenset(get_args(Scope))

KEYS_FETCHES = Counter(
    "security_info_client_keys_fetches_total",
    "Fetches of a client's keys by result: fetched, failed.",
    ["client", "result"],
)
KEYS_AGE = Gauge(
    "security_info_client_keys_age_seconds", "Time since the keys of a client were fetched; NaN until then.", ["client"]
)


@dataclass(frozen=True)
class Caller:
    """Who calls the API: a client, for one tenant, with scopes; until its token expires."""

    client_id: str
    tenant: str
    scopes: frozenset[str]
    expires_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at

    def may(self, *scopes: Scope) -> bool:
        """Whether the token has one of these scopes."""
        return not self.scopes.isdisjoint(scopes)

    def require(self, *scopes: Scope) -> None:
        """One of these scopes. Raises `scopeMissing`."""
        if not self.may(*scopes):
            raise ScopeMissingError(f"The token needs the scope {' or '.join(scopes)}.")


class ClientTokens:
    """Checks bearer tokens against the key sets of the configured clients."""

    def __init__(
        self,
        config: Config,
        audience: str,
        clock: Clock,
        http: httpx.AsyncClient,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._by_issuer = {
            client.issuer: _Platform(name, client, ClientKeys(name, client, http, timer))
            for name, client in config.clients.items()
        }
        self._audience = audience
        self._clock = clock
        self._genuine: Recent[_Genuine] = Recent(REMEMBERED)

    async def check(self, token: str) -> Caller:
        """The caller of a bearer token (RFC 9068 in spirit: signature, `iss`, `aud`, times, `tid`, `scope`).

        Raises:
            ProblemError: `tokenInvalid`, without a hint at what is wrong; `scopeMissing` where a genuine token asks for
                more than its client may; `unavailable` if keys cannot be had.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenInvalidError
        genuine = await self._known(token) or await self._checked(token)
        return self._caller(genuine.platform, genuine.claims)

    async def _known(self, token: str) -> "_Genuine | None":
        """What was found of this very token before, while the keys that it was checked against are those that count:
        a client that takes a key back, or keys too old to count, end it at once. Times and scopes are looked at anew.
        """
        known = self._genuine.find(token_hash(token))
        if known is None or await known.platform.keys.current(known.key_id) is not known.keys:
            return None
        return known

    async def _checked(self, token: str) -> "_Genuine":
        issuer, key_id = _claimed(token)
        platform = self._by_issuer.get(issuer)
        if platform is None:
            raise TokenInvalidError
        keys = await platform.keys.current(key_id)
        genuine = _Genuine(platform, key_id, keys, _verified(token, keys))
        self._genuine.keep(token_hash(token), genuine)
        return genuine

    def _caller(self, platform: "_Platform", claims: Mapping[str, Any]) -> Caller:
        client = platform.client
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
        scopes = frozenset(claims["scope"].split())
        if excess := sorted(scopes & KNOWN_SCOPES - client.scopes):
            raise ScopeMissingError(f"The configuration of this client does not give it the scope {excess[0]}.")
        return Caller(platform.name, claims["tid"], scopes, expires)


class ClientKeys:
    """The public keys of one client, as it publishes them (JWK Set, RFC 7517).

    They are fetched when the first token comes, again after ten minutes, and for a key id that is not among them. While
    that fails, those that were fetched last count for as long as the configuration says: a key that its owner took back
    must not be good for ever because somebody keeps us from reading so. `timer` gives seconds.
    """

    def __init__(
        self, name: str, client: Client, http: httpx.AsyncClient, timer: Callable[[], float] = monotonic
    ) -> None:
        self._name = name
        self._client = client
        self._http = http
        self._timer = timer
        self._keys: KeySet | None = None
        self._fetched = math.nan
        self._tried = -math.inf
        self._fetching = asyncio.Lock()
        KEYS_AGE.labels(name).set_function(lambda: self._age)

    async def current(self, key_id: str) -> KeySet:
        """The keys that count now. One request at a time fetches them, at most every five seconds; who needs no others
        than are there does not wait for that, for anybody can name a key that nobody has.

        Raises:
            UnavailableError: there are none, or none that may still count.
        """
        if self._keys is not None and self._age < JWKS_LIFE and _holds(self._keys, key_id):
            return self._keys
        async with self._fetching:
            if self._should_fetch(key_id):
                await self._fetch()
            if self._keys is None or self._age > max(JWKS_LIFE, self._client.jwks_stale_hours * HOUR):
                raise UnavailableError(headers={"Retry-After": "5"})
            return self._keys

    @property
    def _age(self) -> float:
        return self._timer() - self._fetched

    def _should_fetch(self, key_id: str) -> bool:
        if self._timer() - self._tried < JWKS_RETRY:
            return False
        return self._keys is None or self._age >= JWKS_LIFE or not _holds(self._keys, key_id)

    async def _fetch(self) -> None:
        self._tried = self._timer()
        try:
            answer = await self._http.get(str(self._client.jwks_url), timeout=JWKS_TIMEOUT, follow_redirects=False)
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            self._failed(error)
            return
        self._fetched = self._timer()
        KEYS_FETCHES.labels(self._name, "fetched").inc()

    def _failed(self, error: Exception) -> None:
        KEYS_FETCHES.labels(self._name, "failed").inc()
        age = {"hours_old": round(self._age / HOUR, 1)} if self._keys else {}
        log.warning(
            "key set of a client cannot be had",
            client=self._name,
            error=type(error).__name__,
            counts_for_hours=self._client.jwks_stale_hours,
            **age,
        )


@dataclass(frozen=True)
class _Platform:
    name: str
    client: Client
    keys: ClientKeys


@dataclass(frozen=True)
class _Genuine:
    """A token that one of these keys has signed: its claims, of which none is believed for that alone."""

    platform: _Platform
    key_id: str
    keys: KeySet
    claims: Mapping[str, Any]


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
