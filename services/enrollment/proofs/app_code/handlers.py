"""A one-time code of an app: how it is asked for and handed in."""

from schemas.verification import TOTP_DIGITS, TotpTerms
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import Question, new_challenge, with_terms
from services.enrollment.methods.base.handlers import only_digits, typed
from services.enrollment.needs import HasRules
from services.enrollment.sessions.principal import Claimant


def app_code_challenge(asked: Question, claimant: Claimant, secret: str | None, deps: HasRules) -> Challenge:
    """A one-time code of an app; `secret`, sealed for the method, while it is being registered."""
    challenge = new_challenge(asked, claimant, "totp", deps)
    return with_terms(challenge, totp=TotpTerms(secret=secret))


PROOF = typed(lambda _, code: only_digits(code, TOTP_DIGITS))
