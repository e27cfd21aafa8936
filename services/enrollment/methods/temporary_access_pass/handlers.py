"""Handing out a Temporary Access Pass, and using it."""

import secrets
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from schemas.verification import CodeSubmitted, PassTerms
from services.enrollment.accounts.domain.account import Method
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.handlers.building import ProofRequest, new_challenge, to_register, with_terms
from services.enrollment.methods.base.handlers import Strategy, sealed_code, typed
from services.enrollment.needs import CanBuild, HasRules
from services.enrollment.registrations.beginning import Beginning, Plan, proven_by
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import CodeMalformedError, RequestMalformedError
from services.kit.ids import new_id

WITHOUT_LOOKALIKES = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


PASS_LENGTH = 12


SHORTEST_LIFE = timedelta(minutes=10)
LONGEST_LIFE = timedelta(days=30)


USUAL_LIFE = timedelta(hours=1)


FEWEST_CHARACTERS = 8
MOST_CHARACTERS = 48


def pass_challenge(
    lifetime: timedelta, claimant: Claimant, identifier: str, deps: CanBuild, *, is_usable_once: bool
) -> tuple[Challenge, CodeSubmitted, SecretStr]:
    """A new Temporary Access Pass, on its way to the verifier; the last value is the pass, for this one time.

    Raises:
        ProblemError: `requestMalformed` for a lifetime below 10 minutes or above 30 days.
    """
    if not SHORTEST_LIFE <= lifetime <= LONGEST_LIFE:
        raise RequestMalformedError("lifetimeInMinutes must be 10 to 43200.")
    now = deps.clock.now()
    given = SecretStr("".join(secrets.choice(WITHOUT_LOOKALIKES) for _ in range(PASS_LENGTH)))
    registration = Registration(display_name="Temporary Access Pass", usable_until=now + lifetime)
    if is_usable_once:
        registration = registration.model_copy(update={"codes_left": 1})
    asked = to_register(identifier, "temporaryAccessPass", registration)
    terms = PassTerms(not_before=now, not_after=now + lifetime, is_usable_once=is_usable_once)
    challenge = with_terms(new_challenge(asked, claimant, "temporaryAccessPass", deps), access_pass=terms)
    return challenge, sealed_code(challenge, given.get_secret_value(), deps), given


def access_pass(lifetime: timedelta, *, is_usable_once: bool) -> Plan:
    """A Temporary Access Pass, which takes the place of an earlier one. See `pass_challenge`."""

    def plan(claimant: Claimant, deps: CanBuild) -> Beginning:
        challenge, event, given = pass_challenge(lifetime, claimant, new_id(), deps, is_usable_once=is_usable_once)
        return replace(proven_by(challenge), event=event, codes=(given,))

    return plan


def _canonical(_: Challenge, typed_code: str) -> str:
    code = typed_code.strip()
    if not FEWEST_CHARACTERS <= len(code) <= MOST_CHARACTERS:
        raise CodeMalformedError
    return code


PROOF = typed(_canonical)


async def _ask(_: Method, asked: ProofRequest, claimant: Claimant, deps: HasRules) -> Challenge:
    return new_challenge(asked, claimant, "temporaryAccessPass", deps)


STRATEGY = Strategy(_ask)
