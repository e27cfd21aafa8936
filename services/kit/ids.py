"""Identifiers and random tokens; and those that a request which is repeated makes again."""

import secrets
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

RANDOM_BITS = 74
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without letters that are read as others; five bits each."""

Derive = Callable[[str], bytes]
"""32 bytes for a name: always the same, and nobody without the key can tell them."""


@dataclass(frozen=True)
class _Repeatable:
    derive: Derive
    since: datetime


_REQUEST: ContextVar[_Repeatable | None] = ContextVar("repeatable_request", default=None)


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7): opaque to readers, roughly ordered by creation for the database."""
    return _uuid(time.time_ns() // 1_000_000, secrets.randbits(RANDOM_BITS))


def first_id_of(moment: datetime) -> str:
    """The least id that is made then: later ones are greater."""
    return _uuid(int(moment.timestamp() * 1000), 0)


def new_token(bits: int = 256) -> str:
    """An unguessable, URL-safe token of at least `bits` bits."""
    return secrets.token_urlsafe((bits + 7) // 8)


def new_code(length: int) -> str:
    """An unguessable code of so many letters and digits that a person can type, five bits each."""
    return "".join(secrets.choice(CROCKFORD) for _ in range(length))


@contextmanager
def repeatable(derive: Derive, since: datetime) -> Iterator[None]:
    """Within it, what a request makes gets the same ids and tokens however often it is repeated; `since` is when it was
    first made."""
    token = _REQUEST.set(_Repeatable(derive, since))
    try:
        yield
    finally:
        _REQUEST.reset(token)


def repeatable_id(what: str) -> str:
    """The id of the one `what` that this request makes: so that a repeated request finds it. Outside of one, as
    `new_id`."""
    request = _REQUEST.get()
    if request is None:
        return new_id()
    random = int.from_bytes(request.derive(f"id {what}")) >> (256 - RANDOM_BITS)
    return _uuid(int(request.since.timestamp() * 1000), random)


def repeatable_token(what: str) -> str:
    """The token of 256 bits of the one `what` that this request makes. Outside of one, as `new_token`."""
    request = _REQUEST.get()
    if request is None:
        return new_token()
    return urlsafe_b64encode(request.derive(f"token {what}")).rstrip(b"=").decode()


def _uuid(milliseconds: int, random: int) -> str:
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))
