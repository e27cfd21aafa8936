"""What a browser is asked when a passkey is made or used (WebAuthn Level 3, sections 5.4 and 5.5)."""

from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.needs import HasConfig
from services.kit.crypto.sealing import decode, token_hash
from services.kit.errors import ChallengeEndedError


def passkey_options(challenge: Challenge, account: Account, deps: HasConfig) -> str:
    """The options as JSON.

    The user handle is an opaque id of ours, not the platform's.
    """
    terms = challenge.terms.passkey
    if terms is None:
        raise ChallengeEndedError
    known = [
        PublicKeyCredentialDescriptor(id=decode(method.credential_id))
        for method in account.of_type("passkey")
        if method.credential_id and (challenge.is_to_register or method.id == challenge.method_id)
    ]
    if challenge.purpose != "registration":
        request = generate_authentication_options(
            rp_id=terms.rp_id,
            challenge=decode(terms.challenge),
            allow_credentials=known,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(request)
    tenant = deps.config.tenant(account.tenant)
    creation = generate_registration_options(
        rp_id=terms.rp_id,
        rp_name=tenant.display_name,
        user_name=account.profile.user_principal_name or account.user,
        user_display_name=account.profile.display_name or account.user,
        user_id=decode(token_hash(account.id)),
        challenge=decode(terms.challenge),
        exclude_credentials=known,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return options_to_json(creation)
