"""One-time codes that never rest: notifier and verifier derive them from the terms of the challenge."""

import base64

import pyotp
from pydantic import SecretStr

from schemas.verification import ChallengeTerms
from services.kit.keyring import Keyring
from services.kit.sealing import decode, derive


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
