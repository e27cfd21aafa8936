"""Compact JWS (RFC 7515) with ES256 over P-256 (RFC 7518, section 3.4): form first, then the signature."""

import re
from typing import Final, Literal

from joserfc import jws
from joserfc.errors import JoseError
from pydantic import BaseModel, ConfigDict

from schemas.verification import DeviceKey
from services.kit.crypto.device.claims import Id
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.device.key import PublicJwk, imported
from services.kit.crypto.sealing import decode

MAX_LENGTH: Final = 8192
MAX_HEADER_LENGTH: Final = 1024
"""Characters of a whole token, and of its header."""

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


class Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    alg: Literal["ES256"]
    typ: str
    kid: Id | None = None
    jwk: PublicJwk | None = None


def token_key_id(token: str) -> str | None:
    """Which device a token claims to be from, only to find its key: nothing is verified. None for what is no token."""
    try:
        return header_of(token).kid
    except DeviceTokenError:
        return None


def header_of(token: str) -> Header:
    """The header, checked for form. The signature is not checked."""
    if len(token) > MAX_LENGTH or not COMPACT.fullmatch(token):
        raise DeviceTokenError
    segment = token.partition(".")[0]
    if len(segment) > MAX_HEADER_LENGTH:
        raise DeviceTokenError
    try:
        return Header.model_validate_json(decode(segment))
    except ValueError:
        raise DeviceTokenError from None


def verified_payload(token: str, key: DeviceKey, typ: str) -> bytes:
    """The payload of a token of that type by that key."""
    if header_of(token).typ != typ:
        raise DeviceTokenError
    try:
        return jws.deserialize_compact(token, imported(key), algorithms=["ES256"]).payload
    except (JoseError, ValueError, TypeError, KeyError):
        raise DeviceTokenError from None
