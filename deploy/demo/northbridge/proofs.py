"""Checks the proof that the product gives of a person: good for one person, one purpose, one challenge, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deploy.demo.northbridge.product import Challenge, Purpose
from deploy.demo.northbridge.results import ResultRefusedError, SeenResults, read_signed

COMES_AGAIN = timedelta(minutes=10)
"""A challenge that is read again gives a new token with the same `jti`, for some minutes after the answer."""


RECOVERY = "urn:security-info:acr:recovery"
"""What only recovers an account was proven: an address, or answers. Beside a password that is no second factor."""


class NotVerifiedError(Exception):
    """The challenge did not end with a proof; says how it stands."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class ExpectedProof:
    """What a proof must say to be that of one person for one challenge of ours."""

    issuer: str
    audience: str
    tenant: str
    user: str
    purpose: Purpose
    challenge_id: str


@dataclass(frozen=True)
class Proof:
    """A proof whose signature and claims were checked; `expires_at` is when its `jti` can't come again. `acr` is what
    it is worth."""

    id: str
    expires_at: datetime
    acr: str


def take_proof(
    challenge: Challenge, keys: Mapping[str, Any], expected: ExpectedProof, seen: SeenResults, now: datetime
) -> Proof:
    """Check the proof of a challenge that was read from the product, and take it: the person counts as proven.

    Raises:
        NotVerifiedError: there is none.
        ResultRefusedError: it is forged, expired, for something else, or was taken before.
    """
    if challenge.id != expected.challenge_id:
        raise ResultRefusedError("another challenge")
    if challenge.status != "verified":
        raise NotVerifiedError(challenge.status)
    if challenge.proof is None:
        raise NotVerifiedError("expired")
    proof = verify_proof(challenge.proof, keys, expected, now)
    seen.claim(proof, now)
    return proof


def verify_proof(token: str, keys: Mapping[str, Any], expected: ExpectedProof, now: datetime) -> Proof:
    """Check a proof (RFC 7519) against the product's published keys.

    Raises:
        ResultRefusedError: forged, expired, or for something else.
    """
    wanted = {
        "iss": expected.issuer,
        "aud": expected.audience,
        "tid": expected.tenant,
        "sub": expected.user,
        "purpose": expected.purpose,
        "challengeId": expected.challenge_id,
    }
    signed = read_signed(token, keys, wanted, now)
    return Proof(signed.id, signed.expires_at + COMES_AGAIN, str(signed.claims.get("acr", "")))
