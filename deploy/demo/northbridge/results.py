"""Checks the signed result that a browser brings back: it is believed for nothing but what is checked here."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

LONGEST_LIFE = timedelta(minutes=2)
SKEW = timedelta(seconds=30)
LONGEST_RESULT = 8192
COMES_AGAIN = timedelta(minutes=65)
"""A session that has ended gives its result again for an hour, each time with the same `jti` and for 2 minutes more."""
STATUSES = frozenset({"completed", "skipped", "cancelled", "expired"})


class ResultRefusedError(Exception):
    """The result is not what the product would have sent for this sign-in; the message says why, for the log."""


@dataclass(frozen=True)
class Expected:
    """What a result must say to be the answer to one interrupt of ours."""

    issuer: str
    audience: str
    tenant: str
    user: str
    interrupt_id: str
    state: str


@dataclass(frozen=True)
class Result:
    """A result whose signature and claims were checked; `expires_at` is when its `jti` can't come again."""

    id: str
    status: str
    methods: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True)
class Signed:
    """The claims of a token whose signature, addressees and times are right."""

    id: str
    claims: Mapping[str, Any]
    expires_at: datetime


class TakenOnce(Protocol):
    """What is good once: its `jti`, and until when it could come again."""

    @property
    def id(self) -> str:
        """The `jti`."""

    @property
    def expires_at(self) -> datetime:
        """From then on it would be refused anyway."""


class SeenResults:
    """The ids of results that were taken, for as long as they could be sent again."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def claim(self, result: TakenOnce, now: datetime) -> None:
        """Take a result once.

        Raises:
            ResultRefusedError: it was taken before.
        """
        self._seen = {key: until for key, until in self._seen.items() if until + SKEW > now}
        if result.id in self._seen:
            raise ResultRefusedError("used before")
        self._seen[result.id] = result.expires_at

    def release(self, result: TakenOnce) -> None:
        """Let a result be tried again, because its confirmation could not be had."""
        self._seen.pop(result.id, None)


def state_hash(state: str) -> str:
    """base64url of the SHA-256 of the state, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(state.encode()).digest()).rstrip(b"=").decode()


def verify(token: str, keys: Mapping[str, Any], expected: Expected, now: datetime) -> Result:
    """Check a result (RFC 7519) against the product's published keys.

    Raises:
        ResultRefusedError: forged, expired, or the answer to something else.
    """
    wanted = {
        "iss": expected.issuer,
        "aud": expected.audience,
        "tid": expected.tenant,
        "sub": expected.user,
        "interruptId": expected.interrupt_id,
        "stateHash": state_hash(expected.state),
    }
    return _read(read_signed(token, keys, wanted, now))


def read_signed(token: str, keys: Mapping[str, Any], wanted: Mapping[str, str], now: datetime) -> Signed:
    """The claims of a token that the product signed (ES256), that say what is wanted, and that is not too old.

    Raises:
        ResultRefusedError: any of it is otherwise; `jti` or `exp` is missing.
    """
    if not token or len(token) > LONGEST_RESULT:
        raise ResultRefusedError("absent or too long")
    try:
        claims = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=["ES256"]).claims  # type: ignore[arg-type]  # checked by joserfc
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ResultRefusedError(f"signature: {type(error).__name__}") from None
    for name, value in wanted.items():
        if not hmac.compare_digest(str(claims.get(name)).encode(), value.encode()):
            raise ResultRefusedError(f"{name} is another")
    identity = claims.get("jti")
    if not isinstance(identity, str) or not identity:
        raise ResultRefusedError("jti is missing")
    return Signed(identity, claims, _expiry(claims, now))


def _expiry(claims: Mapping[str, Any], now: datetime) -> datetime:
    expires = claims.get("exp")
    if not isinstance(expires, int | float):
        raise ResultRefusedError("exp is missing")
    moment = datetime.fromtimestamp(expires, tz=now.tzinfo)
    if moment <= now - SKEW:
        raise ResultRefusedError("expired")
    if moment > now + LONGEST_LIFE + SKEW:
        raise ResultRefusedError("exp is too far away")
    return moment


def _read(signed: Signed) -> Result:
    status, methods = signed.claims.get("status"), signed.claims.get("methods")
    if status not in STATUSES:
        raise ResultRefusedError("status is unknown")
    if not isinstance(methods, list) or not all(isinstance(method, str) for method in methods):
        raise ResultRefusedError("methods are malformed")
    return Result(signed.id, str(status), tuple(methods), signed.expires_at + COMES_AGAIN)
