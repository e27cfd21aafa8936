"""Proofs that a person types, and messages that are sent once more."""

from schemas.verification import TOTP_DIGITS
from services.enrollment.domain import challenge as challenges
from services.enrollment.domain.challenge import Challenge
from services.enrollment.handlers.desk import Desk, Visit, binding_of, current_challenge, judged
from services.kit.errors import ProblemError
from services.kit.ids import new_id


async def submit_code(visit: Visit, challenge_id: str, code: str, desk: Desk) -> tuple[Challenge, str | None]:
    """Hand a typed code to the verifier and wait for its word: `verified`, a reason, or None after 10 s.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded`, `codeExpired`, `attemptsExhausted`, `rateLimited`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None or challenge.id != challenge_id:
        raise ProblemError("challengeEnded")
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) != _digits(challenge):
        raise ProblemError("codeMalformed", digits=_digits(challenge))
    now, submission_id = desk.clock.now(), new_id()
    sealed = desk.sealer.seal("submission", digits.encode(), binding_of(challenge))
    async with desk.signals.awaiting(challenge.id) as told:
        await desk.store.challenges.change(
            challenge.id, lambda state: challenges.submit_code(state, submission_id, sealed, at=now)
        )
        return await judged(challenge.id, submission_id, told, desk)


async def resend(visit: Visit, desk: Desk) -> None:
    """Send the message once more.

    Raises:
        ProblemError: `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None:
        raise ProblemError("challengeEnded")
    now = desk.clock.now()
    await desk.store.challenges.change(challenge.id, lambda state: challenges.resend(state, at=now))


def _digits(challenge: Challenge) -> int:
    if challenge.terms.totp:
        return TOTP_DIGITS
    return challenge.terms.code.digits if challenge.terms.code else 0
