"""Registering a passkey (WebAuthn Level 3, section 7.1); the verifier checks what the browser returns."""

import json
from typing import Protocol
from urllib.parse import urlsplit

from schemas.verification import CredentialSubmitted, PasskeyTerms
from services.enrollment.accounts.domain.account import Method
from services.enrollment.accounts.handlers.adding import require_registrable
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, to_register, with_terms
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.methods.base.handlers import Given, GivenCredential, Proof, SealedProof, Strategy
from services.enrollment.needs import CanAsk, CanSeal, HasConfig, HasOrigin, HasRules
from services.enrollment.registrations.beginning import Beginning, proven_by
from services.enrollment.sessions.handlers.asking import ask, pressed
from services.enrollment.sessions.principal import Claimant, Principal
from services.kit.crypto.sealing import decode, encode
from services.kit.errors import CredentialInvalidError, RequestMalformedError
from services.kit.ids import new_token, repeatable_id


class HasRelyingParty(HasConfig, HasOrigin, Protocol):
    """Knows for whom passkeys are made (WebAuthn Level 3, section 4)."""


class CanChallenge(HasRules, HasRelyingParty, Protocol):
    """Builds challenges that a passkey signs."""


class CanAskPasskey(CanAsk, CanChallenge, Protocol):
    """Asks for a new passkey."""


DISPLAY_NAME = "Passkey"
LONGEST_CREDENTIAL = 32_768
"""Bytes of a credential's JSON. Attestations with their certificates have a few thousand; sealed, it must fit into
`schemas.base.LongSealed`."""
LONGEST_ID = 1364
"""Characters of base64url: 1023 bytes (WebAuthn Level 3, section 7.1)."""


def passkey_challenge(claimant: Claimant, identifier: str, deps: CanChallenge) -> Challenge:
    """The challenge that a new passkey signs. Raises `methodNotAllowedByPolicy`, `methodLimitReached`."""
    registration = Registration(display_name=DISPLAY_NAME)
    require_registrable(claimant.account, "passkey", deps)
    return passkey_asked(to_register(identifier, "passkey", registration), claimant, deps)


async def ask_passkey(principal: Principal, deps: CanAskPasskey) -> Principal:
    """Make the page's challenge; one that still waits is kept, so that a refresh changes nothing."""
    challenge = passkey_challenge(principal.claimant, pressed(principal, "passkey"), deps)
    return await ask(principal, challenge, "passkey", deps)


def passkey_asked(asked: ProofRequest, claimant: Claimant, deps: CanChallenge) -> Challenge:
    """A passkey: made, or used."""
    challenge = new_challenge(asked, claimant, "passkey", deps)
    rp_id, origins = relying_party(claimant.account.tenant, deps)
    return with_terms(challenge, passkey=PasskeyTerms(challenge=new_token(), rp_id=rp_id, origins=origins))


def relying_party(tenant: str, deps: HasRelyingParty) -> tuple[str, tuple[str, ...]]:
    """The RP ID of an organisation, and the origins at which its passkeys may be used (WebAuthn Level 3, section 4)."""
    passkeys = deps.config.tenant(tenant).passkeys
    return passkeys.rp_id or urlsplit(deps.public_origin).hostname or "", passkeys.origins or (deps.public_origin,)


def credential_id_of(credential: str) -> str:
    """The id in a credential's JSON, base64url: what the browser says, and worth nothing before the verifier has found
    that it is the attested one.

    Raises:
        ProblemError: `credentialInvalid`.
    """
    try:
        found = encode(decode(json.loads(credential)["id"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CredentialInvalidError from None
    if not 0 < len(found) <= LONGEST_ID:
        raise CredentialInvalidError
    return found


def a_passkey(claimant: Claimant, deps: CanChallenge) -> Beginning:
    return proven_by(passkey_challenge(claimant, repeatable_id("challenge"), deps))


def _seal(challenge: Challenge, given: Given, deps: CanSeal) -> SealedProof:
    """The credential, bounded. Raises `credentialInvalid`, `requestMalformed`."""
    if not isinstance(given, GivenCredential):
        raise RequestMalformedError
    credential = given.credential.encode()
    if len(credential) > LONGEST_CREDENTIAL:
        raise CredentialInvalidError(f"A credential has up to {LONGEST_CREDENTIAL} bytes as JSON.")
    found = credential_id_of(given.credential)
    event = CredentialSubmitted(
        submission_id=repeatable_id("submission"),
        terms=challenge.terms,
        credential=deps.sealer.seal("submission", credential, binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )
    return SealedProof(event, found)


PROOF = Proof("credential", _seal)


async def _ask(_: Method, asked: ProofRequest, claimant: Claimant, deps: CanChallenge) -> Challenge:
    return passkey_asked(asked, claimant, deps)


STRATEGY = Strategy(_ask)
