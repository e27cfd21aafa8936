"""Codes: those that notifier and verifier derive, those that an app makes by time, and those for recovery."""

import base64
from datetime import datetime
from typing import Final, Literal

import pyotp
from pydantic import SecretStr

from schemas.verification import TOTP_DIGITS, ChallengeTerms, OathAlgorithm
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import HASHES, decode, derive, encode

TOTP_SECONDS: Final = 30
"""How long an app shows one code (RFC 6238, section 4.1)."""


CallDecision = Literal["confirm", "report"]
"""What a person who is called can press: `#`, or `0` and `#`."""

LOOK_ALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None})
"""Letters that Crockford's base32 has not, as the digits they are taken for."""


class CodeUnderivableError(Exception):
    """The terms have no code part."""


def derive_code(keyring: Keyring, terms: ChallengeTerms, *, tenant: str) -> SecretStr:
    """HOTP (RFC 4226) with counter 0 over HKDF(code key, nonce, tenant, challenge, method, destination hash).

    The counter is constant because the secret is used for one challenge only.
    """
    if terms.code is None:
        raise CodeUnderivableError
    key = keyring.in_use_at("code", terms.created_at)
    secret = derive(
        key,
        salt=decode(terms.code.nonce),
        info=("one-time-code", tenant, terms.challenge_id, terms.method_id, terms.code.destination_hash),
    )
    return SecretStr(pyotp.HOTP(base64.b32encode(secret).decode(), digits=terms.code.digits).at(0))


def call_proof(keyring: Keyring, terms: ChallengeTerms, *, tenant: str, decision: CallDecision) -> str:
    """What only a holder of the `code` key can say about a call: 32 bytes of HKDF, base64url (43 characters). Raises
    CodeUnderivableError: the terms have no code part."""
    if terms.code is None:
        raise CodeUnderivableError
    key = keyring.in_use_at("code", terms.created_at)
    bound_to = (tenant, terms.challenge_id, terms.method_id, terms.code.destination_hash)
    return encode(derive(key, salt=decode(terms.code.nonce), info=("call", decision, *bound_to)))


def canonical_recovery_code(typed: str) -> str:
    """What is hashed and compared, however it was typed: Crockford's base32, upper case, no dashes, no spaces."""
    return "".join(typed.split()).upper().translate(LOOK_ALIKES)


def totp_step(at: datetime, period: int = TOTP_SECONDS) -> int:
    """The number of the time step, counted from 1970 (RFC 6238, section 4.2)."""
    return int(at.timestamp()) // period


def totp_code(secret: bytes, at: datetime, digits: int = TOTP_DIGITS) -> str:
    """The code that an app with that secret shows at `at` (RFC 6238, with SHA-1)."""
    return hotp_code(secret, totp_step(at), digits)


def hotp_code(secret: bytes, counter: int, digits: int = TOTP_DIGITS, algorithm: OathAlgorithm = "SHA1") -> str:
    """The code of one counter (RFC 4226, section 5.3), or of one time step."""
    return pyotp.HOTP(base64.b32encode(secret).decode(), digits=digits, digest=HASHES[algorithm]).at(counter)


def otpauth_uri(secret: bytes, account: str, issuer: str) -> str:
    """The key URI that other authenticator apps read as a QR code: the issuer is prefix and parameter; what the common
    apps take for granted (SHA-1, 6 digits, 30 s) is left out."""
    uri: str = pyotp.TOTP(base64.b32encode(secret).decode()).provisioning_uri(name=account, issuer_name=issuer)
    return uri
