"""Proofs are handed in."""

from pydantic import SecretStr

from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verdict import Verdict
from services.enrollment.challenges.handlers.lifecycle import VERDICT_WITHIN, judged
from services.enrollment.methods.base.handlers import Given, TypedCode
from services.enrollment.methods.registry.handlers import PROOFS
from services.enrollment.needs import CanSubmit
from services.enrollment.sessions.handlers.asking import asked_challenge
from services.enrollment.sessions.principal import Principal
from services.kit.errors import ChallengeEndedError
from services.kit.mongo.document import Stored


async def submit_code(
    principal: Principal, challenge_id: str, code: SecretStr, deps: CanSubmit
) -> tuple[Challenge, Verdict]:
    """A code that a person typed, for the challenge of the session. Raises `challengeEnded`; as `submit_proof`."""
    challenge = await asked_challenge(principal, challenge_id, deps)
    return await submit_proof(challenge, TypedCode(code), deps)


async def submit_proof(
    challenge: Challenge,
    given: Given,
    deps: CanSubmit,
    *,
    within: float = VERDICT_WITHIN,
    known: Stored[Challenge] | None = None,
) -> tuple[Challenge, Verdict]:
    """Hand in a proof for a challenge that is known to be the caller's, and wait for the verdict, at most `within`
    seconds. `known` is the challenge as it was read.

    Raises:
        ProblemError: `challengeEnded` where nothing can be handed in; what the kind of proof refuses by its form; see
            `transitions.submit`.
    """
    proof = PROOFS[challenge.terms.kind]
    if proof.seal is None:
        raise ChallengeEndedError
    sealed, now = proof.seal(challenge, given, deps), deps.clock.now()
    async with deps.signals.awaiting(challenge.id) as changed:
        submitted = await deps.challenges.change(
            challenge.id,
            lambda state: transitions.submit(state, sealed.event, at=now, credential_id=sealed.credential_id),
            known=known,
        )
        return await judged(challenge.id, sealed.event.submission_id, changed, deps, within=within, known=submitted)
