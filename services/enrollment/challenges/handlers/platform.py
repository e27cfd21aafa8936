"""Challenges that a platform reads and answers: the proof of a method on file, or of one that it registers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from schemas.base import Channel
from services.enrollment.accounts.domain.account import account_id
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge, PhoneDelivery, known_as
from services.enrollment.challenges.domain.verdict import Verdict
from services.enrollment.challenges.domain.verification import Verification, verification_of
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.challenges.handlers.submitting import submit_proof
from services.enrollment.methods.base.handlers import Given
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.methods.registry.handlers import PROOFS, STRATEGIES
from services.enrollment.needs import CanChangeSessions, CanSendAgain, CanSubmit, HasAccounts, HasChallenges
from services.enrollment.proofs.sent_code.handlers import resend_of
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.tokens import Caller
from services.enrollment.web.streams import Seen, Watched
from services.kit.errors import (
    ChallengeEndedError,
    CodeExpiredError,
    MethodNotAllowedByPolicyError,
    RequestMalformedError,
    UnknownChallengeError,
)
from services.kit.ids import repeatable_id
from services.kit.mongo.document import Stored


class CanSendToPeople(CanSendAgain, HasAccounts, Protocol):
    """Sends once more, to what the person has on file."""


PROOF_OFFERED = timedelta(minutes=5)
"""How long after the answer a proof can be fetched."""


async def asked_by(caller: Caller, challenge_id: str, deps: HasChallenges) -> Verification:
    """What the caller's platform opened under that id, or the challenge of a registration by the API.

    Raises:
        ProblemError: `unknownChallenge`, also for those of the pages; `scopeMissing`.
    """
    return await with_later((await read_by(caller, challenge_id, deps)).state, deps)


async def read_by(caller: Caller, challenge_id: str, deps: HasChallenges) -> Stored[Challenge]:
    """The same challenge alone, as it is stored. Raises as `asked_by`."""
    return _shown(await deps.challenges.get(challenge_id), caller)


async def pending_by(caller: Caller, challenge_id: str, deps: CanSubmit) -> Stored[Challenge]:
    """As `read_by`, for a change that begins from it: while it is pending as far as this process knows, it is not read.
    Whose it is never changes, and what is changed is written only where it is still so."""
    known = deps.challenges.recall(challenge_id)
    if known and known.state.hosting is None and known.state.status_at(deps.clock.now()) == "pending":
        return _shown(known, caller)
    return await read_by(caller, challenge_id, deps)


def _shown(stored: Stored[Challenge] | None, caller: Caller) -> Stored[Challenge]:
    if stored is None or not _is_callers(stored.state, caller):
        raise UnknownChallengeError
    if stored.state.purpose != "registration":
        caller.require("challenges")
    return stored


async def with_later(challenge: Challenge, deps: HasChallenges) -> Verification:
    """A challenge with those that took its place on our page."""
    if challenge.hosting is None:
        return Verification((challenge,))
    found = await deps.challenges.standing_for(challenge.id)
    return verification_of(tuple(later.state for later in found) or (challenge,))


async def answer(
    challenge: Challenge, given: Given | None, deps: CanSubmit, *, within: float, read: Stored[Challenge]
) -> tuple[Challenge, Verdict]:
    """Hand an answer to the verifier and wait for the verdict; None where it is not exactly one thing. `read` is what
    the caller named: the challenge as it is stored, or the one that it stands for.

    Raises:
        ProblemError: `requestMalformed` for what this challenge does not take; `codeExpired`, `challengeEnded`; see
            `submit_proof`.
    """
    takes = PROOFS[challenge.terms.kind].takes
    if takes is None:
        raise RequestMalformedError("This challenge is answered on the person's device.")
    if given is None or given.takes != takes:
        raise RequestMalformedError(f"This challenge takes {takes}, and nothing else.")
    if not challenge.submission(repeatable_id("submission")):
        _require_pending(challenge, deps.clock.now())
    return await submit_proof(challenge, given, deps, within=within, known=read if read.id == challenge.id else None)


async def send_again(challenge: Challenge, delivery: PhoneDelivery | None, deps: CanSendToPeople) -> None:
    """Send the message once more, by another way if one is named. Raises `resendTooSoon`, `sendLimitReached`,
    `codeExpired`, `challengeEnded`; `requestMalformed` where nothing is sent, or the way cannot change;
    `methodNotAllowedByPolicy` for a text to a phone or a landline that gets calls, and for WhatsApp where nobody
    carries it."""
    if not challenge.is_sent:
        raise RequestMalformedError("Nothing is sent for this challenge.")
    channel = await _channel(challenge, delivery, deps) if delivery else None
    _require_pending(challenge, deps.clock.now())
    await resend_of(challenge, deps, channel, address=challenge.context.ip_address)


async def cancel(asked: Verification, deps: CanChangeSessions) -> None:
    """End it; one that ended stays as it is. On our page nothing more is asked, whatever was asked before."""
    now, first = deps.clock.now(), asked.first
    if asked.hosting is not None:
        await deps.challenges.change(first.id, lambda state: transitions.close(state, at=now))
        await deps.accounts.change(
            account_id(first.tenant, first.user),
            lambda account: lifecycle.end_session(account, first.id, "cancelled", at=now),
        )
    if asked.current.status_at(now) == "pending":
        await cancel_challenge(asked.current, "cancelled", deps)


def changes_of(
    challenge_id: str, describe: Callable[[Verification], str], caller: Caller, deps: HasChallenges
) -> Watched:
    """Each change of a challenge as `event: challenge`, until it has ended, or the caller's token has."""

    async def look(now: datetime) -> Seen | None:
        stored = await deps.challenges.get(challenge_id)
        if stored is None:
            return None
        asked = await with_later(stored.state, deps)
        return Seen(describe(asked), last=asked.status_at(now) != "pending")

    async def may_follow(now: datetime) -> bool:
        return caller.is_valid(now)

    return Watched("challenge", challenge_id, look, may_follow)


def offers_proof(asked: Verification, now: datetime) -> bool:
    """Whether a platform may have its proof: one that it asked for, and not long ago."""
    is_fresh = asked.ended_at is not None and now < asked.ended_at + PROOF_OFFERED
    return asked.is_complete and asked.first.client_id is not None and is_fresh


def _is_callers(challenge: Challenge, caller: Caller) -> bool:
    by_registration = challenge.is_to_register and challenge.session_id is None
    is_opened_by = challenge.client_id == caller.client_id and known_as(challenge) == challenge.id
    return challenge.tenant == caller.tenant and (is_opened_by or by_registration)


def _require_pending(challenge: Challenge, now: datetime) -> None:
    match challenge.status_at(now):
        case "pending":
            return
        case "expired":
            raise CodeExpiredError(attemptsLeft=0)
        case _:
            raise ChallengeEndedError


async def _channel(challenge: Challenge, delivery: PhoneDelivery, deps: CanSendToPeople) -> Channel:
    if not TRAITS[challenge.method_type].may_go_by(delivery, challenge.terms.kind):
        raise RequestMalformedError("This challenge cannot go another way; open a new one.")
    account = await account_of(challenge.tenant, challenge.user, deps)
    known = challenge.registration or account.method(challenge.method_id)
    if known is None:
        raise ChallengeEndedError
    ways = STRATEGIES[challenge.method_type].ways(challenge, known, deps)
    if delivery in ways:
        return delivery
    is_texted = "sms" in ways
    why = "Nobody carries WhatsApp messages here." if is_texted else "Only a mobile phone gets text messages."
    raise MethodNotAllowedByPolicyError(why)
