"""A passkey: its credential when it is created, and its assertions later (WebAuthn Level 3, sections 7.1 and 7.2)."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)

from schemas.base import Event
from schemas.verification import ChallengeTerms, CredentialSubmitted, PasskeyTerms, ProofKind
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer, decode, encode
from services.verifier.domain.base import Judgement, Kept, Right, Wrong
from services.verifier.domain.credential import Credential, kept_of
from services.verifier.methods.base import (
    ProofUnreadableError,
    Submission,
    is_registration,
    open_submitted,
    proof_digest,
)

INVALID = Wrong("credentialInvalid")
LONGEST_ID = 1023
"""Bytes of a credential's id (WebAuthn Level 3, section 7.1)."""


class PasskeyInvalidError(Exception):
    """The browser's answer is malformed, or made for another challenge, place or key."""


class PublicKey(Kept):
    """What is public of a passkey: its id and its COSE key, both base64url, and how it can be reached.

    How often it signed is not here but in the sequence of the method, where each proof raises it.
    """

    kind: ClassVar[ProofKind] = "passkey"

    credential_id: str
    public_key: str
    transports: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignedCredential:
    """A credential as the browser returned it, in JSON."""

    guesses: ClassVar[bool] = False
    """A signature cannot be guessed: counting would only let whoever has the password pause the passkey for a day."""

    credential: SecretStr
    passkey: PasskeyTerms
    terms: ChallengeTerms
    tenant: str
    keyring: Keyring

    @property
    def digest(self) -> str:
        return proof_digest(self.keyring, self.terms, "passkey", self.tenant, self.credential.get_secret_value())

    async def examine(self, credential: Credential | None) -> Judgement:
        """Verify challenge, place, user verification and signature; the signature count must rise."""
        try:
            if is_registration(self.terms):
                return self._registered()
            kept = kept_of(credential, PublicKey)
            return self._asserted(kept) if kept else INVALID
        except PasskeyInvalidError:
            return INVALID

    def _registered(self) -> Right:
        try:
            parsed = parse_registration_credential_json(self.credential.get_secret_value())
            verified = verify_registration_response(
                credential=parsed,
                expected_challenge=decode(self.passkey.challenge),
                expected_rp_id=self.passkey.rp_id,
                expected_origin=list(self.passkey.origins),
                require_user_verification=True,
            )
            _refuse_frames(parsed.response.client_data_json)
            _refuse_other_id(parsed.raw_id, verified.credential_id)
        except Exception as error:
            raise PasskeyInvalidError from error
        kept = PublicKey(
            credential_id=encode(verified.credential_id),
            public_key=encode(verified.credential_public_key),
            transports=tuple(transport.value for transport in parsed.response.transports or ()),
        )
        return Right(position=verified.sign_count, binds=kept, otherwise=INVALID)

    def _asserted(self, kept: PublicKey) -> Judgement:
        try:
            parsed = parse_authentication_credential_json(self.credential.get_secret_value())
            verified = verify_authentication_response(
                credential=parsed,
                expected_challenge=decode(self.passkey.challenge),
                expected_rp_id=self.passkey.rp_id,
                expected_origin=list(self.passkey.origins),
                credential_public_key=decode(kept.public_key),
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            _refuse_frames(parsed.response.client_data_json)
        except Exception as error:
            raise PasskeyInvalidError from error
        if encode(verified.credential_id) != kept.credential_id:
            return INVALID
        return Right(position=verified.new_sign_count, otherwise=INVALID)


class PasskeyMethod:
    kind: ClassVar[ProofKind] = "passkey"
    submissions: ClassVar[tuple[type[Event], ...]] = (CredentialSubmitted,)
    is_slow: ClassVar[bool] = False
    keeps: ClassVar[bool] = True

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._sealer = Sealer(keyring)

    def identity(self, terms: ChallengeTerms) -> str:
        """The method, which is one passkey."""
        _passkey_terms(terms)
        return terms.method_id

    def read(self, submission: Submission, *, tenant: str, user: str) -> SignedCredential:
        """Open the credential, which is sealed for this challenge of this person."""
        terms = submission.terms
        passkey = _passkey_terms(terms)
        if not isinstance(submission, CredentialSubmitted):
            raise ProofUnreadableError("no credential was submitted")
        opened = open_submitted(self._sealer, submission.credential, terms, tenant=tenant, user=user)
        return SignedCredential(opened, passkey, terms, tenant, self._keyring)


def _refuse_frames(client_data: bytes) -> None:
    """Nobody shows our pages inside of others (WebAuthn Level 3, sections 7.1 and 7.2); the library leaves it to us."""
    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyInvalidError


def _refuse_other_id(given: bytes, attested: bytes) -> None:
    """Enrollment reads the id that the browser gives beside the attestation; the library compares it with nothing that
    is attested."""
    if given != attested or len(attested) > LONGEST_ID:
        raise PasskeyInvalidError


def _passkey_terms(terms: ChallengeTerms) -> PasskeyTerms:
    if terms.passkey is None:
        raise ProofUnreadableError("the terms lack what a passkey signs")
    return terms.passkey
