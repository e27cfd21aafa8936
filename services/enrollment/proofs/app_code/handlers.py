"""A one-time code of an app: how it is asked for and handed in."""

from schemas.verification import TotpTerms
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import Question, new_challenge, with_terms
from services.enrollment.methods.base.handlers import codes_in_a_row, only_digits, typed
from services.enrollment.needs import HasRules
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import ChallengeEndedError


def app_code_challenge(asked: Question, claimant: Claimant, secret: str | None, deps: HasRules) -> Challenge:
    """A one-time code of an app; `secret`, sealed for the method, while it is being registered."""
    challenge = new_challenge(asked, claimant, "totp", deps)
    return with_terms(challenge, totp=TotpTerms(secret=secret))


def _canonical(challenge: Challenge, typed_code: str) -> str:
    """One code; of a token perhaps two in a row, one a line."""
    totp, hotp = challenge.terms.totp, challenge.terms.hotp
    terms = totp or hotp
    if terms is None:
        raise ChallengeEndedError
    if hotp or (totp and totp.clock_drifts):
        return codes_in_a_row(typed_code, terms.digits)
    return only_digits(typed_code, terms.digits)


PROOF = typed(_canonical)
