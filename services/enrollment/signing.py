"""What platforms check: the result of an interrupt, and the proof of a challenge (RFC 7519)."""

from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from schemas.base import MethodType
from services.enrollment.challenges.domain.eligibility import proof_class, proof_means
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.sessions.domain.session import Outcome
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import signing_key_pem, token_hash
from services.kit.ids import new_id

RESULT_LIFE = timedelta(minutes=2)
PROOF_LIFE = timedelta(minutes=2)


class Signer:
    """Signs what platforms check: results and proofs. Every key held is published; one of them signs, and only once
    platforms and all replicas have had the time to learn of it (docs/adr/0024-keys-rotate.md)."""

    def __init__(self, keyring: Keyring, issuer: str, clock: Clock) -> None:
        self._keyring = keyring
        self._keys = {
            key.id: ECKey.import_key(signing_key_pem(key), {"kid": key.id, "use": "sig", "alg": "ES256"})
            for key in keyring.all("signing")
        }
        self._issuer = issuer
        self._clock = clock

    def jwks(self) -> dict[str, Any]:
        """The public keys (RFC 7517), newest first."""
        return {"keys": [key.as_dict(private=False) for key in self._keys.values()]}

    def result(self, interrupt: Interrupt, status: Outcome, methods: tuple[MethodType, ...]) -> str:
        """The signed outcome that the browser carries back to the platform."""
        now = self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": interrupt.client_id,
            "sub": interrupt.user,
            "tid": interrupt.tenant,
            "iat": int(now.timestamp()),
            "exp": int((now + RESULT_LIFE).timestamp()),
            "jti": new_id(),
            "interruptId": interrupt.id,
            "stateHash": token_hash(interrupt.caller_state or ""),
            "status": status,
            "methods": list(methods),
        }
        return self._signed(claims)

    def proof(self, asked: Verification, client_id: str) -> str:
        """That the person proved a method, or as many as were required, for the platform that asked. Its `jti` is that
        of the challenge: read twice, it can still be taken only once."""
        now, verified_at = self._clock.now(), asked.ended_at or self._clock.now()
        claims = {
            "iss": self._issuer,
            "aud": client_id,
            "sub": asked.first.user,
            "tid": asked.first.tenant,
            "iat": int(now.timestamp()),
            "exp": int((now + PROOF_LIFE).timestamp()),
            "auth_time": int(verified_at.timestamp()),
            "jti": f"proof-{asked.id}",
            "challengeId": asked.id,
            "purpose": asked.first.purpose,
            "amr": list(proof_means(asked.proven)),
            "acr": proof_class(asked.proven),
        }
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self._keys[self._keyring.current("signing").id]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "JWT"}, claims, key)
