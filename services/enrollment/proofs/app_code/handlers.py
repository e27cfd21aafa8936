"""A one-time code of an app: how it is asked for and handed in."""

from schemas.verification import TotpTerms
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, with_terms
from services.enrollment.methods.base.handlers import Digits, typed_digits
from services.enrollment.needs import HasRules
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import ChallengeEndedError


def app_code_challenge(asked: ProofRequest, claimant: Claimant, secret: str | None, deps: HasRules) -> Challenge:
    """A one-time code of an app; `secret`, sealed for the method, while it is being registered."""
    challenge = new_challenge(asked, claimant, "totp", deps)
    previous = deps.terms(claimant.account).accepts_previous_code
    return with_terms(challenge, totp=TotpTerms(secret=secret, accepts_previous=previous))


def _digits(challenge: Challenge) -> Digits:
    """Of a token two codes in a row find its counter or its clock again."""
    totp, hotp = challenge.terms.totp, challenge.terms.hotp
    terms = totp or hotp
    if terms is None:
        raise ChallengeEndedError
    return Digits(terms.digits, in_a_row=hotp is not None or (totp is not None and totp.clock_drifts))


PROOF = typed_digits(_digits)
